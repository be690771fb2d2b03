/** Which starts of a day are still free, and which few of them to offer. Pure. */
import { gridStarts, lastBookableDate } from './booking-rules.ts';
import { dayHours } from './hours.ts';
import type { DealershipProfile } from './profile.ts';

const MINUTE_MS = 60_000;

/** A bay that is taken, half-open: it is free again at `endsAt`. */
export interface BusyBay {
  /** 1-based. */
  bay: number;
  startsAt: Date;
  endsAt: Date;
  /** Walk-ins use the share of the day that is kept for them, not the share that can be booked. */
  isWalkIn?: boolean;
}

export interface OpenStart {
  startsAt: Date;
  endsAt: Date;
  /** Bays free for the whole time, lowest first; never empty. */
  bays: number[];
}

export interface DayQuestion {
  profile: DealershipProfile;
  date: Temporal.PlainDate;
  /** How long the service takes. */
  minutes: number;
  busy: readonly BusyBay[];
  /** Epoch milliseconds. */
  now: number;
}

/** Every bookable start of the day, in order. Empty on a closed day, in the past and beyond the horizon. */
export function findOpenStarts({ profile, date, minutes, busy, now }: DayQuestion): OpenStart[] {
  if (Temporal.PlainDate.compare(date, lastBookableDate(profile, now)) > 0) return [];
  if (isReserveReached(profile, date, minutes, busy)) return [];
  const earliest = now + profile.leadTimeMinutes * MINUTE_MS;
  return gridStarts(profile, date, minutes)
    .filter((start) => start >= earliest && start > now)
    .map((start) => {
      const startsAt = new Date(start);
      const endsAt = new Date(start + minutes * MINUTE_MS);
      return { startsAt, endsAt, bays: freeBays(profile, busy, startsAt, endsAt) };
    })
    .filter((start) => start.bays.length > 0);
}

/** The bays free for the whole of a time, lowest first. */
export function freeBays(
  profile: DealershipProfile,
  busy: readonly BusyBay[],
  startsAt: Date,
  endsAt: Date,
): number[] {
  const taken = new Set(
    busy.filter((block) => block.startsAt < endsAt && block.endsAt > startsAt).map((block) => block.bay),
  );
  return Array.from({ length: profile.bays }, (_, index) => index + 1).filter((bay) => !taken.has(bay));
}

/** Whether another booking of this length would eat into the share of the day kept for walk-ins. */
export function isReserveReached(
  profile: DealershipProfile,
  date: Temporal.PlainDate,
  minutes: number,
  busy: readonly BusyBay[],
): boolean {
  const day = dayHours(profile, date);
  if (profile.walkInReservePct === 0 || !day.isOpen) return false;
  const opens = day.opensAt.getTime();
  const closes = day.closesAt.getTime();
  const bookable = (profile.bays * (closes - opens) * (100 - profile.walkInReservePct)) / 100;
  const booked = busy
    .filter((block) => block.isWalkIn !== true)
    .map((block) => Math.min(block.endsAt.getTime(), closes) - Math.max(block.startsAt.getTime(), opens))
    .reduce((sum, length) => sum + Math.max(0, length), 0);
  return booked + minutes * MINUTE_MS > bookable;
}

/**
 * At most `count` of the starts, in order: spread over all of them, first and last included, or those closest to
 * `near` (epoch milliseconds) when it is given.
 */
export function pickSpread<T extends { startsAt: Date }>(
  starts: readonly T[],
  count: number,
  near?: number,
): T[] {
  if (starts.length <= count) return [...starts];
  if (near !== undefined) {
    const distance = (start: T) => Math.abs(start.startsAt.getTime() - near);
    return starts
      .toSorted((a, b) => distance(a) - distance(b))
      .slice(0, count)
      .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
  }
  const gap = (starts.length - 1) / Math.max(1, count - 1);
  const chosen = new Set(Array.from({ length: count }, (_, index) => Math.round(index * gap)));
  return starts.filter((_, index) => chosen.has(index));
}
