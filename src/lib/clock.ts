/** Time as a thing one is given: the business clock, a stopwatch, and timers. */

export interface Clock {
  /** The dealership's present, in whole epoch milliseconds. May start elsewhere than the real present (CLOCK_START). */
  now(): number;
  /** A stopwatch in milliseconds; only differences mean anything. */
  elapsed(): number;
  /** Runs `run` once after `ms` milliseconds; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}

/**
 * The real clock.
 * `startAt`: the epoch milliseconds at which the business clock begins; default the real present.
 * `speed`: 4 makes a minute last fifteen seconds, for simulated calls; default 1.
 */
export function createClock({ startAt, speed = 1 }: { startAt?: number; speed?: number } = {}): Clock {
  const origin = performance.now();
  const first = startAt ?? Date.now();
  const elapsed = () => (performance.now() - origin) * speed;
  return {
    now: () => Math.floor(first + elapsed()),
    elapsed,
    after(ms, run) {
      const timer = setTimeout(run, Math.max(0, ms / speed));
      return () => clearTimeout(timer);
    },
  };
}
