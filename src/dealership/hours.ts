/** When the dealership is open: a day's hours, whether it is open now, and the next day it opens. */
import { toDate, toLocal, weekdayName, weekdayOf } from './local-time.ts';
import type { DealershipProfile } from './profile.ts';

export type Day =
  /** `lunch`, where there is one, lies inside the hours: nobody works on a car then. */
  | { isOpen: true; opensAt: Date; closesAt: Date; lunch?: { from: Date; to: Date } }
  /** `reason` is what the agent says: `Memorial Day`, or `we are closed on Sundays`. */
  | { isOpen: false; reason: string };

/** The hours of one local day, as instants. */
export function dayHours(profile: DealershipProfile, date: Temporal.PlainDate): Day {
  const closure = profile.closures.find((closed) => closed.date === date.toString());
  if (closure !== undefined) return { isOpen: false, reason: closure.reason };
  const hours = profile.hours[weekdayOf(date)];
  if (hours === 'closed') return { isOpen: false, reason: `we are closed on ${weekdayName(date)}s` };
  const at = (time: string) =>
    toDate(date.toZonedDateTime({ timeZone: profile.timeZone, plainTime: Temporal.PlainTime.from(time) }));
  const { open, close, lunch } = hours;
  return {
    isOpen: true,
    opensAt: at(open),
    closesAt: at(close),
    ...(lunch === undefined ? {} : { lunch: { from: at(lunch.from), to: at(lunch.to) } }),
  };
}

/** `now` in epoch milliseconds. */
export function isOpenAt(profile: DealershipProfile, now: number): boolean {
  const day = dayHours(profile, toLocal(now, profile.timeZone).toPlainDate());
  return day.isOpen && day.opensAt.getTime() <= now && now < day.closesAt.getTime();
}

/** The first open day after `date`, looked for through `withinDays`. It may be full; see `getAvailability`. */
export function nextOpenDay(
  profile: DealershipProfile,
  date: Temporal.PlainDate,
  withinDays = 31,
): Temporal.PlainDate | undefined {
  for (let days = 1; days <= withinDays; days += 1) {
    const candidate = date.add({ days });
    if (dayHours(profile, candidate).isOpen) return candidate;
  }
  return undefined;
}
