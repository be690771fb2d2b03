/** A clock that stands still until told: for rules about time. */
import type { Clock } from '../../src/lib/clock.ts';

export interface ManualClock extends Clock {
  /** Timers that have neither run nor been cancelled. */
  readonly waiting: number;
  /** Lets `ms` milliseconds pass and runs what falls due on the way, in order. */
  advance(ms: number): void;
}

export function createManualClock(startAt = 0): ManualClock {
  let passed = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => startAt + passed,
    elapsed: () => passed,
    after(ms, run) {
      const timer = { at: passed + Math.max(0, ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    get waiting() {
      return timers.length;
    },
    advance(ms) {
      const target = passed + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= target).toSorted((a, b) => a.at - b.at)[0];
        if (!due) break;
        passed = Math.max(passed, due.at);
        timers = timers.filter((one) => one !== due);
        due.run();
      }
      passed = target;
    },
  };
}
