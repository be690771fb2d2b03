/** The dealership's calendar at Google: our appointments are mirrored there, and other people's times read. */
import { z } from 'zod';
import type { Calendar, CalendarChange } from '../../dealership/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { mergeBusyTimes } from './busy-times.ts';
import { createConnection, type GoogleCredentials } from './connection.ts';
import { readChange, readEvent, toNewEvent, toTimes } from './events.ts';

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
const ListAnswer = z.object({
  items: z.array(z.unknown()).default([]),
  nextPageToken: z.string().optional(),
  nextSyncToken: z.string().optional(),
});

/** Google's largest page. */
const PAGE_SIZE = 2_500;
/** 125,000 events: more is not a shop's calendar but an answer that goes round in circles. */
const MOST_PAGES = 50;

/**
 * `baseUrl`: an origin that stands in for Google's own hosts; unset in production. `timeZone`: where days begin.
 * Only the appointment's id, our name and the times go into the event's hidden properties, and nobody is invited or
 * mailed. Every method rejects with VendorErrors only, which hold no token, secret or event text. A dead refresh token
 * is `refused`, and Google is then left alone for a minute.
 */
export function createGoogleCalendar({
  calendarId,
  timeZone,
  baseUrl,
  clock,
  ...credentials
}: GoogleCredentials & {
  calendarId: string;
  timeZone: string;
  baseUrl?: string | undefined;
  clock: Clock;
}): Calendar {
  const connection = createConnection(credentials, baseUrl, clock);

  return {
    async get(eventId, signal) {
      checkId(eventId);
      const found = connection.call('events.get', signal, async (api, options) => {
        const { data } = await api.events.get({ calendarId, eventId }, options);
        return readEvent('events.get', eventId, data, timeZone);
      });
      return (await found.catch(isStatus(404))) || undefined;
    },

    async put(event, etag, signal) {
      checkId(event.id);
      const operation = etag === null ? 'events.insert' : 'events.patch';
      const written = connection.call(operation, signal, async (api, options) => {
        const { data } =
          etag === null
            ? await api.events.insert(
                { calendarId, sendUpdates: 'none', requestBody: toNewEvent(event) },
                options,
              )
            : await api.events.patch(
                { calendarId, eventId: event.id, sendUpdates: 'none', requestBody: toTimes(event) },
                { ...options, headers: { 'if-match': etag } },
              );
        return { etag: readEvent(operation, event.id, data, timeZone).etag };
      });
      // 409: the id is taken, by this event as an attempt before this one left it, or by one that was removed.
      const known = etag === null ? written.catch(throwNoCalendar) : written;
      return (await known.catch(isStatus(...(etag === null ? [409] : [404, 410, 412])))) || 'changed';
    },

    async remove(eventId, etag, signal) {
      checkId(eventId);
      const removal = connection.call('events.delete', signal, async (api, options) => {
        await api.events.delete(
          { calendarId, eventId, sendUpdates: 'none' },
          { ...options, headers: { 'if-match': etag } },
        );
        return true;
      });
      const isStale = await removal.catch(isStatus(404, 410)).then(
        () => false,
        (error: unknown) => !isStatus(412)(error),
      );
      return isStale ? 'changed' : 'removed';
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

    async changes(since, signal) {
      // Google wants the same parameters beside a token as at first, but for the range, which the token remembers.
      const range =
        'token' in since
          ? { syncToken: since.token }
          : { timeMin: since.from.toISOString(), timeMax: since.to.toISOString() };
      const found: CalendarChange[] = [];
      let pageToken: string | undefined;
      for (let page = 1; page <= MOST_PAGES; page += 1) {
        const answer = await connection
          .call('events.list', signal, async (api, options) => {
            const { data } = await api.events.list(
              {
                calendarId,
                singleEvents: true,
                showDeleted: true,
                maxResults: PAGE_SIZE,
                ...range,
                ...(pageToken !== undefined && { pageToken }),
              },
              options,
            );
            const read = ListAnswer.safeParse(data);
            if (!read.success)
              throw new VendorError('google', 'truncated', 'events.list: the answer makes no sense');
            return read.data;
          })
          .catch(throwNoCalendar)
          .catch(isStatus(410));
        if (!answer) return 'expired';
        found.push(...answer.items.flatMap((item) => readChange(item, timeZone) ?? []));
        if (answer.nextSyncToken !== undefined) return { changes: found, token: answer.nextSyncToken };
        pageToken = answer.nextPageToken;
        if (pageToken === undefined) break;
      }
      throw new VendorError('google', 'truncated', 'events.list: the pages have no end');
    },
  };
}

function checkId(id: string): void {
  if (!/^[a-v0-9]{5,1024}$/.test(id)) {
    throw new VendorError('google', 'invalid', 'an event id must be 5 to 1024 characters of a-v and 0-9');
  }
}

/** For `catch`: where no event is named, "not found" is the calendar; a person has to name another, or share it with us. */
function throwNoCalendar(error: unknown): never {
  if (error instanceof VendorError && error.status === 404) {
    throw new VendorError('google', 'refused', 'the calendar is not there, or not shared with us', {
      status: 404,
    });
  }
  throw error;
}

/** For `catch`: false for a VendorError with one of these statuses, and anything else thrown on. */
function isStatus(...statuses: number[]) {
  return (error: unknown): false => {
    if (error instanceof VendorError && error.status !== undefined && statuses.includes(error.status))
      return false;
    throw error;
  };
}
