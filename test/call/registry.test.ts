import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveCall } from '../../src/call/call.ts';
import type { CallEnd } from '../../src/call/events.ts';
import { createCallRegistry } from '../../src/call/registry.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call that ends when told, or a while after it was asked to. */
function liveCall(goodbyeMs?: number) {
  const { promise: ended, resolve } = Promise.withResolvers<CallEnd>();
  let asked = 0;
  const call: LiveCall = {
    listener: { audio() {}, played() {}, pressed() {}, ended() {} },
    ended,
    shutDown() {
      asked++;
      if (goodbyeMs !== undefined) setTimeout(() => resolve('shutdown'), goodbyeMs);
    },
  };
  return {
    call,
    end: () => resolve('caller_hangup'),
    get asked() {
      return asked;
    },
  };
}

/** Resolves to whether `work` had settled after `ms`. */
async function isDoneAfter(ms: number, work: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  void work.then(() => (isDone = true));
  await vi.advanceTimersByTimeAsync(ms);
  return isDone;
}

describe('the calls in progress', () => {
  it('are counted until they have ended, and let in as many as there is room for', async () => {
    const registry = createCallRegistry(2);
    const [first, second] = [liveCall(), liveCall()];
    registry.add('CA1', first.call);
    expect(registry).toMatchObject({ size: 1, admits: true });
    registry.add('CA2', second.call);
    expect(registry).toMatchObject({ size: 2, admits: false });
    expect(registry.has('CA1')).toBe(true);
    first.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(registry).toMatchObject({ size: 1, admits: true });
    expect(registry.has('CA1')).toBe(false);
  });

  it('have their places kept while they are on their way in', () => {
    const registry = createCallRegistry(2);
    const [first, second] = [registry.reserve(), registry.reserve()];
    expect(registry).toMatchObject({ size: 0, admits: false });
    expect(registry.reserve()).toBeUndefined();
    first?.();
    first?.();
    expect(registry.admits).toBe(true);
    registry.add('CA2', liveCall().call);
    second?.();
    expect(registry).toMatchObject({ size: 1, admits: true });
    void registry.drain(0, 0);
    expect(registry.reserve()).toBeUndefined();
  });

  it('are not forgotten when an earlier stream of the same call ends', async () => {
    const registry = createCallRegistry(2);
    const [old, current] = [liveCall(), liveCall()];
    registry.add('CA1', old.call);
    registry.add('CA1', current.call);
    old.end();
    await vi.advanceTimersByTimeAsync(0);
    expect(registry.has('CA1')).toBe(true);
  });

  it('can be waited for; a call that is not there has ended', async () => {
    const registry = createCallRegistry(2);
    const { call, end } = liveCall();
    registry.add('CA1', call);
    expect(await isDoneAfter(10, registry.settled('CA2'))).toBe(true);
    const settled = registry.settled('CA1');
    expect(await isDoneAfter(10, settled)).toBe(false);
    end();
    expect(await isDoneAfter(0, settled)).toBe(true);
  });
});

describe('draining', () => {
  it('admits nobody from the first moment, and ends at once when nobody talks', async () => {
    const registry = createCallRegistry(2);
    const drained = registry.drain(60_000, 1_000);
    expect(registry).toMatchObject({ isDraining: true, admits: false });
    expect(await isDoneAfter(0, drained)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets calls end by themselves, and tells none of them to', async () => {
    const registry = createCallRegistry(2);
    const talk = liveCall();
    registry.add('CA1', talk.call);
    const drained = registry.drain(60_000, 1_000);
    expect(await isDoneAfter(59_000, drained)).toBe(false);
    talk.end();
    expect(await isDoneAfter(0, drained)).toBe(true);
    expect(talk.asked).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says goodbye to those that are left at the deadline, and waits for the goodbye', async () => {
    const registry = createCallRegistry(2);
    const talk = liveCall(3_000);
    registry.add('CA1', talk.call);
    const drained = registry.drain(60_000, 15_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(talk.asked).toBe(1);
    expect(await isDoneAfter(2_999, drained)).toBe(false);
    expect(await isDoneAfter(1, drained)).toBe(true);
  });

  it('does not wait for ever for a call that will not end', async () => {
    const registry = createCallRegistry(2);
    registry.add('CA1', liveCall().call);
    const drained = registry.drain(60_000, 15_000);
    expect(await isDoneAfter(74_999, drained)).toBe(false);
    expect(await isDoneAfter(1, drained)).toBe(true);
  });

  it('waits also for a call that was on its way in when it began', async () => {
    const registry = createCallRegistry(2);
    const [first, late] = [liveCall(), liveCall()];
    registry.add('CA1', first.call);
    const drained = registry.drain(60_000, 1_000);
    registry.add('CA2', late.call);
    first.end();
    expect(await isDoneAfter(10, drained)).toBe(false);
    late.end();
    expect(await isDoneAfter(0, drained)).toBe(true);
  });
});
