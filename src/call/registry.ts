/** The calls in progress in this process: whether one more may come in, and how they end when we stop. */
import type { LiveCall } from './call.ts';

export interface CallRegistry {
  readonly size: number;
  /** False when full or draining. */
  readonly admits: boolean;
  readonly isDraining: boolean;
  /**
   * Keeps a place for a call on its way in, or undefined when none is left. Whoever got the function must call it, once
   * the call has been added or will not come.
   */
  reserve(): (() => void) | undefined;
  add(callSid: string, call: LiveCall): void;
  has(callSid: string): boolean;
  /** Resolves when the call has ended and its record is closed; at once when it is not in progress. */
  settled(callSid: string): Promise<void>;
  /**
   * Takes no more calls and waits until those in progress have ended; after `deadlineMs` the remaining ones are told
   * goodbye and get `goodbyeMs` more.
   */
  drain(deadlineMs: number, goodbyeMs: number): Promise<void>;
}

export function createCallRegistry(maxCalls: number): CallRegistry {
  const calls = new Map<string, LiveCall>();
  const reservations = new Set<() => void>();
  let isDraining = false;
  const admits = () => !isDraining && calls.size + reservations.size < maxCalls;

  /** Also waits for a call that was let in before the drain began and was added after it. */
  async function everyCallEnds(): Promise<boolean> {
    while (calls.size > 0) await Promise.allSettled([...calls.values()].map((call) => call.ended));
    return true;
  }

  async function emptyWithin(ms: number): Promise<boolean> {
    if (calls.size === 0) return true;
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), ms);
    const isEmpty = await Promise.race([everyCallEnds(), late]);
    clearTimeout(timer);
    return isEmpty;
  }

  return {
    get size() {
      return calls.size;
    },
    get admits() {
      return admits();
    },
    get isDraining() {
      return isDraining;
    },
    reserve() {
      if (!admits()) return undefined;
      const release = () => void reservations.delete(release);
      reservations.add(release);
      return release;
    },
    add(callSid, call) {
      calls.set(callSid, call);
      void call.ended.finally(() => {
        if (calls.get(callSid) === call) calls.delete(callSid);
      });
    },
    has: (callSid) => calls.has(callSid),
    async settled(callSid) {
      await calls.get(callSid)?.ended;
    },
    async drain(deadlineMs, goodbyeMs) {
      isDraining = true;
      if (await emptyWithin(deadlineMs)) return;
      for (const call of calls.values()) call.shutDown();
      await emptyWithin(goodbyeMs);
    },
  };
}
