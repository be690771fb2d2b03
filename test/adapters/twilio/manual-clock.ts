/** A clock that stands still until told: for rules about time. */
import type { Clock } from '../../../src/lib/clock.ts';

export function createManualClock(): Clock & { advance(ms: number): void } {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => now,
    elapsed: () => now,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    /** Runs what falls due on the way, in order. */
    advance(ms) {
      const target = now + ms;
      for (;;) {
        const due = timers.filter(({ at }) => at <= target).toSorted((a, b) => a.at - b.at)[0];
        if (!due) break;
        now = Math.max(now, due.at);
        timers = timers.filter((one) => one !== due);
        due.run();
      }
      now = target;
    },
  };
}
