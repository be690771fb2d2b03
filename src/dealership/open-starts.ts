/** Which starts of a day are still free, and which few of them to offer. Pure. */
import { gridStarts, lastBookableDate } from './booking-rules.ts';
import { dayHours } from './hours.ts';
import type { DealershipProfile } from './profile.ts';

const MINUTE_MS = 60_000;

/** Time that is taken, half-open: it is free again at `endsAt`. */
export interface BusyTime {
  startsAt: Date;
  endsAt: Date;
  /** 1-based; null takes every bay. */
  bay: number | null;
  /**
   * Default `booked`. Walk-ins use the share of the day that is kept for them, not the share that can be booked. A
   * hold is one of several starts offered to a caller, who will book one. The calendar's times are nobody's cars.
   */
  kind?: 'booked' | 'walk_in' | 'hold' | 'calendar';
  /** Of a hold: the call it is for. */
  callSid?: string | null;
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
  busy: readonly BusyTime[];
  /** Epoch milliseconds. */
  now: number;
}

/** Every bookable start of the day, in order. Empty on a closed day, in the past and beyond the horizon. */
export function findOpenStarts({ profile, date, minutes, busy, now }: DayQuestion): OpenStart[] {
  if (Temporal.PlainDate.compare(date, lastBookableDate(profile, now)) > 0) return [];
  if (isReserveReached(profile, date, minutes, busy)) return [];
  const earliest = now + profile.leadTimeMinutes * MINUTE_MS;
  const isWrittenUp = writeUpLimit(profile, busy);
  return gridStarts(profile, date, minutes)
    .filter((start) => start >= earliest && start > now && !isWrittenUp(start))
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
  busy: readonly BusyTime[],
  startsAt: Date,
  endsAt: Date,
): number[] {
  const taken = new Set(
    busy.filter((block) => block.startsAt < endsAt && block.endsAt > startsAt).map((block) => block.bay),
  );
  if (taken.has(null)) return [];
  return Array.from({ length: profile.bays }, (_, index) => index + 1).filter((bay) => !taken.has(bay));
}

/** Whether another booking of this length would eat into the share of the day kept for walk-ins. */
export function isReserveReached(
  profile: DealershipProfile,
  date: Temporal.PlainDate,
  minutes: number,
  busy: readonly BusyTime[],
): boolean {
  const day = dayHours(profile, date);
  if (profile.walkInReservePct === 0 || !day.isOpen) return false;
  const opens = day.opensAt.getTime();
  const closes = day.closesAt.getTime();
  const lunch = day.lunch === undefined ? 0 : day.lunch.to.getTime() - day.lunch.from.getTime();
  const bookable = (profile.bays * (closes - opens - lunch) * (100 - profile.walkInReservePct)) / 100;
  const lengthOf = (block: BusyTime) =>
    Math.max(0, Math.min(block.endsAt.getTime(), closes) - Math.max(block.startsAt.getTime(), opens));
  const booked = busy.filter(({ kind = 'booked' }) => kind === 'booked').map(lengthOf);
  // However many starts a caller was offered, one will be booked.
  const held = new Map<string, number>();
  for (const block of busy.filter(({ kind }) => kind === 'hold')) {
    const call = block.callSid ?? '';
    held.set(call, Math.max(held.get(call) ?? 0, lengthOf(block)));
  }
  const taken = [...booked, ...held.values()].reduce((sum, length) => sum + length, 0);
  return taken + minutes * MINUTE_MS > bookable;
}

/** Says of a start whether the advisors already take in as many cars in its slot as they can. */
export function writeUpLimit(
  profile: DealershipProfile,
  busy: readonly BusyTime[],
): (start: number) => boolean {
  const { writeUpsPerSlot, slotMinutes } = profile;
  if (writeUpsPerSlot === null) return () => false;
  const arrivals = [
    ...busy
      .filter(({ kind = 'booked' }) => kind === 'booked' || kind === 'walk_in')
      .map(({ startsAt }) => startsAt.getTime()),
    ...heldArrivals(busy),
  ];
  return (start) =>
    arrivals.filter((at) => at >= start && at < start + slotMinutes * MINUTE_MS).length >= writeUpsPerSlot;
}

/**
 * When the cars of the holds would arrive. Where starts offered to one call overlap in one bay, the later holds have
 * only what the earlier ones lack, so their beginning says nothing; but each ends when its service would, all of a
 * call are for one service, and the first of a row is whole.
 */
function heldArrivals(busy: readonly BusyTime[]): number[] {
  const byCall = Map.groupBy(
    busy.filter(({ kind }) => kind === 'hold'),
    ({ callSid }) => callSid,
  );
  return [...byCall.values()].flatMap((holds) => {
    const length = Math.max(...holds.map(({ startsAt, endsAt }) => endsAt.getTime() - startsAt.getTime()));
    return holds.map(({ endsAt }) => endsAt.getTime() - length);
  });
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
