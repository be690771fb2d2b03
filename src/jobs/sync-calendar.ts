/** Brings the calendar to the state that an appointment has now, without ever overwriting what a person did there. */
import type { Db } from '../db/connect.ts';
import {
  findOwed,
  type Mirror,
  type MirrorOutcome,
  readMirror,
  settleMirror,
} from '../dealership/calendar.ts';
import type { BusyTime, Calendar, StoredEvent } from '../dealership/ports.ts';
import type { DealershipProfile } from '../dealership/profile.ts';
import { VendorError } from '../lib/vendor-error.ts';

/** Each round starts from a fresh look at the row and the event; two suffice unless somebody keeps changing them. */
const ROUNDS = 5;
const SWEEP_LIMIT = 200;

export interface CalendarWork {
  db: Db;
  profile: DealershipProfile;
  calendar: Calendar;
  /** The dealership's present, epoch milliseconds. */
  now: () => number;
}

/**
 * The row as it is now decides, not the change that caused this work: so several at once, repeated or in any order, end
 * in the same state. Every write names the version of the event that was looked at, and the row is marked only if it
 * is still the one that was read; otherwise all is looked at again. Rejects with a VendorError when trying again later
 * may help, or a person must let us in first; what will never be accepted is marked as failed.
 */
export async function syncAppointment(
  { db, profile, calendar, now }: CalendarWork,
  appointmentId: string,
  signal: AbortSignal,
): Promise<'synced' | 'conflict' | 'failed' | 'skipped'> {
  for (let round = 1; round <= ROUNDS; round += 1) {
    const mirror = await readMirror(db, profile, appointmentId);
    if (mirror === undefined) return 'skipped';
    const outcome = await bringIntoLine(calendar, mirror, signal).catch(giveUpOnInvalid);
    if (outcome !== 'changed' && (await settleMirror(db, mirror, outcome, now()))) return outcome.sync;
  }
  throw new VendorError('google', 'unavailable', 'an appointment or its event kept changing');
}

/** What is owed whatever became of its job: stops at the first that cannot be done now. Returns how many were done. */
export async function sweepCalendar(work: CalendarWork, signal: () => AbortSignal): Promise<number> {
  const owed = await findOwed(work.db, SWEEP_LIMIT);
  for (const appointmentId of owed) await syncAppointment(work, appointmentId, signal());
  return owed.length;
}

async function bringIntoLine(
  calendar: Calendar,
  { wanted, event, etag }: Mirror,
  signal: AbortSignal,
): Promise<MirrorOutcome | 'changed'> {
  if (wanted === 'kept') return { sync: 'synced', etag };
  const stored = await calendar.get(event.id, signal);
  const isThere = stored !== undefined && !stored.isCancelled;

  if (wanted === 'gone') {
    if (!isThere) return { sync: 'synced', etag: null };
    if (isMovedByPerson(stored, etag)) return { sync: 'conflict', note: MOVED_AND_CANCELLED };
    const removal = await calendar.remove(event.id, stored.etag, signal);
    return removal === 'changed' ? removal : { sync: 'synced', etag: null };
  }

  if (isThere && isSameTime(stored.time, event)) return { sync: 'synced', etag: stored.etag };
  if (isThere && isMovedByPerson(stored, etag)) return { sync: 'conflict', note: MOVED };
  // The id of a deleted event stays taken, so one that was ever written and is not there was deleted by a person: we
  // delete only what was cancelled, and that is final.
  if (!isThere && (stored !== undefined || etag !== null)) return { sync: 'conflict', note: DELETED };
  const written = await calendar.put(event, isThere ? stored.etag : null, signal);
  return written === 'changed' ? written : { sync: 'synced', etag: written.etag };
}

/** The version that we left is ours. In any other, the visible times differ from those that we wrote. */
function isMovedByPerson(stored: StoredEvent, etag: string | null): boolean {
  if (stored.etag === etag) return false;
  return stored.writtenTime === undefined || !isSameTime(stored.time, stored.writtenTime);
}

function isSameTime(one: BusyTime | undefined, other: BusyTime): boolean {
  return (
    one?.startsAt.getTime() === other.startsAt.getTime() && one.endsAt.getTime() === other.endsAt.getTime()
  );
}

function giveUpOnInvalid(error: unknown): MirrorOutcome {
  if (error instanceof VendorError && error.fault === 'invalid') {
    return { sync: 'failed', note: `The calendar does not take this appointment (${error.message}).` };
  }
  throw error;
}

const MOVED =
  'Somebody moved this appointment in the calendar. The schedule still has the old time. Move it there, or move the event back.';
const DELETED =
  'Somebody deleted this appointment from the calendar. It still stands in the schedule. Cancel it there, or restore the event.';
const MOVED_AND_CANCELLED =
  'The customer cancelled, but somebody had moved this appointment in the calendar, so its event was left there.';
