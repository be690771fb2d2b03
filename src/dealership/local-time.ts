/** The dealership's wall clock: local dates and times to instants and back, in the zone's own rules. */
import { ok, type Result, refuse } from '../lib/result.ts';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/**
 * `invalid`: not a date and time, or its offset is not one the zone has then. `gap`: the clocks skip it.
 * `repeated`: it happens twice; `choices` names both with their offsets, in order.
 */
export type LocalTimeFault =
  | { code: 'invalid' }
  | { code: 'gap' }
  | { code: 'repeated'; choices: [string, string] };

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const DATE_TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::00(?:\.0+)?)?(Z|[+-]\d{2}:\d{2})?$/;

/** `YYYY-MM-DD`, and a day that exists. */
export function parseDate(text: string): Temporal.PlainDate | undefined {
  if (!DATE.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

/** `HH:MM`, 24 hours. */
export function parseTime(text: string): Temporal.PlainTime | undefined {
  return TIME.test(text) ? Temporal.PlainTime.from(text) : undefined;
}

/**
 * `YYYY-MM-DDTHH:MM` in the zone. A time that the clocks skip is refused, never moved; one that happens twice must
 * come with its offset, as in `2026-11-01T01:30-06:00`. An offset on any other time is checked and otherwise ignored.
 */
export function parseLocal(text: string, timeZone: string): Result<Temporal.ZonedDateTime, LocalTimeFault> {
  const [, local, offset] = DATE_TIME.exec(text) ?? [];
  const plain = local === undefined ? undefined : parsePlain(local);
  if (plain === undefined) return refuse({ code: 'invalid' });

  const earlier = plain.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (!earlier.toPlainDateTime().equals(plain)) return refuse({ code: 'gap' });

  const possible = earlier.equals(later) ? [earlier] : [earlier, later];
  const meant = offset === undefined ? possible : possible.filter((time) => time.offset === offset);
  const [first, second] = meant;
  if (first === undefined) return refuse({ code: 'invalid' });
  if (second === undefined) return ok(first);
  return refuse({ code: 'repeated', choices: [formatLocal(first), formatLocal(second)] });
}

function parsePlain(text: string): Temporal.PlainDateTime | undefined {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: 'reject' });
  } catch {
    return undefined;
  }
}

/** The instant as the wall clock shows it. `at` is a Date or epoch milliseconds. */
export function toLocal(at: Date | number, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Number(at)).toZonedDateTimeISO(timeZone);
}

export function toDate(time: Temporal.ZonedDateTime): Date {
  return new Date(time.epochMilliseconds);
}

/** `YYYY-MM-DDTHH:MM`; with the offset when the clocks show that time twice. `parseLocal` reads it back. */
export function formatLocal(time: Temporal.ZonedDateTime): string {
  const local = time.toPlainDateTime().toString({ smallestUnit: 'minute' });
  return whichOfTwo(time) === undefined ? local : `${local}${time.offset}`;
}

/** Whether this is the first or the second time the clocks show it that night; undefined when they show it once. */
export function whichOfTwo(time: Temporal.ZonedDateTime): 'first' | 'second' | undefined {
  const plain = time.toPlainDateTime();
  const earlier = plain.toZonedDateTime(time.timeZoneId, { disambiguation: 'earlier' });
  const later = plain.toZonedDateTime(time.timeZoneId, { disambiguation: 'later' });
  if (earlier.equals(later)) return undefined;
  return time.epochMilliseconds === earlier.epochMilliseconds ? 'first' : 'second';
}

export function weekdayOf(date: Temporal.PlainDate): Weekday {
  return WEEKDAYS[date.dayOfWeek - 1] ?? 'monday';
}

/** `Monday`. */
export function weekdayName(date: Temporal.PlainDate): string {
  const weekday = weekdayOf(date);
  return weekday.charAt(0).toUpperCase() + weekday.slice(1);
}
