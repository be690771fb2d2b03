/** Trying again, within the time that the caller gives. */
import type { Clock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';

const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Runs `attempt` until it succeeds, fails for good, has failed five times, or `signal` aborts.
 * Pauses are random up to a bound that doubles from 500 ms to 8 s. `attempt` must reject with VendorErrors.
 * When the signal aborts, the last failure is what is thrown; a `timeout` if there was none.
 */
export async function tryAgain<T>(
  operation: string,
  clock: Clock,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  let failure = new VendorError('google', 'timeout', `${operation}: stopped by the caller before an answer`);
  for (let count = 1; !signal.aborted; count += 1) {
    try {
      return await untilAborted(attempt(), signal);
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof VendorError) || !error.retryable || count === MAX_ATTEMPTS) throw error;
      failure = error;
    }
    await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (count - 1)), clock, signal);
  }
  throw failure;
}

/** The work's own outcome, or a rejection as soon as the signal aborts; the work may then end unheard. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new VendorError('google', 'timeout', 'stopped by the caller'));
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/** Resolves after `ms`, or at once when the signal aborts. */
function pause(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}
