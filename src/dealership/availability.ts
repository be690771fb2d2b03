/** What can be booked on a day: a few free starts to offer, whether the asked time is one, and what comes next if not. */
import { and, gt, inArray, lt, ne, type SQL } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { ACTIVE_STATUSES, appointments } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { checkStart, gridStarts, lastBookableDate, type StartRefusal } from './booking-rules.ts';
import { dayHours } from './hours.ts';
import { formatLocal, parseDate, parseLocal, parseTime, toLocal, weekdayName } from './local-time.ts';
import { findService } from './menu.ts';
import { type BusyBay, findOpenStarts, type OpenStart, pickSpread } from './open-starts.ts';
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
  nextOpenDate?: { date: string; spoken: string };
  /** The last start of the day from which the service ends before closing, free or not. */
  latestStart?: string;
}

export type AvailabilityRefusal =
  | { code: 'invalid_date' }
  | { code: 'invalid_time' }
  | { code: 'unknown_service' }
  | { code: 'in_past' }
  | { code: 'beyond_horizon'; lastDate: string }
  /** `nextOpenDate` has a free start; undefined when none was found in two weeks. */
  | { code: 'closed'; reason: string; nextOpenDate: { date: string; spoken: string } | undefined };

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
  if (date === undefined) return refuse({ code: 'invalid_date' });
  const near = question.near ?? undefined;
  if (near !== undefined && parseTime(near) === undefined) return refuse({ code: 'invalid_time' });

  const today = toLocal(now, timeZone).toPlainDate();
  const lastDate = lastBookableDate(profile, now);
  if (Temporal.PlainDate.compare(date, today) < 0) return refuse({ code: 'in_past' });
  if (Temporal.PlainDate.compare(date, lastDate) > 0) {
    return refuse({ code: 'beyond_horizon', lastDate: lastDate.toString() });
  }

  const searchEnd = date.add({ days: SEARCH_DAYS });
  const busy = await findBusyBays(db, {
    from: startOfDay(date, timeZone),
    to: startOfDay(searchEnd.add({ days: 1 }), timeZone),
    ...(question.moving === undefined ? {} : { except: question.moving }),
  });
  const openOn = (day: Temporal.PlainDate) =>
    findOpenStarts({ profile, date: day, minutes: service.minutes, busy, now });
  const findNextOpen = () => {
    for (let day = date.add({ days: 1 }); !isAfter(day, searchEnd); day = day.add({ days: 1 })) {
      if (openOn(day).length > 0) return { date: day.toString(), spoken: sayDate(day) };
    }
    return undefined;
  };

  const day = dayHours(profile, date);
  if (!day.isOpen) return refuse({ code: 'closed', reason: day.reason, nextOpenDate: findNextOpen() });

  const free = openOn(date);
  const inPeriod = free.filter((start) => isInPeriod(start, question.period ?? null, timeZone));
  const isPeriodFull = inPeriod.length === 0 && free.length > 0;
  const candidates = isPeriodFull ? free : inPeriod;
  const asked = near === undefined ? undefined : date.toPlainDateTime(parseTime(near));
  const nearMs = asked?.toZonedDateTime(timeZone).epochMilliseconds;

  const latest = gridStarts(profile, date, service.minutes).at(-1);
  const nextOpenDate = free.length === 0 ? findNextOpen() : undefined;
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

/** Bays held by active appointments that touch the range. */
export async function findBusyBays(
  db: Db | Tx,
  range: { from: Date; to: Date; except?: string },
): Promise<BusyBay[]> {
  const conditions: SQL[] = [
    inArray(appointments.status, [...ACTIVE_STATUSES]),
    gt(appointments.scheduledAt, new Date(range.from.getTime() - LONGEST_MS)),
    lt(appointments.scheduledAt, range.to),
    gt(appointments.endsAt, range.from),
  ];
  if (range.except !== undefined) conditions.push(ne(appointments.id, range.except));
  const rows = await db
    .select({
      bay: appointments.bay,
      startsAt: appointments.scheduledAt,
      endsAt: appointments.endsAt,
      bookingMethod: appointments.bookingMethod,
    })
    .from(appointments)
    .where(and(...conditions));
  return rows.map(({ bookingMethod, ...block }) => ({ ...block, isWalkIn: bookingMethod === 'walk_in' }));
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

function isAfter(a: Temporal.PlainDate, b: Temporal.PlainDate): boolean {
  return Temporal.PlainDate.compare(a, b) > 0;
}

/** Midnight, or the first instant of the day where the clocks skip midnight. */
export function startOfDay(date: Temporal.PlainDate, timeZone: string): Date {
  return new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
}
