/** What the business needs from outside: a calendar that people look at, texts to customers, a registry of vehicles. */

import type { Tx } from '../db/connect.ts';

export interface CalendarEvent {
  /** Characters a-v and 0-9, 5 to 1024 long; the same appointment always has the same id. */
  id: string;
  appointmentId: string;
  title: string;
  /** Where in the shop. */
  place: string;
  startsAt: Date;
  endsAt: Date;
  /** IANA zone in which the times are shown. */
  timeZone: string;
}

/** An event as it stands in the calendar now. */
export interface StoredEvent {
  /** Its version: another one after every change, whoever made it. */
  etag: string;
  /** Deleted; the id stays taken. */
  isCancelled: boolean;
  /** Undefined for what has no times, such as the remains of a deleted event. */
  time: BusyTime | undefined;
  /** The times that we wrote last, kept beside those that people can change. */
  writtenTime: BusyTime | undefined;
}

/** One event that changed. `busy` is null when it takes up no time: deleted, declined, or marked as free. */
export interface CalendarChange {
  id: string;
  etag: string | undefined;
  busy: BusyTime | null;
}

export interface BusyTime {
  startsAt: Date;
  endsAt: Date;
}

/** Every method rejects with VendorErrors only. */
export interface Calendar {
  /** Undefined when there never was one of that id. */
  get(eventId: string, signal: AbortSignal): Promise<StoredEvent | undefined>;
  /**
   * Writes the event if it still has the version `etag`, or, with null, if there is none of its id. Resolves to the new
   * version, or to `changed` when there is another one: somebody else was here, or an earlier attempt of ours.
   * In an event that exists the title and what people wrote into it are left alone.
   */
  put(event: CalendarEvent, etag: string | null, signal: AbortSignal): Promise<{ etag: string } | 'changed'>;
  /** Removes the event if it still has that version; not an error when it is gone already. */
  remove(eventId: string, etag: string, signal: AbortSignal): Promise<'removed' | 'changed'>;
  /**
   * Busy times in the range, or `unknown` when the calendar did not answer for itself. Our own events are not among
   * them: each holds one bay, not the shop.
   */
  busy(from: Date, to: Date, signal: AbortSignal): Promise<BusyTime[] | 'unknown'>;
  /**
   * All events of a range, ours among them, or what changed since a `token` given here; `expired` when the token is too
   * old and all must be read again. Each occurrence of a repeated event is an event.
   */
  changes(
    since: { token: string } | { from: Date; to: Date },
    signal: AbortSignal,
  ): Promise<{ changes: CalendarChange[]; token: string } | 'expired'>;
}

/** Work that is owed once a transaction commits, and not when it does not. */
export interface Outbox {
  /** The calendar is to be brought to the state that the appointment has when the work is done. */
  calendarDue(tx: Tx, appointmentId: string): Promise<void>;
}

/**
 * What became of one text. `accepted`: it is on its way. `opted_out`: this number has answered STOP. `bad_number`: no
 * text can ever reach it. `refused`: not this text, not from us, not like this; trying again is no use. `not_sent`:
 * surely not sent, and it may be tried again. `unknown`: it may have been sent, so it must not be tried again.
 */
export type TextOutcome =
  | { status: 'accepted'; messageSid: string }
  | { status: 'opted_out' | 'bad_number' }
  | { status: 'refused' | 'not_sent' | 'unknown'; error: Error };

export interface Texting {
  /** Tries once; never rejects. `to` in E.164. */
  send(text: { to: string; body: string }): Promise<TextOutcome>;
}

export interface VinRegistry {
  /**
   * `vin`: 17 characters with the right check digit. Undefined when it is not known there; a fact that is missing is
   * null. Rejects with a VendorError, soon enough for somebody who waits on the phone.
   */
  find(vin: string): Promise<{ make: string | null; model: string | null; year: number | null } | undefined>;
}
