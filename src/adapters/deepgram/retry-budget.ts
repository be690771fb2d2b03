/** How often a broken connection is tried again: twice within three seconds, and never when that cannot help. */
import type { Clock } from '../../lib/clock.ts';
import type { VendorError } from '../../lib/vendor-error.ts';

const MOST_TRIES = 2;
const WINDOW_MS = 3000;
/** Between a refused or unanswered handshake and the next. */
const PAUSE_MS = 500;

export interface RetryBudget {
  /**
   * The connection failed. Returns after how many milliseconds to try again; undefined: give up.
   * `wasOpen`: it had stood until now.
   */
  next(error: VendorError, wasOpen: boolean): number | undefined;
  /** What is left of the window in which the connection must stand again; infinite before the first failure. */
  readonly remainingMs: number;
}

export function createRetryBudget(clock: Clock): RetryBudget {
  let tries: number[] = [];
  /** When the connection last stood; undefined: before the first failure. */
  let brokenAt: number | undefined;
  let hasBeenLimited = false;

  const remaining = () =>
    brokenAt === undefined ? Infinity : Math.max(0, brokenAt + WINDOW_MS - clock.elapsed());

  return {
    next(error, wasOpen) {
      const now = clock.elapsed();
      if (wasOpen || brokenAt === undefined) {
        brokenAt = now;
        hasBeenLimited = false;
      }
      tries = tries.filter((time) => now - time < WINDOW_MS);
      const isLimited = error.fault === 'limited';
      const isSpent = tries.length >= MOST_TRIES || remaining() <= PAUSE_MS || (isLimited && hasBeenLimited);
      if (!error.retryable || isSpent) return undefined;
      hasBeenLimited ||= isLimited;
      tries.push(now);
      return wasOpen ? 0 : PAUSE_MS;
    },
    get remainingMs() {
      return remaining();
    },
  };
}
