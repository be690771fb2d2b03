/** Reading a sandbox calendar: events.list with paging and sync tokens, and free/busy. */
import { z } from 'zod';
import { type Answer, failWith, invalid } from './answers.ts';
import { type CalendarStore, onWire } from './calendar-store.ts';

/** Parameters that may not stand beside a sync token. */
const NOT_WITH_SYNC = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];

/** events.list. Page and sync tokens are readable text here; a client must not rely on that. */
export function listEvents(calendar: CalendarStore, query: URLSearchParams): Answer {
  const syncToken = query.get('syncToken');
  let since = 0;
  if (syncToken !== null) {
    if (NOT_WITH_SYNC.some((name) => query.has(name))) {
      return invalid('Sync token cannot be used with the given query restrictions.');
    }
    const [, epoch, revision] = /^sync-(\d+)-(\d+)$/.exec(syncToken) ?? [];
    if (epoch === undefined) return invalid('Invalid sync token value.');
    if (Number(epoch) !== calendar.syncEpoch()) {
      return failWith(410, 'fullSyncRequired', 'Sync token is no longer valid, a full sync is required.');
    }
    since = Number(revision);
  }
  const from = readInstant(query.get('timeMin'));
  const to = readInstant(query.get('timeMax'));
  if (Number.isNaN(from) || Number.isNaN(to)) return invalid('Bad Request');
  const properties = query.getAll('privateExtendedProperty').map((pair) => pair.split('='));
  const withDeleted = syncToken !== null || query.get('showDeleted') === 'true';

  const found = calendar
    .all()
    .filter((event) => event.revision > since)
    .filter((event) => withDeleted || event.status !== 'cancelled')
    .filter(
      (event) => (from === undefined || event.endsAt > from) && (to === undefined || event.startsAt < to),
    )
    .filter((event) =>
      properties.every(
        ([name = '', ...value]) => event.extendedProperties?.private?.[name] === value.join('='),
      ),
    );
  if (query.get('orderBy') === 'startTime') found.sort((one, other) => one.startsAt - other.startsAt);

  const size = Math.min(Math.max(Number(query.get('maxResults') ?? 250) || 250, 1), 2_500);
  const start = Number(/^page-(\d+)$/.exec(query.get('pageToken') ?? 'page-0')?.[1] ?? 0);
  const end = start + size;
  const next =
    end < found.length
      ? { nextPageToken: `page-${end}` }
      : { nextSyncToken: `sync-${calendar.syncEpoch()}-${calendar.revision()}` };
  return {
    status: 200,
    body: { kind: 'calendar#events', items: found.slice(start, end).map(onWire), ...next },
  };
}

const FreeBusyBody = z.object({
  timeMin: z.string(),
  timeMax: z.string(),
  items: z.array(z.object({ id: z.string() })).max(50),
});

/** freebusy.query: one block for each event, in no order; an unknown calendar is an error inside a 200. */
export function findBusy(
  calendars: ReadonlyMap<string, CalendarStore>,
  input: unknown,
  isBroken: boolean,
): Answer {
  const body = FreeBusyBody.safeParse(input);
  if (!body.success) return invalid('Bad Request');
  const { timeMin, timeMax, items } = body.data;
  const from = readInstant(timeMin);
  const to = readInstant(timeMax);
  if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) {
    return invalid('Bad Request');
  }
  if (to <= from) return failWith(400, 'timeRangeEmpty', 'The specified time range is empty.');

  const busyIn = (id: string) => {
    const calendar = calendars.get(id);
    if (isBroken || !calendar) {
      const reason = isBroken ? 'internalError' : 'notFound';
      return { errors: [{ domain: 'global', reason }], busy: [] };
    }
    return {
      busy: calendar
        .all()
        .filter((event) => event.status !== 'cancelled' && event.transparency !== 'transparent')
        .filter((event) => event.startsAt < to && event.endsAt > from)
        .map((event) => ({ start: toZulu(event.startsAt), end: toZulu(event.endsAt) })),
    };
  };
  return {
    status: 200,
    body: {
      kind: 'calendar#freeBusy',
      timeMin,
      timeMax,
      calendars: Object.fromEntries(items.map(({ id }) => [id, busyIn(id)])),
    },
  };
}

/** Milliseconds; undefined when not given, NaN without an offset, which Google refuses. */
function readInstant(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /T.*(?:Z|[+-]\d\d:\d\d)$/i.test(text) ? Date.parse(text) : Number.NaN;
}

const toZulu = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z');
