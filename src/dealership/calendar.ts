/** Appointments as the calendar should show them, and what is known about how it does. */
import { and, asc, eq, gt, inArray, isNull, ne, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { followUpNotes } from '../db/desk-schema.ts';
import { ACTIVE_STATUSES, appointments, customers, vehicles } from '../db/schema.ts';
import { startOfDay } from './availability.ts';
import { calendarEventId } from './booking.ts';
import { parseDate, toLocal } from './local-time.ts';
import { findService } from './menu.ts';
import type { CalendarEvent } from './ports.ts';
import type { DealershipProfile } from './profile.ts';
import { cutText, isUuid } from './text.ts';

/** What the calendar should show of one appointment. */
export interface Mirror {
  appointmentId: string;
  customerId: string;
  /** Another one after every change of the row, whoever made it. */
  rowVersion: string;
  /** `kept`: over and done with, so that its event stays as it is. */
  wanted: 'shown' | 'gone' | 'kept';
  event: CalendarEvent;
  /** The event's version when we last agreed with it; null when we never did. */
  etag: string | null;
}

/** How an attempt ended. `conflict` and `failed` say in `note` what a person should look at. */
export type MirrorOutcome =
  | { sync: 'synced'; etag: string | null }
  | { sync: 'conflict' | 'failed'; note: string };

const isActive = (status: string) => ACTIVE_STATUSES.some((active) => active === status);

/** Undefined when there is no such appointment, or it is not mirrored. */
export async function readMirror(
  db: Db,
  profile: DealershipProfile,
  appointmentId: string,
): Promise<Mirror | undefined> {
  if (!isUuid(appointmentId)) return undefined;
  const [found] = await db
    .select({
      row: appointments,
      // PostgreSQL's own version of a row.
      rowVersion: sql<string>`${appointments}.xmin::text`,
      firstName: customers.firstName,
      make: vehicles.make,
      model: vehicles.model,
    })
    .from(appointments)
    .innerJoin(customers, eq(customers.id, appointments.customerId))
    .innerJoin(vehicles, eq(vehicles.id, appointments.vehicleId))
    .where(eq(appointments.id, appointmentId));
  if (found === undefined || found.row.calendarSync === 'off') return undefined;
  const { row, rowVersion } = found;
  const service = findService(profile, row.serviceType)?.say ?? row.serviceType.replaceAll('_', ' ');
  return {
    appointmentId,
    customerId: row.customerId,
    rowVersion,
    wanted: isActive(row.status) ? 'shown' : row.status === 'cancelled' ? 'gone' : 'kept',
    event: {
      id: row.calendarEventId ?? calendarEventId(row.id),
      appointmentId,
      // A calendar is read over shoulders: the first name and the car, and nothing else about the person. What the
      // customer said stays in the row, since it may hold anything.
      title: `${capitalise(service)} – ${cutText(found.firstName, 30)} (${cutText(found.make, 30)} ${cutText(found.model, 30)})`,
      place: `Bay ${row.bay}`,
      startsAt: row.scheduledAt,
      endsAt: row.endsAt,
      timeZone: profile.timeZone,
    },
    etag: row.calendarEtag,
  };
}

/**
 * Writes down where the calendar stands; a conflict also opens one note for a person, and agreement closes it. False,
 * and nothing written, when the row has changed since it was read: then the calendar may be behind it again.
 */
export async function settleMirror(
  db: Db,
  mirror: Mirror,
  outcome: MirrorOutcome,
  now: number,
): Promise<boolean> {
  const { appointmentId, customerId, rowVersion, event } = mirror;
  return db.transaction(async (tx) => {
    const [row] = await tx
      .select({ sync: appointments.calendarSync, etag: appointments.calendarEtag })
      .from(appointments)
      .where(and(eq(appointments.id, appointmentId), sql`${appointments}.xmin::text = ${rowVersion}`))
      .for('update');
    if (row === undefined) return false;
    const etag = outcome.sync === 'synced' ? outcome.etag : row.etag;
    // A row that says so already stays the same version, so that several at once do not send each other round.
    if (row.sync !== outcome.sync || row.etag !== etag) {
      await tx
        .update(appointments)
        .set({ calendarSync: outcome.sync, calendarEtag: etag, calendarEventId: event.id })
        .where(eq(appointments.id, appointmentId));
    }
    const open = and(
      eq(followUpNotes.appointmentId, appointmentId),
      eq(followUpNotes.category, 'calendar_conflict'),
      isNull(followUpNotes.doneAt),
    );
    if (outcome.sync === 'synced') {
      await tx
        .update(followUpNotes)
        .set({ doneAt: new Date(now) })
        .where(open);
    } else if ((await tx.$count(followUpNotes, open)) === 0) {
      await tx.insert(followUpNotes).values({
        customerId,
        appointmentId,
        category: 'calendar_conflict',
        priority: 'high',
        note: outcome.note,
      });
    }
    return true;
  });
}

/** Appointments that are owed to the calendar, the soonest first. */
export async function findOwed(db: Db, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: appointments.id })
    .from(appointments)
    .where(eq(appointments.calendarSync, 'pending'))
    .orderBy(asc(appointments.scheduledAt))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** For a calendar that has none of our events: mirrored appointments that are not over yet are owed to it. */
export async function oweAll(tx: Tx, now: number): Promise<void> {
  await tx
    .update(appointments)
    .set({ calendarSync: 'pending', calendarEtag: null })
    .where(
      and(
        ne(appointments.calendarSync, 'off'),
        inArray(appointments.status, [...ACTIVE_STATUSES]),
        gt(appointments.endsAt, new Date(now)),
      ),
    );
}

/** Which of these events are appointments of ours that stand elsewhere than we left them; `etag` is the event's present one. */
export async function findTouched(
  tx: Tx,
  events: readonly { id: string; etag: string | undefined }[],
): Promise<string[]> {
  if (events.length === 0) return [];
  const present = new Map(events.map(({ id, etag }) => [id, etag]));
  const rows = await tx
    .select({ id: appointments.id, eventId: appointments.calendarEventId, etag: appointments.calendarEtag })
    .from(appointments)
    .where(
      and(
        inArray(appointments.calendarEventId, [...present.keys()]),
        inArray(appointments.calendarSync, ['synced', 'conflict']),
      ),
    );
  return rows
    .filter(({ eventId, etag }) => eventId !== null && present.get(eventId) !== etag)
    .map(({ id }) => id);
}

/** As many days as are searched for a free one when the day asked for has none, and that day. */
const DAYS_ASKED = 15;

/** The range for which a question about a day needs other people's times; undefined when `date` is no date. */
export function daysToAsk(
  profile: DealershipProfile,
  date: string,
  now: number,
): { from: Date; to: Date } | undefined {
  const asked = parseDate(date);
  if (asked === undefined) return undefined;
  const today = toLocal(now, profile.timeZone).toPlainDate();
  const first = Temporal.PlainDate.compare(asked, today) < 0 ? today : asked;
  return {
    from: startOfDay(first, profile.timeZone),
    to: startOfDay(first.add({ days: DAYS_ASKED }), profile.timeZone),
  };
}

/** Whether an id is one that we give; anything else in the calendar is somebody else's. */
export const isOwnEvent = (eventId: string): boolean => /^apt[0-9a-f]{32}$/.test(eventId);

const capitalise = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
