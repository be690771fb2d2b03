/** The dealership's calendar at Google: our appointments are mirrored there, and other people's times read. */
import { z } from 'zod';
import type { Calendar, CalendarEvent } from '../../dealership/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { mergeBusyTimes } from './busy-times.ts';
import { createConnection, type GoogleCredentials } from './connection.ts';

const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const BusyAnswer = z.object({
  calendars: z.record(
    z.string(),
    z.object({
      busy: z.array(z.object({ start: Instant, end: Instant })).optional(),
      errors: z.array(z.unknown()).optional(),
    }),
  ),
});

/**
 * `baseUrl`: an origin that stands in for Google's own hosts; unset in production.
 * Only the appointment's id and our name go into the event's hidden properties, and nobody is invited or mailed.
 * Every method rejects with VendorErrors only, which hold no token, secret or event text. A dead refresh token is
 * `refused`, and Google is then left alone for a minute.
 */
export function createGoogleCalendar({
  calendarId,
  baseUrl,
  clock,
  ...credentials
}: GoogleCredentials & { calendarId: string; baseUrl?: string | undefined; clock: Clock }): Calendar {
  const connection = createConnection(credentials, baseUrl, clock);

  return {
    async put(event, signal) {
      checkId(event.id);
      const fields = toGoogleEvent(event);
      const insert = connection.call('events.insert', signal, async (api, options) => {
        const requestBody = { id: event.id, ...fields };
        const { data } = await api.events.insert({ calendarId, sendUpdates: 'none', requestBody }, options);
        checkWritten('events.insert', event.id, data);
        return true;
      });
      // The id is taken, by this event as it was or by one that was removed: both keep their id for good.
      if (await insert.catch(isStatus(409))) return;
      await connection.call('events.patch', signal, async (api, options) => {
        const params = { calendarId, eventId: event.id, sendUpdates: 'none', requestBody: fields };
        const { data } = await api.events.patch(params, options);
        checkWritten('events.patch', event.id, data);
      });
    },

    async remove(eventId, signal) {
      checkId(eventId);
      const removal = connection.call('events.delete', signal, async (api, options) => {
        await api.events.delete({ calendarId, eventId, sendUpdates: 'none' }, options);
        return true;
      });
      await removal.catch(isStatus(404, 410));
    },

    async busy(from, to, signal) {
      const answer = await connection.call('freebusy.query', signal, async (api, options) => {
        const items = [{ id: calendarId }];
        const requestBody = { timeMin: from.toISOString(), timeMax: to.toISOString(), items };
        const { data } = await api.freebusy.query({ requestBody }, options);
        const read = BusyAnswer.safeParse(data);
        if (!read.success)
          throw new VendorError('google', 'truncated', 'freebusy.query: the answer makes no sense');
        return read.data;
      });
      const own = answer.calendars[calendarId];
      // A calendar that could not be read is reported inside a 200, with an empty list beside the error.
      if (!own?.busy || own.errors?.length) return 'unknown';
      return mergeBusyTimes(own.busy.map(({ start, end }) => ({ startsAt: start, endsAt: end })));
    },
  };
}

function toGoogleEvent({ appointmentId, title, description, startsAt, endsAt, timeZone }: CalendarEvent) {
  return {
    status: 'confirmed',
    summary: title,
    description,
    start: { dateTime: startsAt.toISOString(), timeZone },
    end: { dateTime: endsAt.toISOString(), timeZone },
    extendedProperties: { private: { appointmentId, source: 'service-line' } },
  };
}

function checkId(id: string): void {
  if (!/^[a-v0-9]{5,1024}$/.test(id)) {
    throw new VendorError('google', 'invalid', 'an event id must be 5 to 1024 characters of a-v and 0-9');
  }
}

/** The answer must be the event we wrote; half an answer does not prove that it was stored. */
function checkWritten(operation: string, id: string, data: unknown): void {
  if (!z.object({ id: z.literal(id) }).safeParse(data).success) {
    throw new VendorError('google', 'truncated', `${operation}: the answer is not the event`);
  }
}

/** For `catch`: false for a VendorError with one of these statuses, and anything else thrown on. */
function isStatus(...statuses: number[]) {
  return (error: unknown): false => {
    if (error instanceof VendorError && error.status !== undefined && statuses.includes(error.status))
      return false;
    throw error;
  };
}
