/** The events of one sandbox calendar, with Google's rules for ids, etags, deletion and incremental sync. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { type Answer, failWith, invalid, notFound } from './answers.ts';

const EventTime = z.object({
  dateTime: z.string().optional(),
  date: z.string().optional(),
  timeZone: z.string().optional(),
});

/** What a client may write; the server adds the rest. Unknown fields are dropped, as Google does. */
const EventBody = z.object({
  id: z.string().optional(),
  status: z.enum(['confirmed', 'tentative', 'cancelled']).optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  location: z.string().optional(),
  transparency: z.enum(['opaque', 'transparent']).optional(),
  start: EventTime.optional(),
  end: EventTime.optional(),
  extendedProperties: z
    .object({
      private: z.record(z.string(), z.string()).optional(),
      shared: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});
export type EventBody = z.infer<typeof EventBody>;

export type SandboxEvent = EventBody & {
  kind: 'calendar#event';
  id: string;
  status: 'confirmed' | 'tentative' | 'cancelled';
  etag: string;
  created: string;
  updated: string;
  /** Milliseconds, worked out from start and end. */
  startsAt: number;
  endsAt: number;
  /** The number of the last change, over all events of the calendar. */
  revision: number;
};

/** `timeZone` decides when an all-day event begins. */
export function createCalendarStore(clock: Clock, timeZone: string) {
  const events = new Map<string, SandboxEvent>();
  let revision = 0;
  let syncEpoch = 1;

  const write = (body: EventBody, id: string, before: SandboxEvent | undefined): SandboxEvent | Answer => {
    const startsAt = toInstant(body.start, timeZone);
    const endsAt = toInstant(body.end, timeZone);
    if (startsAt === undefined) return invalid('Missing or invalid start time.');
    if (endsAt === undefined) return invalid('Missing or invalid end time.');
    if (endsAt < startsAt) return failWith(400, 'timeRangeEmpty', 'The specified time range is empty.');
    revision += 1;
    const now = new Date(clock.now()).toISOString();
    const event: SandboxEvent = {
      ...body,
      kind: 'calendar#event',
      id,
      status: body.status ?? 'confirmed',
      etag: `"${revision}"`,
      created: before?.created ?? now,
      updated: now,
      startsAt,
      endsAt,
      revision,
    };
    events.set(id, event);
    return event;
  };
  const answer = (outcome: SandboxEvent | Answer): Answer =>
    'revision' in outcome ? { status: 200, body: onWire(outcome) } : outcome;
  const isStale = (event: SandboxEvent, ifMatch: string | undefined) =>
    ifMatch !== undefined && ifMatch !== '*' && ifMatch !== event.etag;

  return {
    /** Every event, the cancelled ones included, oldest first. */
    all: (): SandboxEvent[] => [...events.values()],
    revision: () => revision,
    syncEpoch: () => syncEpoch,
    /** All sync tokens given out so far are answered 410 from now on. */
    expireSyncTokens() {
      syncEpoch += 1;
    },

    insert(input: unknown): Answer {
      const body = EventBody.safeParse(input);
      if (!body.success) return invalid('Invalid event.');
      const id = body.data.id ?? randomUUID().replaceAll('-', '');
      if (!/^[a-v0-9]{5,1024}$/.test(id)) return invalid('Invalid resource id value.');
      // A deleted event keeps its id.
      if (events.has(id)) {
        return failWith(409, 'duplicate', 'The requested identifier already exists.');
      }
      return answer(write(body.data, id, undefined));
    },

    get(id: string): Answer {
      const event = events.get(id);
      return event ? { status: 200, body: onWire(event) } : notFound();
    },

    /** Fields that are given replace the old ones; private and shared properties are merged by name. */
    patch(id: string, input: unknown, ifMatch: string | undefined): Answer {
      const event = events.get(id);
      if (!event) return notFound();
      if (isStale(event, ifMatch)) return conditionNotMet();
      const body = EventBody.safeParse(input);
      if (!body.success) return invalid('Invalid event.');
      const { extendedProperties: given, id: _, ...fields } = body.data;
      const old = event.extendedProperties;
      const extendedProperties = given
        ? {
            private: { ...old?.private, ...given.private },
            shared: { ...old?.shared, ...given.shared },
          }
        : old;
      return answer(
        write(
          { ...EventBody.parse(event), ...fields, ...(extendedProperties && { extendedProperties }) },
          id,
          event,
        ),
      );
    },

    remove(id: string, ifMatch: string | undefined): Answer {
      const event = events.get(id);
      if (!event) return notFound();
      if (event.status === 'cancelled') return failWith(410, 'deleted', 'Resource has been deleted');
      if (isStale(event, ifMatch)) return conditionNotMet();
      write({ ...EventBody.parse(event), status: 'cancelled' }, id, event);
      return { status: 204 };
    },
  };
}

export type CalendarStore = ReturnType<typeof createCalendarStore>;

/** The event as the API shows it, without our own reckoning. */
export function onWire(event: SandboxEvent) {
  const { kind, id, status, etag, created, updated } = event;
  return { ...EventBody.parse(event), kind, id, status, etag, created, updated };
}

const conditionNotMet = () => failWith(412, 'conditionNotMet', 'Precondition Failed');

/** Milliseconds of an event time: with an offset, or local time in its zone, or a whole day. */
function toInstant(time: z.infer<typeof EventTime> | undefined, timeZone: string): number | undefined {
  try {
    if (time?.date) return Temporal.PlainDate.from(time.date).toZonedDateTime(timeZone).epochMilliseconds;
    if (!time?.dateTime) return undefined;
    if (/(?:Z|[+-]\d\d:?\d\d)$/i.test(time.dateTime)) {
      return Temporal.Instant.from(time.dateTime).epochMilliseconds;
    }
    if (!time.timeZone) return undefined;
    return Temporal.PlainDateTime.from(time.dateTime).toZonedDateTime(time.timeZone).epochMilliseconds;
  } catch {
    return undefined;
  }
}
