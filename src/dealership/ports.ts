/** What the business needs from outside: a calendar that people look at. */

export interface CalendarEvent {
  /** Characters a-v and 0-9, 5 to 1024 long; the same appointment always has the same id. */
  id: string;
  appointmentId: string;
  title: string;
  description: string;
  startsAt: Date;
  endsAt: Date;
  /** IANA zone in which the times are shown. */
  timeZone: string;
}

export interface BusyTime {
  startsAt: Date;
  endsAt: Date;
}

export interface Calendar {
  /** Brings the event to this state, whatever was there; safe to repeat. Rejects with a VendorError. */
  put(event: CalendarEvent, signal: AbortSignal): Promise<void>;
  /** Removes the event; not an error when it is gone already. */
  remove(eventId: string, signal: AbortSignal): Promise<void>;
  /** Busy times in the range, or `unknown` when the calendar did not answer for itself. */
  busy(from: Date, to: Date, signal: AbortSignal): Promise<BusyTime[] | 'unknown'>;
}
