/** Our events as Google stores them, and Google's events as we understand them. */
import { z } from 'zod';
import type { BusyTime, CalendarChange, CalendarEvent, StoredEvent } from '../../dealership/ports.ts';
import { VendorError } from '../../lib/vendor-error.ts';

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const EventTime = z.union([
  z.object({ dateTime: Instant }),
  // A whole day has no hour of its own: it begins at midnight in the zone of the shop.
  z.object({ date: z.iso.date() }),
]);

const EventAnswer = z.object({
  id: z.string().min(1),
  etag: z.string().optional(),
  status: z.string().optional(),
  transparency: z.string().optional(),
  start: EventTime.optional().catch(undefined),
  end: EventTime.optional().catch(undefined),
  attendees: z
    .array(z.object({ self: z.boolean().optional(), responseStatus: z.string().optional() }))
    .optional()
    .catch(undefined),
  extendedProperties: z
    .object({ private: z.record(z.string(), z.string()).optional() })
    .optional()
    .catch(undefined),
});
type EventAnswer = z.infer<typeof EventAnswer>;

/**
 * The part of an event that we write again when an appointment is moved. The times also go into the hidden properties:
 * people who drag an event change the visible ones only, so that the two tell their changes from ours.
 */
export function toTimes({ startsAt, endsAt, timeZone, place }: CalendarEvent) {
  return {
    start: { dateTime: startsAt.toISOString(), timeZone },
    end: { dateTime: endsAt.toISOString(), timeZone },
    location: place,
    extendedProperties: {
      private: { writtenStart: startsAt.toISOString(), writtenEnd: endsAt.toISOString() },
    },
  };
}

/** A new event. It is marked as free time, since it holds one bay and not the shop; free/busy then tells others' times only. */
export function toNewEvent(event: CalendarEvent) {
  const { extendedProperties, ...times } = toTimes(event);
  return {
    id: event.id,
    status: 'confirmed',
    summary: event.title,
    transparency: 'transparent',
    ...times,
    extendedProperties: {
      private: {
        appointmentId: event.appointmentId,
        source: 'service-line',
        ...extendedProperties.private,
      },
    },
  };
}

/** Throws `truncated` for what is not that event; half an answer proves nothing. */
export function readEvent(operation: string, id: string, data: unknown, timeZone: string): StoredEvent {
  const read = EventAnswer.extend({ id: z.literal(id), etag: z.string().min(1) }).safeParse(data);
  if (!read.success)
    throw new VendorError('google', 'truncated', `${operation}: the answer is not the event`);
  const { etag, status, extendedProperties } = read.data;
  const { writtenStart, writtenEnd } = extendedProperties?.private ?? {};
  const written = z.object({ startsAt: Instant, endsAt: Instant });
  return {
    etag,
    isCancelled: status === 'cancelled',
    time: readTime(read.data, timeZone),
    writtenTime: written.safeParse({ startsAt: writtenStart, endsAt: writtenEnd }).data,
  };
}

/** Undefined for an item that is no event at all. */
export function readChange(item: unknown, timeZone: string): CalendarChange | undefined {
  const event = EventAnswer.safeParse(item).data;
  if (!event) return undefined;
  const isDeclined = event.attendees?.some(
    ({ self, responseStatus }) => self === true && responseStatus === 'declined',
  );
  const isFree = event.status === 'cancelled' || event.transparency === 'transparent' || isDeclined === true;
  const time = isFree ? undefined : readTime(event, timeZone);
  return {
    id: event.id,
    etag: event.etag,
    busy: time && time.startsAt < time.endsAt ? time : null,
  };
}

function readTime({ start, end }: EventAnswer, timeZone: string): BusyTime | undefined {
  if (!start || !end) return undefined;
  return { startsAt: toInstant(start, timeZone), endsAt: toInstant(end, timeZone) };
}

function toInstant(time: z.infer<typeof EventTime>, timeZone: string): Date {
  if ('dateTime' in time) return time.dateTime;
  return new Date(Temporal.PlainDate.from(time.date).toZonedDateTime(timeZone).epochMilliseconds);
}
