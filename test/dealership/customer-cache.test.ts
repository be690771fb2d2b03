import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCustomerCache } from '../../src/dealership/customer-cache.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { KeyValue } from '../../src/lib/key-value.ts';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';

const Customer = z.object({ id: z.string(), firstName: z.string(), vehicles: z.array(z.string()) });
type Customer = z.infer<typeof Customer>;

const NUMBER = '+12175550101';
const ada: Customer = { id: 'c1', firstName: 'Ada', vehicles: ['Civic'] };
const renamed: Customer = { ...ada, firstName: 'Augusta' };
/** Lets everything that is ready to run, run. */
const settle = () => new Promise(setImmediate);

/** A database whose answers can be held back, and processes that each have a cache on one store. */
function openWorld() {
  let elapsed = 0;
  const clock: Clock = { now: () => elapsed, elapsed: () => elapsed, after: () => () => {} };
  const inner = createMemoryKeyValue({ clock });
  const keys = new Set<string>();
  let isDown = false;
  let heldSets: ((outcome: 'kept' | 'lost') => void)[] | undefined;
  let commands = 0;
  const pass = async <R>(key: string, work: () => Promise<R>): Promise<R> => {
    commands += 1;
    keys.add(key);
    if (isDown) throw new Error('down');
    return work();
  };
  const keyValue: KeyValue = {
    ...inner,
    get: (key) => pass(key, () => inner.get(key)),
    set: (key, value, ttlMs) =>
      pass(key, async () => {
        const outcome = heldSets && (await new Promise((resolve) => heldSets?.push(resolve)));
        if (outcome === 'lost') throw new Error('lost');
        await inner.set(key, value, ttlMs);
      }),
    update: (key, change, ttlMs) => pass(key, () => inner.update(key, change, ttlMs)),
  };
  const rows = new Map<string, Customer>([[NUMBER, ada]]);
  let lookups = 0;
  let held: (() => void)[] | undefined;
  const find = async (e164: string): Promise<Customer | undefined> => {
    lookups += 1;
    const row = rows.get(e164);
    if (held) await new Promise<void>((resolve) => held?.push(resolve));
    return row;
  };
  const errors: unknown[] = [];
  const open = () =>
    createCustomerCache({
      keyValue,
      hashKey: 'secret',
      schema: Customer,
      find,
      clock,
      onError: (error) => errors.push(error),
    });
  return {
    inner,
    keys,
    rows,
    errors,
    open,
    ours: open(),
    theirs: open(),
    lookups: () => lookups,
    commands: () => commands,
    pass(ms: number) {
      elapsed += ms;
    },
    turn(state: 'up' | 'down') {
      isDown = state === 'down';
    },
    /** From now on each invalidation waits in this list for its outcome. */
    holdSets: () => {
      heldSets = [];
      return heldSets;
    },
    hold() {
      held = [];
    },
    release() {
      const waiting = held ?? [];
      held = undefined;
      for (const go of waiting) go();
    },
  };
}

describe('the customer cache', () => {
  it('asks the database once in five minutes, for this process and for the others', async () => {
    const world = openWorld();
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    await settle();
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    expect(await world.theirs.find(NUMBER)).toStrictEqual(ada);
    expect(world.lookups()).toBe(1);
    world.pass(300_001);
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    expect(world.lookups()).toBe(2);
  });

  it('asks the database once for any number of lookups at the same time', async () => {
    const world = openWorld();
    const found = await Promise.all(Array.from({ length: 50 }, () => world.ours.find(NUMBER)));
    expect(found).toStrictEqual(Array.from({ length: 50 }, () => ada));
    expect(world.lookups()).toBe(1);
  });

  it('holds no phone number in the store', async () => {
    const world = openWorld();
    await world.ours.find(NUMBER);
    await settle();
    expect([...world.keys]).toHaveLength(1);
    expect([...world.keys].join()).toMatch(/^customer:[\w-]{43}$/);
    expect([...world.keys].join()).not.toContain('2175550101');
  });

  it('finds a new customer at once, since unknown numbers are not remembered', async () => {
    const world = openWorld();
    world.rows.delete(NUMBER);
    expect(await world.ours.find(NUMBER)).toBeUndefined();
    await settle();
    world.rows.set(NUMBER, ada);
    expect(await world.theirs.find(NUMBER)).toStrictEqual(ada);
  });

  it('shows a change to every process as soon as it was invalidated', async () => {
    const world = openWorld();
    await world.theirs.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    await world.ours.invalidate(NUMBER);
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
    expect(await world.theirs.find(NUMBER)).toStrictEqual(renamed);
    await settle();
    const lookups = world.lookups();
    expect(await world.theirs.find(NUMBER)).toStrictEqual(renamed);
    expect(world.lookups()).toBe(lookups);
  });

  it.each(['this process', 'another process'] as const)(
    'does not store what a lookup read before an invalidation by %s',
    async (who) => {
      const world = openWorld();
      world.hold();
      const stale = world.ours.find(NUMBER);
      await settle();
      world.rows.set(NUMBER, renamed);
      await (who === 'this process' ? world.ours : world.theirs).invalidate(NUMBER);
      world.release();
      expect(await stale).toStrictEqual(ada);
      await settle();
      expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
      expect(await world.theirs.find(NUMBER)).toStrictEqual(renamed);
    },
  );

  it('lets nobody join a lookup that began before the invalidation', async () => {
    const world = openWorld();
    world.hold();
    const stale = world.ours.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    await world.ours.invalidate(NUMBER);
    const fresh = world.ours.find(NUMBER);
    await settle();
    world.release();
    expect([await stale, await fresh]).toStrictEqual([ada, renamed]);
  });

  it('does not store a lookup from before an invalidation that never reached the store', async () => {
    const world = openWorld();
    world.hold();
    const stale = world.ours.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    world.turn('down');
    await world.ours.invalidate(NUMBER);
    world.turn('up');
    world.release();
    expect(await stale).toStrictEqual(ada);
    await settle();
    expect(await world.theirs.find(NUMBER)).toStrictEqual(renamed);
  });

  it('does not answer from the cache while an invalidation is under way', async () => {
    const world = openWorld();
    await world.ours.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    const sets = world.holdSets();
    const invalidated = world.ours.invalidate(NUMBER);
    await settle();
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
    for (const end of sets) end('kept');
    await invalidated;
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
  });

  it('passes the cache by when of two invalidations the one that ended last was lost', async () => {
    const world = openWorld();
    const sets = world.holdSets();
    const first = world.ours.invalidate(NUMBER);
    const second = world.ours.invalidate(NUMBER);
    await settle();
    sets[1]?.('kept');
    await second;
    await world.theirs.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    sets[0]?.('lost');
    await first;
    world.pass(2_000);
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
  });

  it('passes the cache by for five minutes when an invalidation could not be stored', async () => {
    const world = openWorld();
    await world.ours.find(NUMBER);
    await settle();
    world.rows.set(NUMBER, renamed);
    world.turn('down');
    await world.ours.invalidate(NUMBER);
    world.turn('up');
    world.pass(200_000);
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
    expect(world.lookups()).toBe(3);
    world.pass(100_001);
    expect(await world.ours.find(NUMBER)).toStrictEqual(renamed);
    await settle();
    await world.ours.find(NUMBER);
    expect(world.lookups()).toBe(4);
  });

  it('answers from the database while the store is down and tries it again after two seconds', async () => {
    const world = openWorld();
    world.turn('down');
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    expect(await world.ours.find(NUMBER)).toStrictEqual(ada);
    expect([world.lookups(), world.commands(), world.errors.length]).toStrictEqual([2, 1, 1]);
    world.turn('up');
    world.pass(2_000);
    await world.ours.find(NUMBER);
    await settle();
    await world.ours.find(NUMBER);
    expect(world.lookups()).toBe(3);
  });

  it('takes a cached record of another shape for absent and replaces it', async () => {
    const world = openWorld();
    await world.ours.find(NUMBER);
    await settle();
    const [key = ''] = world.keys;
    await world.inner.set(key, { customer: { id: 'c1', name: 'an older shape' } }, 60_000);
    expect(await world.theirs.find(NUMBER)).toStrictEqual(ada);
    await settle();
    await world.theirs.find(NUMBER);
    expect(world.lookups()).toBe(2);
  });

  it('passes a database failure on to everybody who waits, and asks again the next time', async () => {
    const world = openWorld();
    let isBroken = true;
    const cache = createCustomerCache({
      keyValue: world.inner,
      hashKey: 'secret',
      schema: Customer,
      find: async () => {
        if (isBroken) throw new Error('no database');
        return ada;
      },
      onError: () => {},
    });
    const outcomes = await Promise.allSettled([cache.find(NUMBER), cache.find(NUMBER)]);
    expect(outcomes.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    isBroken = false;
    expect(await cache.find(NUMBER)).toStrictEqual(ada);
  });
});
