import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRedisKeyValue } from '../../src/adapters/redis/key-value.ts';
import { createSessionStore } from '../../src/agent/session-store.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { KeyValue } from '../../src/lib/key-value.ts';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';
import { describeWithRedis, testRedisUrl } from '../support/real-services.ts';
import { openRedisProxy } from '../support/redis-proxy.ts';

const Session = z.object({ turns: z.array(z.string()) });
type Session = z.infer<typeof Session>;
const parse = (json: unknown): Session | undefined => Session.safeParse(json).data;
const say =
  (text: string) =>
  (current: Session | undefined): Session => ({ turns: [...(current?.turns ?? []), text] });

/** A clock that stands until it is told to move. */
function createManualClock() {
  let elapsed = 0;
  let timers: { at: number; run: () => void }[] = [];
  const clock: Clock & { pass(ms: number): void } = {
    now: () => elapsed,
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = { at: elapsed + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      elapsed += ms;
      const due = timers.filter(({ at }) => at <= elapsed);
      timers = timers.filter(({ at }) => at > elapsed);
      for (const { run } of due) run();
    },
  };
  return { clock, pending: () => timers.length };
}

/** The store in memory behind a switch: up, down, or silent until it is let go. */
function createSwitchedKeyValue(clock: Clock) {
  const inner = createMemoryKeyValue({ clock });
  let mode: 'up' | 'down' | 'silent' | 'deaf' = 'up';
  let attempts = 0;
  let letGo: (() => void)[] = [];
  const pass = async <R>(work: () => Promise<R>): Promise<R> => {
    attempts += 1;
    if (mode === 'down') throw new Error('down');
    if (mode === 'silent') await new Promise<void>((resolve) => letGo.push(resolve));
    const result = await work();
    if (mode === 'deaf') throw new Error('the answer was lost');
    return result;
  };
  const keyValue: KeyValue = {
    get: (key) => pass(() => inner.get(key)),
    set: (key, value, ttlMs) => pass(() => inner.set(key, value, ttlMs)),
    update: (key, change, ttlMs) => pass(() => inner.update(key, change, ttlMs)),
    delete: (key) => pass(() => inner.delete(key)),
    ping: () => pass(() => inner.ping()),
    close: () => inner.close(),
  };
  return {
    keyValue,
    inner,
    attempts: () => attempts,
    turn(next: 'up' | 'down' | 'silent' | 'deaf') {
      mode = next;
      // Newest first: what was asked later may well be done earlier.
      if (next !== 'silent') for (const go of letGo.splice(0).reverse()) go();
      letGo = [];
    },
  };
}

function openStores() {
  const { clock, pending } = createManualClock();
  const store = createSwitchedKeyValue(clock);
  const errors: unknown[] = [];
  const open = () =>
    createSessionStore({ keyValue: store.keyValue, parse, clock, onError: (error) => errors.push(error) });
  return { clock, pending, store, errors, open, ours: open(), theirs: open() };
}

describe('the session store', () => {
  it('gives back what was set, to this process and to another', async () => {
    const { ours, theirs, errors } = openStores();
    await ours.set('CA1', { turns: ['hello'] });
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['hello'] });
    expect(await theirs.get('CA1')).toStrictEqual({ turns: ['hello'] });
    expect(await theirs.get('CA2')).toBeUndefined();
    expect(errors).toStrictEqual([]);
  });

  it('shares no reference with its callers', async () => {
    const { ours } = openStores();
    const session = { turns: ['hello'] };
    await ours.set('CA1', session);
    session.turns.push('changed outside');
    (await ours.get('CA1'))?.turns.push('changed outside');
    (await ours.update('CA1', say('bye'))).turns.push('changed outside');
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['hello', 'bye'] });
  });

  it('keeps every concurrent update of one process', async () => {
    const { ours, theirs } = openStores();
    const texts = Array.from({ length: 100 }, (_, index) => `turn ${index}`);
    await Promise.all(texts.map((text) => ours.update('CA1', say(text))));
    expect(await ours.get('CA1')).toStrictEqual({ turns: texts });
    expect(await theirs.get('CA1')).toStrictEqual({ turns: texts });
  });

  it('forgets a session an hour after its last change', async () => {
    const { ours, clock } = openStores();
    await ours.set('CA1', { turns: ['hello'] });
    clock.pass(3_000_000);
    await ours.update('CA1', say('still there'));
    clock.pass(3_599_000);
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['hello', 'still there'] });
    clock.pass(2_000);
    expect(await ours.get('CA1')).toBeUndefined();
  });

  it('goes on from its own copy while the store is down, and brings the store up to date afterwards', async () => {
    const { ours, theirs, store, clock, errors } = openStores();
    await ours.update('CA1', say('one'));
    store.turn('down');
    await ours.update('CA1', say('two'));
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['one', 'two'] });
    expect(await ours.update('CA1', say('three'))).toStrictEqual({ turns: ['one', 'two', 'three'] });
    expect(errors).toHaveLength(1);
    store.turn('up');
    clock.pass(2_000);
    await ours.update('CA1', say('four'));
    expect(await theirs.get('CA1')).toStrictEqual({ turns: ['one', 'two', 'three', 'four'] });
  });

  it('serves a whole call that began while the store was down', async () => {
    const { ours, store } = openStores();
    store.turn('down');
    await ours.set('CA1', { turns: ['hello'] });
    await ours.update('CA1', say('bye'));
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['hello', 'bye'] });
    await expect(ours.delete('CA1')).resolves.toBeUndefined();
    expect(await ours.get('CA1')).toBeUndefined();
  });

  it('waits for a silent store once, 250 milliseconds, and then leaves it alone for two seconds', async () => {
    const { ours, store, clock, pending, errors } = openStores();
    await ours.set('CA1', { turns: [] });
    store.turn('silent');
    let isDone = false;
    const slow = ours.update('CA1', say('one')).then(() => {
      isDone = true;
    });
    clock.pass(249);
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    clock.pass(1);
    await slow;
    const attempts = store.attempts();
    await ours.update('CA1', say('two'));
    await ours.get('CA1');
    expect(store.attempts()).toBe(attempts);
    expect(errors).toHaveLength(1);
    clock.pass(2_000);
    const next = ours.get('CA1');
    expect(store.attempts()).toBe(attempts + 1);
    clock.pass(250);
    expect(await next).toStrictEqual({ turns: ['one', 'two'] });
    expect(pending()).toBe(0);
  });

  it('makes a change once although the answer that it was stored got lost', async () => {
    const { ours, theirs, store, clock } = openStores();
    await ours.update('CA1', say('one'));
    store.turn('deaf');
    await ours.update('CA1', say('two'));
    store.turn('up');
    clock.pass(2_000);
    await ours.update('CA1', say('three'));
    expect(await theirs.get('CA1')).toStrictEqual({ turns: ['one', 'two', 'three'] });
  });

  it('rewrites a session that the store has lost, at the next update', async () => {
    const { ours, theirs, store } = openStores();
    await ours.update('CA1', say('one'));
    await store.inner.delete('session:CA1');
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['one'] });
    await ours.update('CA1', say('two'));
    expect(await theirs.get('CA1')).toStrictEqual({ turns: ['one', 'two'] });
  });

  it('is not thrown back by a store that has fallen behind what it confirmed', async () => {
    const { ours, theirs, store } = openStores();
    await ours.update('CA1', say('one'));
    const old = await store.inner.get('session:CA1');
    await ours.update('CA1', say('two'));
    await store.inner.set('session:CA1', old ?? null, 60_000);
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['one', 'two'] });
    await ours.update('CA1', say('three'));
    expect(await theirs.get('CA1')).toStrictEqual({ turns: ['one', 'two', 'three'] });
  });

  it('joins the changes of two processes, also those made while one could not reach the store', async () => {
    const { ours, theirs, store, clock } = openStores();
    await ours.update('CA1', say('ours 1'));
    await theirs.update('CA1', say('theirs 1'));
    store.turn('down');
    await ours.update('CA1', say('ours 2'));
    store.turn('up');
    await theirs.update('CA1', say('theirs 2'));
    clock.pass(2_000);
    expect(await ours.update('CA1', say('ours 3'))).toStrictEqual({
      turns: ['ours 1', 'theirs 1', 'theirs 2', 'ours 2', 'ours 3'],
    });
  });

  it('starts a call anew after it was deleted, with nothing of the old one', async () => {
    const { ours, theirs } = openStores();
    await ours.update('CA1', say('one'));
    const last = ours.update('CA1', say('under way'));
    await ours.delete('CA1');
    await last;
    expect(await theirs.get('CA1')).toBeUndefined();
    expect(await ours.update('CA1', say('two'))).toStrictEqual({ turns: ['two'] });
  });

  it('does not let a write that is under way bring a deleted session back', async () => {
    const { ours, store, clock } = openStores();
    await ours.update('CA1', say('one'));
    store.turn('silent');
    const last = ours.update('CA1', say('under way'));
    const deleted = ours.delete('CA1');
    clock.pass(250);
    await Promise.all([last, deleted]);
    store.turn('up');
    await new Promise(setImmediate);
    expect(await store.inner.get('session:CA1')).toBeUndefined();
  });

  it('waits 250 milliseconds in all for a first update that has to load the session too', async () => {
    const { ours, store, clock, pending } = openStores();
    store.turn('silent');
    const update = ours.update('CA1', say('one'));
    clock.pass(200);
    store.turn('up');
    store.turn('silent');
    await expect.poll(pending).toBe(1);
    await expect.poll(() => store.attempts()).toBe(2);
    clock.pass(50);
    expect(await update).toStrictEqual({ turns: ['one'] });
  });

  it('rejects a change that throws and keeps the session as it was', async () => {
    const { ours, errors } = openStores();
    await ours.update('CA1', say('one'));
    const broken = ours.update('CA1', () => {
      throw new Error('no such slot');
    });
    await expect(broken).rejects.toThrow('no such slot');
    expect(await ours.get('CA1')).toStrictEqual({ turns: ['one'] });
    expect(errors).toStrictEqual([]);
  });

  it('takes a stored session of another shape for absent and writes over it', async () => {
    const { ours, store, errors } = openStores();
    await store.inner.set('session:CA1', { session: { version: 0 }, applied: {} }, 60_000);
    expect(await ours.get('CA1')).toBeUndefined();
    expect(errors).toHaveLength(1);
    await ours.update('CA1', say('one'));
    expect(await store.inner.get('session:CA1')).toMatchObject({ session: { turns: ['one'] } });
  });
});

describeWithRedis('the session store on a real Redis', () => {
  const owned: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of owned.splice(0).reverse()) await one.close();
  });

  it('fails and loses nothing in 50 calls while Redis stands still, forgets everything, and goes away', async () => {
    const proxy = await openRedisProxy(testRedisUrl ?? '');
    owned.push(proxy);
    const keyPrefix = `test:${randomUUID()}:`;
    const open = (url: string) => {
      const keyValue = createRedisKeyValue({ url, keyPrefix, onError: () => {} });
      owned.push(keyValue);
      return keyValue;
    };
    const keyValue = open(proxy.url);
    const store = createSessionStore({ keyValue, parse, backOffMs: 50, onError: () => {} });
    const callSids = Array.from({ length: 50 }, (_, index) => `CA${index}`);
    const said: string[] = [];
    const sayEverywhere = async (text: string) => {
      said.push(text);
      const begun = performance.now();
      const sessions = await Promise.all(callSids.map((callSid) => store.update(callSid, say(text))));
      // 250 ms by contract, the rest is room for a busy machine.
      expect(performance.now() - begun).toBeLessThan(1_000);
      expect(sessions).toStrictEqual(callSids.map(() => ({ turns: said })));
    };

    await sayEverywhere('before');
    proxy.hold();
    await sayEverywhere('while it stands still');
    await sayEverywhere('at once after that');
    proxy.release();
    await sayEverywhere('when it is back');
    const direct = open(testRedisUrl ?? '');
    await Promise.all(callSids.map((callSid) => direct.delete(`session:${callSid}`)));
    await sayEverywhere('after it forgot everything');
    await proxy.stop();
    await sayEverywhere('without a connection');
    await proxy.start();
    // Only an update brings the store up to date, so they go on until another process has seen the last one.
    const other = createSessionStore({ keyValue: direct, parse, onError: () => {} });
    await expect
      .poll(
        async () => {
          await sayEverywhere(`back again ${said.length}`);
          return Promise.all(callSids.map((callSid) => other.get(callSid)));
        },
        { timeout: 10_000, interval: 100 },
      )
      .toSatisfy((sessions: (Session | undefined)[]) =>
        sessions.every((session) => session?.turns.join() === said.join()),
      );
    await Promise.all(callSids.map((callSid) => other.delete(callSid)));
  });

  it('loses none of 100 concurrent updates from each of two processes', async () => {
    const keyPrefix = `test:${randomUUID()}:`;
    const fail = (error: unknown) => {
      throw error;
    };
    const open = () => {
      const keyValue = createRedisKeyValue({
        url: testRedisUrl ?? '',
        keyPrefix,
        commandTimeoutMs: 5_000,
        onError: fail,
      });
      owned.push(keyValue);
      return createSessionStore({ keyValue, parse, waitMs: 10_000, onError: fail });
    };
    const stores = [open(), open()];
    await Promise.all(
      stores.flatMap((store, process) =>
        Array.from({ length: 100 }, (_, turn) => store.update('CA1', say(`${process} ${turn}`))),
      ),
    );
    const [one, two] = await Promise.all(stores.map((store) => store.get('CA1')));
    expect(new Set(one?.turns).size).toBe(200);
    expect(one?.turns).toHaveLength(200);
    expect(two).toStrictEqual(one);
    // Each process's own turns are in the order in which it made them.
    for (const process of [0, 1]) {
      expect(one?.turns.filter((turn) => turn.startsWith(`${process} `))).toStrictEqual(
        Array.from({ length: 100 }, (_, turn) => `${process} ${turn}`),
      );
    }
    await stores[0]?.delete('CA1');
    expect(await stores[1]?.get('CA1')).toBeDefined();
  });
});
