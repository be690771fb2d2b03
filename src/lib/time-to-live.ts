/** One rule for how long a key-value store keeps an entry. */

/** Whole milliseconds, at least 1. Throws a RangeError for anything that is not a positive, finite time. */
export function checkTimeToLive(ttlMs: number): number {
  if (!Number.isFinite(ttlMs) || ttlMs <= 0) {
    throw new RangeError(`A time to live must be a positive number of milliseconds, not ${ttlMs}.`);
  }
  return Math.ceil(ttlMs);
}
