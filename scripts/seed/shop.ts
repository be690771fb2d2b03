/** The shop that the generated bookings go to: the dealership's own hours, bays and menu, and the usual holidays. */
import { dayHours } from '../../src/dealership/hours.ts';
import { toLocal } from '../../src/dealership/local-time.ts';
import type { DealershipProfile } from '../../src/dealership/profile.ts';
import { dayOf } from './days.ts';

export interface OpenDay {
  date: string;
  /** Days since 1970-01-01. */
  day: number;
  /** Epoch milliseconds of the first slot. */
  opensAt: number;
  slots: number;
  /** The slots of today that are over, or still to begin; on other days all of them. `to` is the end of the last. */
  from: number;
  to: number;
}

export interface Shop {
  profile: DealershipProfile;
  /** Epoch milliseconds of the moment at which the world is generated. */
  now: number;
  /** The local date then, in days since 1970-01-01. */
  today: number;
  slotMs: number;
  /** Today and back, oldest first; of today only what is over. */
  past: OpenDay[];
  /** Today and on, to the end of the booking horizon; of today only what is still to begin. */
  coming: OpenDay[];
}

/** How far back there are bookings. */
const PAST_DAYS = 900;
/** Beyond this many customers the past is stretched, so that their bookings still fit into the bays. */
const CUSTOMERS_PER_PAST = 10_000;

export function openShop(profile: DealershipProfile, now: number, customers: number): Shop {
  const slotMs = profile.slotMinutes * 60_000;
  const today = toLocal(now, profile.timeZone).toPlainDate();
  const pastDays = Math.ceil(PAST_DAYS * Math.max(1, customers / CUSTOMERS_PER_PAST));
  const past = openDays(profile, today.subtract({ days: pastDays }), today);
  const coming = openDays(profile, today, today.add({ days: profile.bookingHorizonDays }));
  /** Whole slots since opening; negative before. */
  const elapsed = ({ opensAt }: OpenDay) => Math.floor((now - opensAt) / slotMs);
  return {
    profile,
    now,
    today: dayOf(today.toString()),
    slotMs,
    past: past
      .map((day) => ({ ...day, to: Math.min(day.slots, elapsed(day)) }))
      .filter(({ from, to }) => from < to),
    coming: coming
      .map((day) => ({ ...day, from: Math.max(0, elapsed(day) + 1) }))
      .filter(({ from, to }) => from < to),
  };
}

function openDays(profile: DealershipProfile, from: Temporal.PlainDate, to: Temporal.PlainDate): OpenDay[] {
  const days: OpenDay[] = [];
  for (let date = from; Temporal.PlainDate.compare(date, to) <= 0; date = date.add({ days: 1 })) {
    const hours = isHoliday(date) ? undefined : dayHours(profile, date);
    if (!hours?.isOpen) continue;
    const minutes = (hours.closesAt.getTime() - hours.opensAt.getTime()) / 60_000;
    const slots = Math.floor(minutes / profile.slotMinutes);
    days.push({
      date: date.toString(),
      day: dayOf(date.toString()),
      opensAt: hours.opensAt.getTime(),
      slots,
      from: 0,
      to: slots,
    });
  }
  return days;
}

/** Days on which nearly every American service desk is closed, whether or not the dealership lists them. */
function isHoliday({ month, day, dayOfWeek, daysInMonth }: Temporal.PlainDate): boolean {
  if (month === 1) return day === 1;
  if (month === 5) return dayOfWeek === 1 && day + 7 > daysInMonth; // Memorial Day
  if (month === 7) return day === 4;
  if (month === 9) return dayOfWeek === 1 && day <= 7; // Labor Day
  if (month === 11) return dayOfWeek === 4 && day > 21 && day <= 28; // Thanksgiving
  return month === 12 && day === 25;
}
