/** Calls without a stream that may come back: what is needed to go on with them, for a limited time and number. */
import type { Clock } from '../lib/clock.ts';

/** More than the calls that one process holds at a time. */
const MOST = 500;

export interface ParkedCalls<T> {
  /** Keeps `value` for `ms`; then `giveUp` runs, once. Replaces what was kept for the call, whose end then never runs. */
  park(callSid: string, value: T, ms: number, giveUp: () => Promise<void>): void;
  get(callSid: string): T | undefined;
  /** Hands it out for good: nothing is given up any more. */
  take(callSid: string): T | undefined;
  /** Gives up every call now. */
  close(): Promise<void>;
}

/** `onFault` hears of a `giveUp` that failed. */
export function createParkedCalls<T>(options: {
  clock: Pick<Clock, 'after'>;
  onFault: (error: unknown, callSid: string) => void;
}): ParkedCalls<T> {
  const calls = new Map<string, { value: T; cancel: () => void; giveUp: () => Promise<void> }>();

  function take(callSid: string): T | undefined {
    const parked = calls.get(callSid);
    parked?.cancel();
    calls.delete(callSid);
    return parked?.value;
  }

  async function giveUp(callSid: string): Promise<void> {
    const parked = calls.get(callSid);
    take(callSid);
    await parked?.giveUp().catch((error: unknown) => options.onFault(error, callSid));
  }

  return {
    park(callSid, value, ms, end) {
      take(callSid);
      const [oldest] = calls.keys();
      if (oldest !== undefined && calls.size >= MOST) void giveUp(oldest);
      const cancel = options.clock.after(ms, () => void giveUp(callSid));
      calls.set(callSid, { value, cancel, giveUp: end });
    },
    get: (callSid) => calls.get(callSid)?.value,
    take,
    async close() {
      await Promise.all([...calls.keys()].map(giveUp));
    },
  };
}
