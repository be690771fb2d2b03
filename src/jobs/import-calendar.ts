/** Reads other people's times from the calendar, so that nothing is offered over them. */
import type { Db } from '../db/connect.ts';
import { lastBookableDate } from '../dealership/booking-rules.ts';
import { type ImportState, readBookmark, storeChanges } from '../dealership/calendar-blocks.ts';
import type { Calendar, Outbox } from '../dealership/ports.ts';
import type { DealershipProfile } from '../dealership/profile.ts';

/**
 * A bookmark remembers the range it began with, and the days that can be booked move on; so all is read again once a
 * day, which also mends whatever went wrong before.
 */
const COMPLETE_MS = 24 * 3_600_000;
/** Days past the last bookable one that are read too; more than the bookmark's life. */
const MARGIN_DAYS = 3;
/** Another replica that read so recently has read for us too. */
const FRESH_MS = 2 * 60_000;

export interface CalendarImport {
  db: Db;
  profile: DealershipProfile;
  calendar: Calendar;
  /** A bookmark is of use in the calendar it comes from only. */
  calendarId: string;
  outbox: Outbox;
  now: () => number;
}

/**
 * `stored`: the blocks are as the calendar was. `fresh`: another replica has just done it. `overtaken`: another replica
 * did it meanwhile, and what was read here was thrown away. Rejects with a VendorError; nothing is changed then.
 */
export async function importCalendar(
  { db, profile, calendar, calendarId, outbox, now }: CalendarImport,
  signal: AbortSignal,
): Promise<'stored' | 'fresh' | 'overtaken'> {
  const before = await readBookmark(db);
  const startedAt = now();
  const known = before.state?.calendarId === calendarId ? before.state : undefined;
  if (known && isWithin(startedAt - known.readAt, FRESH_MS)) return 'fresh';

  const bookmark = known && isWithin(startedAt - known.completeAt, COMPLETE_MS) ? known : undefined;
  const later = bookmark && (await calendar.changes({ token: bookmark.token }, signal));
  const isComplete = later === undefined || later === 'expired';
  const read = isComplete ? await readAll(profile, calendar, startedAt, signal) : later;
  const next: ImportState = {
    calendarId,
    token: read.token,
    completeAt: isComplete || !bookmark ? startedAt : bookmark.completeAt,
    readAt: startedAt,
  };
  const isStored = await storeChanges(db, outbox, { before, next, changes: read.changes, isComplete });
  return isStored ? 'stored' : 'overtaken';
}

async function readAll(profile: DealershipProfile, calendar: Calendar, now: number, signal: AbortSignal) {
  const { timeZone } = profile;
  const midnight = (date: Temporal.PlainDate) => new Date(date.toZonedDateTime(timeZone).epochMilliseconds);
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const range = {
    from: midnight(today),
    to: midnight(lastBookableDate(profile, now).add({ days: MARGIN_DAYS })),
  };
  const read = await calendar.changes(range, signal);
  if (read === 'expired') throw new Error('A reading from the beginning cannot be too old.');
  return read;
}

/** Not for a clock that was set back: then the last time lies ahead. */
const isWithin = (ms: number, limit: number) => ms >= 0 && ms < limit;
