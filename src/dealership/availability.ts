/** What can be booked on a day: a few free starts to offer, whether the asked time is one, and what comes next if not. */
import { and, gt, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { unionAll } from 'drizzle-orm/pg-core';
import type { Db, Tx } from '../db/connect.ts';
import { calendarBlocks, slotHolds } from '../db/desk-schema.ts';
import { ACTIVE_STATUSES, appointments } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { checkStart, gridStarts, lastBookableDate, type StartRefusal } from './booking-rules.ts';
import { dayHours } from './hours.ts';
import { formatLocal, parseDate, parseLocal, parseTime, toLocal, weekdayName } from './local-time.ts';
import { findService } from './menu.ts';
import { type BusyTime, findOpenStarts, type OpenStart, pickSpread } from './open-starts.ts';
import type { DealershipProfile } from './profile.ts';
import { sayDate, sayTimeOfNight } from './spoken-time.ts';

/** As many as fit an answer that the model reads; it says two or three of them. */
const OFFERED = 6;
/** How far past the day asked for a free one is looked for. Two weeks holds every run of holidays, and one query. */
const SEARCH_DAYS = 14;
/** The database allows no longer appointment; lets the query use the index on the start. */
const LONGEST_MS = 600 * 60_000;

export interface AvailabilityQuestion {
  /** `YYYY-MM-DD`. */
  date: string;
  /** A code, spoken name or alias of the menu. */
  serviceCode: string;
  /** Morning ends at noon. */
  period?: 'morning' | 'afternoon' | null;
  /** The time asked for, `HH:MM`. */
  near?: string | null;
  /** An appointment about to be moved: the time it holds counts as free. */
  moving?: string;
  /** The call that asks: what is held for it counts as free. */
  callSid?: string;
  /** Times at which no car can be taken in any bay, besides those on record; never our own appointments' events. */
  alsoBusy?: readonly { startsAt: Date; endsAt: Date }[];
  /** Epoch milliseconds. */
  now: number;
}

interface OfferedStart {
  /** `YYYY-MM-DDTHH:MM`, local; with its offset when the clocks show that time twice. Can be booked as it stands. */
  start: string;
  /** `nine in the morning`. */
  spoken: string;
}

export interface Availability {
  date: string;
  /** `Tuesday`. */
  dayOfWeek: string;
  /** `Tuesday, May twenty-sixth`. */
  spokenDate: string;
  /** Two to six free starts, in order; fewer when fewer are free. */
  starts: OfferedStart[];
  /** How many were free, of which `starts` is a choice. */
  freeCount: number;
  /** The asked part of the day is full: `starts` are from the rest of it. */
  isPeriodFull: boolean;
  /** The exact time asked for with `near`. */
  requested?: {
    start: string;
    isFree: boolean;
    reason?: StartRefusal['code'] | 'slot_unavailable' | 'no_such_time' | 'ambiguous_time';
  };
  /** Why nothing is free. */
  noneReason?: 'fully_booked' | 'too_late_today' | 'service_too_long';
  /** When nothing is free: the next day, up to two weeks on, that really has a free start. */
  nextOpenDate?: NamedDate;
  /** The last start of the day from which the service ends before closing, free or not. */
  latestStart?: string;
}

interface NamedDate {
  /** `YYYY-MM-DD`. */
  date: string;
  /** `Tuesday, May twenty-sixth`. */
  spoken: string;
}

export type AvailabilityRefusal =
  /** `nearest` is the month's last day when only the day of the month is too high, as in February 30. */
  | { code: 'invalid_date'; nearest: NamedDate | undefined }
  | { code: 'invalid_time' }
  | { code: 'unknown_service' }
  /** `nextOpenDate` has a free start: today, or the first day after. */
  | { code: 'in_past'; nextOpenDate: NamedDate | undefined }
  /** `lastOpenDate` is the last day up to `lastDate` on which the dealership is open; it may be full. */
  | { code: 'beyond_horizon'; lastDate: string; lastOpenDate: NamedDate | undefined }
  /** `nextOpenDate` has a free start; undefined when none was found in two weeks. */
  | { code: 'closed'; reason: string; nextOpenDate: NamedDate | undefined };

/** One query. What it answers may be gone a moment later: booking decides. */
export async function getAvailability(
  db: Db | Tx,
  profile: DealershipProfile,
  question: AvailabilityQuestion,
): Promise<Result<Availability, AvailabilityRefusal>> {
  const { now } = question;
  const { timeZone } = profile;
  const service = findService(profile, question.serviceCode);
  if (service === undefined) return refuse({ code: 'unknown_service' });
  const date = parseDate(question.date);
  if (date === undefined) return refuse({ code: 'invalid_date', nearest: lastOfMonth(question.date) });
  const near = question.near ?? undefined;
  if (near !== undefined && parseTime(near) === undefined) return refuse({ code: 'invalid_time' });

  const today = toLocal(now, timeZone).toPlainDate();
  const lastDate = lastBookableDate(profile, now);
  if (isAfter(date, lastDate)) {
    const lastOpenDate = lastOpenDay(profile, lastDate);
    return refuse({ code: 'beyond_horizon', lastDate: lastDate.toString(), lastOpenDate });
  }
  const isPast = isAfter(today, date);
  const firstDay = isPast ? today : date;

  const searchEnd = firstDay.add({ days: SEARCH_DAYS });
  const known = await findBusyTimes(db, {
    from: startOfDay(firstDay, timeZone),
    to: startOfDay(searchEnd.add({ days: 1 }), timeZone),
    ...(question.moving === undefined ? {} : { except: question.moving }),
    ...(question.callSid === undefined ? {} : { callSid: question.callSid }),
  });
  const busy = [...known, ...blockEveryBay(question.alsoBusy ?? [])];
  const openOn = (day: Temporal.PlainDate) =>
    findOpenStarts({ profile, date: day, minutes: service.minutes, busy, now });
  const findNextOpen = (from: Temporal.PlainDate) => {
    for (let day = from; !isAfter(day, searchEnd); day = day.add({ days: 1 })) {
      if (openOn(day).length > 0) return nameDate(day);
    }
    return undefined;
  };
  if (isPast) return refuse({ code: 'in_past', nextOpenDate: findNextOpen(today) });
  const dayAfter = date.add({ days: 1 });

  const day = dayHours(profile, date);
  if (!day.isOpen)
    return refuse({ code: 'closed', reason: day.reason, nextOpenDate: findNextOpen(dayAfter) });

  const free = openOn(date);
  const inPeriod = free.filter((start) => isInPeriod(start, question.period ?? null, timeZone));
  const isPeriodFull = inPeriod.length === 0 && free.length > 0;
  const candidates = isPeriodFull ? free : inPeriod;
  const asked = near === undefined ? undefined : date.toPlainDateTime(parseTime(near));
  const nearMs = asked?.toZonedDateTime(timeZone).epochMilliseconds;

  const latest = gridStarts(profile, date, service.minutes).at(-1);
  const nextOpenDate = free.length === 0 ? findNextOpen(dayAfter) : undefined;
  const noneReason =
    latest === undefined
      ? 'service_too_long'
      : latest < now + profile.leadTimeMinutes * 60_000
        ? 'too_late_today'
        : 'fully_booked';
  return ok({
    date: date.toString(),
    dayOfWeek: weekdayName(date),
    spokenDate: sayDate(date),
    starts: pickSpread(candidates, OFFERED, nearMs).map((start) => offer(start, timeZone)),
    freeCount: candidates.length,
    isPeriodFull,
    ...(asked === undefined
      ? {}
      : {
          requested: judge(profile, asked.toString({ smallestUnit: 'minute' }), free, service.minutes, now),
        }),
    ...(free.length === 0 ? { noneReason } : {}),
    ...(nextOpenDate === undefined ? {} : { nextOpenDate }),
    ...(latest === undefined ? {} : { latestStart: formatLocal(toLocal(latest, timeZone)) }),
  });
}

/**
 * What is taken in a range, in one query: active appointments, starts held for other calls, and the calendar's blocks.
 * `except` is an appointment, `callSid` a call, whose own time does not count.
 */
export async function findBusyTimes(
  db: Db | Tx,
  { from, to, except, callSid }: { from: Date; to: Date; except?: string; callSid?: string },
): Promise<BusyTime[]> {
  const booked: SQL[] = [
    inArray(appointments.status, [...ACTIVE_STATUSES]),
    gt(appointments.scheduledAt, new Date(from.getTime() - LONGEST_MS)),
    lt(appointments.scheduledAt, to),
    gt(appointments.endsAt, from),
  ];
  if (except !== undefined) booked.push(ne(appointments.id, except));
  const held: SQL[] = [
    gt(slotHolds.expiresAt, sql`now()`),
    lt(slotHolds.startsAt, to),
    gt(slotHolds.endsAt, from),
  ];
  if (callSid !== undefined) held.push(ne(slotHolds.callSid, callSid));
  return unionAll(
    db
      .select({
        bay: sql<number | null>`${appointments.bay}`.as('bay'),
        startsAt: appointments.scheduledAt,
        endsAt: appointments.endsAt,
        kind: sql<Kind>`case ${appointments.bookingMethod} when 'walk_in' then 'walk_in' else 'booked' end`.as(
          'kind',
        ),
        callSid: sql<string | null>`null::text`.as('call_sid'),
      })
      .from(appointments)
      .where(and(...booked)),
    db
      .select({
        bay: sql<number | null>`${slotHolds.bay}`.as('bay'),
        startsAt: slotHolds.startsAt,
        endsAt: slotHolds.endsAt,
        kind: sql<Kind>`'hold'`.as('kind'),
        callSid: sql<string | null>`${slotHolds.callSid}`.as('call_sid'),
      })
      .from(slotHolds)
      .where(and(...held)),
    db
      .select({
        bay: sql<number | null>`null::smallint`.as('bay'),
        startsAt: calendarBlocks.startsAt,
        endsAt: calendarBlocks.endsAt,
        kind: sql<Kind>`'calendar'`.as('kind'),
        callSid: sql<string | null>`null::text`.as('call_sid'),
      })
      .from(calendarBlocks)
      .where(and(lt(calendarBlocks.startsAt, to), gt(calendarBlocks.endsAt, from))),
  );
}

type Kind = NonNullable<BusyTime['kind']>;

/** Times at which the whole shop is busy, as the calendar says. */
export function blockEveryBay(times: readonly { startsAt: Date; endsAt: Date }[]): BusyTime[] {
  return times.map(({ startsAt, endsAt }) => ({ startsAt, endsAt, bay: null, kind: 'calendar' }));
}

function judge(
  profile: DealershipProfile,
  start: string,
  free: readonly OpenStart[],
  minutes: number,
  now: number,
): NonNullable<Availability['requested']> {
  const parsed = parseLocal(start, profile.timeZone);
  if (!parsed.ok) {
    const reason = parsed.refusal.code === 'repeated' ? 'ambiguous_time' : 'no_such_time';
    return { start, isFree: false, reason };
  }
  const at = parsed.value.epochMilliseconds;
  if (free.some((candidate) => candidate.startsAt.getTime() === at)) return { start, isFree: true };
  const refusal = checkStart({ profile, startsAt: new Date(at), minutes, now });
  return { start, isFree: false, reason: refusal?.code ?? 'slot_unavailable' };
}

function offer(start: OpenStart, timeZone: string): OfferedStart {
  const local = toLocal(start.startsAt, timeZone);
  return { start: formatLocal(local), spoken: sayTimeOfNight(local) };
}

function isInPeriod(start: OpenStart, period: 'morning' | 'afternoon' | null, timeZone: string): boolean {
  if (period === null) return true;
  return toLocal(start.startsAt, timeZone).hour < 12 === (period === 'morning');
}

function nameDate(date: Temporal.PlainDate): NamedDate {
  return { date: date.toString(), spoken: sayDate(date) };
}

function lastOpenDay(profile: DealershipProfile, lastDate: Temporal.PlainDate): NamedDate | undefined {
  for (let days = 0; days <= SEARCH_DAYS; days += 1) {
    const day = lastDate.subtract({ days });
    if (dayHours(profile, day).isOpen) return nameDate(day);
  }
  return undefined;
}

function lastOfMonth(text: string): NamedDate | undefined {
  const first = /^(\d{4}-\d{2})-(?:29|3[01])$/.exec(text)?.[1];
  const month = first === undefined ? undefined : parseDate(`${first}-01`);
  return month === undefined ? undefined : nameDate(month.with({ day: month.daysInMonth }));
}

function isAfter(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) > 0;
}

/** Midnight, or the first instant of the day where the clocks skip midnight. */
export function startOfDay(date: Temporal.PlainDate, timeZone: string): Date {
  return new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
}
