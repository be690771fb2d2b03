import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/lib/clock.ts';
import type { GoogleFault } from '../../src/sandbox/google/faults.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../src/sandbox/google/server.ts';

const EVENTS = '/calendar/v3/calendars/primary/events';
const credentials = { clientId: 'id', clientSecret: 'secret', refreshToken: 'refresh' };
const grant = {
  client_id: 'id',
  client_secret: 'secret',
  refresh_token: 'refresh',
  grant_type: 'refresh_token',
};
const times = {
  start: { dateTime: '2026-12-01T15:00:00Z' },
  end: { dateTime: '2026-12-01T16:00:00Z' },
};

let elapsed: number;
let timers: { ms: number; run: () => void }[];
let sandbox: GoogleSandbox;
let token: string;

beforeEach(async () => {
  elapsed = 0;
  timers = [];
  const clock: Clock = {
    now: () => Date.parse('2026-11-22T12:00:00Z') + elapsed,
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = { ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
  };
  sandbox = await startGoogleSandbox({ clock, ...credentials });
  token = (await ask('POST', '/token', new URLSearchParams(grant))).body.access_token;
});
afterEach(() => sandbox.close());

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(sandbox.baseUrl + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body !== undefined && { body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}
const reasonOf = (answer: { body: { error: { errors: { reason: string }[] } } }) =>
  answer.body.error.errors[0]?.reason;

describe('the sandbox token endpoint', () => {
  it('grants an access token for an hour, which is refused afterwards', async () => {
    expect((await ask('GET', EVENTS)).status).toBe(200);
    elapsed = 3_600_000;
    const late = await ask('GET', EVENTS);
    expect([late.status, reasonOf(late)]).toStrictEqual([401, 'authError']);
  });

  it.each<[Record<string, string>, number, string]>([
    [{ refresh_token: 'other' }, 400, 'invalid_grant'],
    [{ client_secret: 'other' }, 401, 'invalid_client'],
    [{ client_id: 'other' }, 401, 'invalid_client'],
    [{ grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ])('refuses %j with %i %s', async (change, status, error) => {
    const answer = await ask('POST', '/token', new URLSearchParams({ ...grant, ...change }));
    expect([answer.status, answer.body.error]).toStrictEqual([status, error]);
  });
});

describe('sandbox events', () => {
  it.each(['abcd', 'with-dash', 'xyz123', 'UPPER', 'a'.repeat(1_025)])('refuse the id %s', async (id) => {
    const answer = await ask('POST', EVENTS, { id, ...times });
    expect([answer.status, reasonOf(answer)]).toStrictEqual([400, 'invalid']);
  });

  it('go through their life with one id, which stays taken after deletion', async () => {
    const inserted = await ask('POST', EVENTS, { id: 'abc12', summary: 'one', ...times });
    expect(inserted).toMatchObject({ status: 200, body: { id: 'abc12', status: 'confirmed', etag: '"1"' } });
    const twice = await ask('POST', EVENTS, { id: 'abc12', ...times });
    expect([twice.status, reasonOf(twice)]).toStrictEqual([409, 'duplicate']);
    expect((await ask('DELETE', `${EVENTS}/abc12`)).status).toBe(204);
    const gone = await ask('DELETE', `${EVENTS}/abc12`);
    expect([gone.status, reasonOf(gone)]).toStrictEqual([410, 'deleted']);
    expect((await ask('POST', EVENTS, { id: 'abc12', ...times })).status).toBe(409);
    expect((await ask('GET', `${EVENTS}/abc12`)).body).toMatchObject({ status: 'cancelled' });
    const revived = await ask('PATCH', `${EVENTS}/abc12`, { status: 'confirmed' });
    expect(revived.body).toMatchObject({ status: 'confirmed', summary: 'one', etag: '"3"' });
  });

  it('merge a patch and their private properties', async () => {
    await ask('POST', EVENTS, {
      id: 'abc12',
      summary: 'one',
      ...times,
      extendedProperties: { private: { a: '1' } },
    });
    const patched = await ask('PATCH', `${EVENTS}/abc12`, {
      description: 'new',
      extendedProperties: { private: { b: '2' } },
    });
    expect(patched.body).toMatchObject({ summary: 'one', description: 'new' });
    expect(patched.body.extendedProperties.private).toStrictEqual({ a: '1', b: '2' });
  });

  it('refuse a change made from an old etag', async () => {
    const { body } = await ask('POST', EVENTS, { id: 'abc12', ...times });
    const fresh = await ask('PATCH', `${EVENTS}/abc12`, { summary: 'x' }, { 'if-match': body.etag });
    expect(fresh.status).toBe(200);
    const stale = await ask('PATCH', `${EVENTS}/abc12`, { summary: 'y' }, { 'if-match': body.etag });
    expect([stale.status, reasonOf(stale)]).toStrictEqual([412, 'conditionNotMet']);
    expect((await ask('DELETE', `${EVENTS}/abc12`, undefined, { 'if-match': body.etag })).status).toBe(412);
  });

  it.each<[string, unknown]>([
    ['no times', {}],
    ['a local time without a zone', { start: { dateTime: '2026-12-01T15:00:00' }, end: times.end }],
    ['an end before the start', { start: times.end, end: times.start }],
    ['a body that is not JSON', undefined],
  ])('refuse %s', async (_, body) => {
    expect((await ask('POST', EVENTS, body)).status).toBe(400);
  });

  it('do not exist in a calendar that nobody has', async () => {
    const answer = await ask('GET', '/calendar/v3/calendars/nobody%40example.com/events');
    expect([answer.status, reasonOf(answer)]).toStrictEqual([404, 'notFound']);
    expect((await ask('GET', `${EVENTS}/nothere`)).status).toBe(404);
    expect((await ask('GET', '/elsewhere')).status).toBe(404);
  });
});

describe('listing sandbox events', () => {
  const insert = (id: string, hour: number, source = 'us') =>
    sandbox.events.insert({
      id,
      start: { dateTime: `2026-12-01T${hour}:00:00Z` },
      end: { dateTime: `2026-12-01T${hour}:30:00Z` },
      extendedProperties: { private: { source } },
    });
  const ids = (answer: { body: { items: { id: string }[] } }) => answer.body.items.map(({ id }) => id);

  it('goes page by page to a sync token, and from there gives only what changed', async () => {
    for (const [index, id] of ['aaaaa', 'bbbbb', 'ccccc'].entries()) insert(id, 10 + index);
    const first = await ask('GET', `${EVENTS}?maxResults=2`);
    expect(ids(first)).toStrictEqual(['aaaaa', 'bbbbb']);
    const second = await ask('GET', `${EVENTS}?maxResults=2&pageToken=${first.body.nextPageToken}`);
    expect(ids(second)).toStrictEqual(['ccccc']);
    const { nextSyncToken } = second.body;
    expect(ids(await ask('GET', `${EVENTS}?syncToken=${nextSyncToken}`))).toStrictEqual([]);
    await ask('DELETE', `${EVENTS}/bbbbb`);
    const changed = await ask('GET', `${EVENTS}?syncToken=${nextSyncToken}`);
    expect(changed.body.items).toMatchObject([{ id: 'bbbbb', status: 'cancelled' }]);
    expect(
      (await ask('GET', `${EVENTS}?syncToken=${nextSyncToken}&timeMin=2026-12-01T00:00:00Z`)).status,
    ).toBe(400);
    sandbox.events.expireSyncTokens();
    const expired = await ask('GET', `${EVENTS}?syncToken=${nextSyncToken}`);
    expect([expired.status, reasonOf(expired)]).toStrictEqual([410, 'fullSyncRequired']);
  });

  it('filters by time, by private property and by deletion', async () => {
    insert('aaaaa', 10);
    insert('bbbbb', 12);
    insert('ccccc', 14, 'them');
    await ask('DELETE', `${EVENTS}/aaaaa`);
    const range = 'timeMin=2026-12-01T12:00:00Z&timeMax=2026-12-01T14:00:00Z';
    expect(ids(await ask('GET', `${EVENTS}?${range}`))).toStrictEqual(['bbbbb']);
    expect(ids(await ask('GET', `${EVENTS}?privateExtendedProperty=source%3Dthem`))).toStrictEqual(['ccccc']);
    expect(ids(await ask('GET', `${EVENTS}?showDeleted=true`))).toStrictEqual(['aaaaa', 'bbbbb', 'ccccc']);
    expect((await ask('GET', `${EVENTS}?timeMin=2026-12-01T12:00:00`)).status).toBe(400);
  });
});

describe('sandbox free/busy', () => {
  const query = (ids: string[], timeMin = '2026-12-01T06:00:00Z', timeMax = '2026-12-02T06:00:00Z') =>
    ask('POST', '/calendar/v3/freeBusy', { timeMin, timeMax, items: ids.map((id) => ({ id })) });

  it('counts what is neither cancelled nor transparent, whole days in the zone of the calendar', async () => {
    sandbox.events.insert({ id: 'aaaaa', ...times });
    sandbox.events.insert({ id: 'bbbbb', ...times, transparency: 'transparent' });
    sandbox.events.insert({ id: 'ccccc', start: { date: '2026-12-01' }, end: { date: '2026-12-02' } });
    sandbox.events.insert({
      id: 'ddddd',
      start: { dateTime: '2026-12-01T12:00:00', timeZone: 'America/New_York' },
      end: { dateTime: '2026-12-01T13:00:00', timeZone: 'America/New_York' },
    });
    const { body } = await query(['primary']);
    expect(body.calendars.primary.busy).toStrictEqual([
      { start: '2026-12-01T15:00:00Z', end: '2026-12-01T16:00:00Z' },
      { start: '2026-12-01T06:00:00Z', end: '2026-12-02T06:00:00Z' },
      { start: '2026-12-01T17:00:00Z', end: '2026-12-01T18:00:00Z' },
    ]);
  });

  it('puts the error of one calendar inside a 200', async () => {
    const { status, body } = await query(['primary', 'nobody']);
    expect(status).toBe(200);
    expect(body.calendars.nobody).toStrictEqual({
      errors: [{ domain: 'global', reason: 'notFound' }],
      busy: [],
    });
    expect(body.calendars.primary).toStrictEqual({ busy: [] });
  });

  it('refuses an empty range and a time without an offset', async () => {
    expect(reasonOf(await query(['primary'], '2026-12-02T00:00:00Z', '2026-12-01T00:00:00Z'))).toBe(
      'timeRangeEmpty',
    );
    expect((await query(['primary'], '2026-12-01T00:00:00')).status).toBe(400);
  });
});

describe('sandbox faults and timings', () => {
  it.each<[GoogleFault, number, string]>([
    ['rate-limit', 403, 'rateLimitExceeded'],
    ['user-rate-limit', 403, 'userRateLimitExceeded'],
    ['quota-exceeded', 403, 'quotaExceeded'],
    ['too-many-requests', 429, 'rateLimitExceeded'],
    ['server-error', 500, 'backendError'],
    ['unavailable', 503, 'backendError'],
    ['forbidden', 403, 'forbidden'],
    ['unauthorized', 401, 'authError'],
  ])('answer %s as often as ordered and then serve again', async (fault, status, reason) => {
    sandbox.faults.next('list', fault, 2);
    for (let count = 0; count < 2; count += 1) {
      const answer = await ask('GET', EVENTS);
      expect([answer.status, reasonOf(answer)]).toStrictEqual([status, reason]);
    }
    expect((await ask('GET', EVENTS)).status).toBe(200);
  });

  it('lose the answer with or without doing what was asked', async () => {
    sandbox.faults.next('insert', 'drop');
    await expect(ask('POST', EVENTS, { id: 'aaaaa', ...times })).rejects.toThrow();
    expect(sandbox.events.all()).toHaveLength(0);
    sandbox.faults.next('any', 'drop-after');
    await expect(ask('POST', EVENTS, { id: 'aaaaa', ...times })).rejects.toThrow();
    expect(sandbox.events.all()).toHaveLength(1);
  });

  it('let an answer wait by the clock', async () => {
    sandbox.timings.requestMs = 300;
    const answer = ask('GET', EVENTS);
    await expect.poll(() => timers.map(({ ms }) => ms)).toStrictEqual([300]);
    for (const { run } of timers) run();
    expect((await answer).status).toBe(200);
  });

  it('leave no timer behind when the sandbox closes', async () => {
    sandbox.timings.requestMs = 300;
    const failed = expect(ask('GET', EVENTS)).rejects.toThrow();
    await expect.poll(() => timers).toHaveLength(1);
    await sandbox.close();
    await failed;
    expect(timers).toHaveLength(0);
  });
});
