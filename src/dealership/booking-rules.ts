/** Whether an appointment may start at a given time, whoever else is booked: hours, closures, grid, notice, horizon. */
import { dayHours, nextOpenDay } from './hours.ts';
import { formatLocal, toLocal } from './local-time.ts';
import type { DealershipProfile } from './profile.ts';

const MINUTE_MS = 60_000;

/** Local times are `YYYY-MM-DDTHH:MM`, dates `YYYY-MM-DD`. */
export type StartRefusal =
  | { code: 'in_past' }
  | { code: 'too_soon'; leadTimeMinutes: number }
  | { code: 'beyond_horizon'; lastDate: string }
  | { code: 'closed'; reason: string; nextOpenDate: string | undefined }
  /** `latestStart` is the last one from which this service ends before closing; undefined when it never fits. */
  | { code: 'outside_hours'; opensAt: string; closesAt: string; latestStart: string | undefined }
  /** `nearest` names the bookable starts before and after the one asked for. */
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
  if (start <= now) return { code: 'in_past' };

  const date = toLocal(startsAt, profile.timeZone).toPlainDate();
  const lastDate = lastBookableDate(profile, now);
  if (Temporal.PlainDate.compare(date, lastDate) > 0) {
    return { code: 'beyond_horizon', lastDate: lastDate.toString() };
  }

  const day = dayHours(profile, date);
  if (!day.isOpen) {
    return {
      code: 'closed',
      reason: day.reason,
      nextOpenDate: nextOpenDay(profile, date)?.toString(),
    };
  }

  const local = (at: number) => formatLocal(toLocal(at, profile.timeZone));
  const starts = gridStarts(profile, date, minutes);
  const opens = day.opensAt.getTime();
  const closes = day.closesAt.getTime();
  if (start < opens || start + minutes * MINUTE_MS > closes) {
    const latest = starts.at(-1);
    return {
      code: 'outside_hours',
      opensAt: local(opens),
      closesAt: local(closes),
      latestStart: latest === undefined ? undefined : local(latest),
    };
  }
  if (start < now + profile.leadTimeMinutes * MINUTE_MS) {
    return { code: 'too_soon', leadTimeMinutes: profile.leadTimeMinutes };
  }
  if (!starts.includes(start)) {
    const before = starts.findLast((candidate) => candidate < start);
    const after = starts.find((candidate) => candidate > start);
    return {
      code: 'off_grid',
      nearest: [before, after].filter((candidate) => candidate !== undefined).map(local),
    };
  }
  return undefined;
}

/**
 * Every start of the day's grid from which the service ends before closing, in epoch milliseconds, whether free or
 * not. Counted in real minutes from opening, so a day on which the clocks change has no start twice and none missing.
 */
export function gridStarts(profile: DealershipProfile, date: Temporal.PlainDate, minutes: number): number[] {
  const day = dayHours(profile, date);
  if (!day.isOpen) return [];
  const starts: number[] = [];
  const last = day.closesAt.getTime() - minutes * MINUTE_MS;
  for (let at = day.opensAt.getTime(); at <= last; at += profile.slotMinutes * MINUTE_MS) starts.push(at);
  return starts;
}

export function lastBookableDate(profile: DealershipProfile, now: number): Temporal.PlainDate {
  return toLocal(now, profile.timeZone).toPlainDate().add({ days: profile.bookingHorizonDays });
}
