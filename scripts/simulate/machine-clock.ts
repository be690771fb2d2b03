/** Time that runs fast but never ahead of its machine: when the process is held up, the clock stands still. */
import type { Clock } from '../../src/lib/clock.ts';

/** The most that may pass at once; two frames of audio. Milliseconds of the clock. */
const MOST_AT_ONCE_MS = 40;

export interface MachineClock extends Clock {
  pass(ms: number): Promise<void>;
  stop(): void;
}

/**
 * `speed`: how many times faster than real, when the machine keeps up. An ordinary fast clock would let every deadline
 * of a call expire while the process waits for a busy core; here all timers wait with it.
 */
export function createMachineClock({ startAt, speed }: { startAt: number; speed: number }): MachineClock {
  let elapsed = 0;
  let serial = 0;
  /** Ordered by due time, then by when they were set. */
  const timers: { at: number; serial: number; run: () => void }[] = [];
  let last = performance.now();

  function insert(timer: (typeof timers)[number]): void {
    let index = timers.length;
    while (index > 0 && (timers[index - 1]?.at ?? 0) > timer.at) index--;
    timers.splice(index, 0, timer);
  }

  function tick(): void {
    const now = performance.now();
    const target = elapsed + Math.min(MOST_AT_ONCE_MS, (now - last) * speed);
    last = now;
    // What a timer sets comes with the next tick at the earliest: rounding can make its moment this one, again and again.
    const latest = serial;
    for (let next = timers[0]; next && next.at <= target && next.serial <= latest; next = timers[0]) {
      timers.shift();
      elapsed = Math.max(elapsed, next.at);
      next.run();
    }
    elapsed = target;
  }

  const interval = setInterval(tick, 1);

  function after(ms: number, run: () => void): () => void {
    const timer = { at: elapsed + Math.max(0, ms), serial: ++serial, run };
    insert(timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  }

  return {
    now: () => Math.floor(startAt + elapsed),
    elapsed: () => elapsed,
    after,
    pass: (ms) => new Promise((resolve) => void after(ms, resolve)),
    stop: () => clearInterval(interval),
  };
}
