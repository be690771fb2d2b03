/** Busy times in order and without overlaps. */
import type { BusyTime } from '../../dealership/ports.ts';

/** Sorted by start; times that overlap or touch become one; empty ones are left out. */
export function mergeBusyTimes(times: readonly BusyTime[]): BusyTime[] {
  const sorted = times
    .filter(({ startsAt, endsAt }) => startsAt < endsAt)
    .toSorted((one, other) => one.startsAt.getTime() - other.startsAt.getTime());
  const merged: BusyTime[] = [];
  for (const time of sorted) {
    const last = merged.at(-1);
    if (!last || last.endsAt < time.startsAt) merged.push({ ...time });
    else if (last.endsAt < time.endsAt) last.endsAt = time.endsAt;
  }
  return merged;
}
