/** Whether an appointment may start at a given time, whoever else is booked: hours, closures, grid, notice, horizon. */
import { dayHours, nextOpenDay } from './hours.ts';
import { formatLocal, toLocal } from './local-time.ts';
import type { DealershipProfile } from './profile.ts';

const MINUTE_MS = 60_000;

/**
 * Local times are `YYYY-MM-DDTHH:MM`, dates `YYYY-MM-DD`. `nearest` names the last start before and the first after
 * the one asked for that the rules allow, in order, whether free or not; empty when there is none near.
 */
export type StartRefusal =
  | { code: 'in_past'; nearest: string[] }
  | { code: 'too_soon'; leadTimeMinutes: number; nearest: string[] }
  | { code: 'beyond_horizon'; lastDate: string; nearest: string[] }
  | { code: 'closed'; reason: string; nextOpenDate: string | undefined; nearest: string[] }
  /** `latestStart` is the last one from which this service ends before closing; undefined when it never fits. */
  | {
      code: 'outside_hours';
      opensAt: string;
      closesAt: string;
      latestStart: string | undefined;
      nearest: string[];
    }
  /** The service would run into or through the lunch break. */
  | { code: 'lunch_break'; from: string; to: string; nearest: string[] }
  | { code: 'off_grid'; nearest: string[] };

export interface StartQuestion {
  profile: DealershipProfile;
  startsAt: Date;
  /** How long the service takes. */
  minutes: number;
  /** Epoch milliseconds. */
  now: number;
}

/** Undefined when the start is allowed. The first rule that forbids it answers, in the order a person would say it. */
export function checkStart({ profile, startsAt, minutes, now }: StartQuestion): StartRefusal | undefined {
  const start = startsAt.getTime();
  const nearest = () => nearestStarts({ profile, startsAt, minutes, now });
  if (start <= now) return { code: 'in_past', nearest: nearest() };

  const date = toLocal(startsAt, profile.timeZone).toPlainDate();
  const lastDate = lastBookableDate(profile, now);
  if (Temporal.PlainDate.compare(date, lastDate) > 0) {
    return { code: 'beyond_horizon', lastDate: lastDate.toString(), nearest: nearest() };
  }

  const day = dayHours(profile, date);
  if (!day.isOpen) {
    return {
      code: 'closed',
      reason: day.reason,
      nextOpenDate: nextOpenDay(profile, date)?.toString(),
      nearest: nearest(),
    };
  }

  const local = (at: number | Date) => formatLocal(toLocal(at, profile.timeZone));
  const starts = gridStarts(profile, date, minutes);
  const end = start + minutes * MINUTE_MS;
  if (start < day.opensAt.getTime() || end > day.closesAt.getTime()) {
    const latest = starts.at(-1);
    return {
      code: 'outside_hours',
      opensAt: local(day.opensAt),
      closesAt: local(day.closesAt),
      latestStart: latest === undefined ? undefined : local(latest),
      nearest: nearest(),
    };
  }
  if (day.lunch !== undefined && start < day.lunch.to.getTime() && end > day.lunch.from.getTime()) {
    const { from, to } = day.lunch;
    return { code: 'lunch_break', from: local(from), to: local(to), nearest: nearest() };
  }
  if (start < now + profile.leadTimeMinutes * MINUTE_MS) {
    return { code: 'too_soon', leadTimeMinutes: profile.leadTimeMinutes, nearest: nearest() };
  }
  return starts.includes(start) ? undefined : { code: 'off_grid', nearest: nearest() };
}

/** How far on each side of a time an allowed start is looked for; holds every run of holidays. */
const NEAR_DAYS = 14;

/**
 * The last start before and the first after a time that the rules allow, in order; a time too early or too late for
 * any is taken for the first or last bookable day.
 */
export function nearestStarts({ profile, startsAt, minutes, now }: StartQuestion): string[] {
  const asked = startsAt.getTime();
  const earliest = Math.max(now + 1, now + profile.leadTimeMinutes * MINUTE_MS);
  const today = toLocal(now, profile.timeZone).toPlainDate();
  const lastDate = lastBookableDate(profile, now);
  const day = clampDate(toLocal(startsAt, profile.timeZone).toPlainDate(), today, lastDate);
  const startsOn = (days: number) => {
    const date = day.add({ days });
    if (!clampDate(date, today, lastDate).equals(date)) return [];
    return gridStarts(profile, date, minutes).filter((start) => start >= earliest);
  };
  const distances = Array.from({ length: NEAR_DAYS + 1 }, (_, days) => days);
  const find = (sign: 1 | -1, isOnThatSide: (start: number) => boolean) => {
    for (const days of distances) {
      const side = startsOn(days * sign).filter(isOnThatSide);
      const found = sign === 1 ? side[0] : side.at(-1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return [find(-1, (start) => start < asked), find(1, (start) => start > asked)]
    .filter((start) => start !== undefined)
    .map((start) => formatLocal(toLocal(start, profile.timeZone)));
}

function clampDate(date: Temporal.PlainDate, from: Temporal.PlainDate, to: Temporal.PlainDate) {
  if (Temporal.PlainDate.compare(date, from) < 0) return from;
  return Temporal.PlainDate.compare(date, to) > 0 ? to : date;
}

/**
 * Every start of the day's grid from which the service ends before lunch or before closing, in epoch milliseconds,
 * whether free or not. Counted in real minutes from opening, so a day on which the clocks change has no start twice and none missing.
 */
export function gridStarts(profile: DealershipProfile, date: Temporal.PlainDate, minutes: number): number[] {
  const day = dayHours(profile, date);
  if (!day.isOpen) return [];
  const starts: number[] = [];
  const last = day.closesAt.getTime() - minutes * MINUTE_MS;
  const lunchFrom = day.lunch?.from.getTime() ?? last;
  const lunchTo = day.lunch?.to.getTime() ?? Number.NEGATIVE_INFINITY;
  for (let at = day.opensAt.getTime(); at <= last; at += profile.slotMinutes * MINUTE_MS) {
    const isInLunch = at < lunchTo && at + minutes * MINUTE_MS > lunchFrom;
    if (!isInLunch) starts.push(at);
  }
  return starts;
}

export function lastBookableDate(profile: DealershipProfile, now: number): Temporal.PlainDate {
  return toLocal(now, profile.timeZone).toPlainDate().add({ days: profile.bookingHorizonDays });
}
