import http from 'node:http';
import https from 'node:https';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGoogleCalendar } from '../../../src/adapters/google-calendar/calendar.ts';
import type { CalendarEvent } from '../../../src/dealership/ports.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import type { GoogleFault } from '../../../src/sandbox/google/faults.ts';
import { type GoogleSandbox, startGoogleSandbox } from '../../../src/sandbox/google/server.ts';

const credentials = {
  clientId: 'client-id-1',
  clientSecret: 'GOCSPX-very-secret',
  refreshToken: '1//refresh-very-secret',
};
const event: CalendarEvent = {
  id: 'apt0123456789abcdef',
  appointmentId: '7b0c6a52-3f9e-4f0e-9f55-0d6a3c1f2b11',
  title: 'Oil change, 2021 Honda Civic',
  place: 'Bay 2',
  startsAt: new Date('2026-12-01T15:00:00Z'),
  endsAt: new Date('2026-12-01T16:00:00Z'),
  timeZone: 'America/Chicago',
};
const forever = () => new AbortController().signal;

/** A clock whose timers fire as soon as nothing else is to do, and say how long they were. */
function createEagerClock() {
  let elapsed = 0;
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => Date.parse('2026-11-22T12:00:00Z') + elapsed,
    elapsed: () => elapsed,
    after(ms, run) {
      pauses.push(ms);
      const timer = setImmediate(() => {
        elapsed += ms;
        run();
      });
      return () => clearImmediate(timer);
    },
  };
  return {
    clock,
    pauses,
    pass(ms: number) {
      elapsed += ms;
    },
  };
}

let time: ReturnType<typeof createEagerClock>;
let sandbox: GoogleSandbox;
beforeEach(async () => {
  time = createEagerClock();
  sandbox = await startGoogleSandbox({ clock: time.clock, ...credentials });
});
afterEach(() => sandbox.close());

const open = (given: { refreshToken?: string; clientSecret?: string; calendarId?: string } = {}) =>
  createGoogleCalendar({
    ...credentials,
    calendarId: 'primary',
    timeZone: 'America/Chicago',
    baseUrl: sandbox.baseUrl,
    clock: time.clock,
    ...given,
  });
const asked = () => sandbox.requests.map(({ operation }) => operation);

describe('putting an event', () => {
  it('writes it under its own id with the times in their zone and nothing personal in the hidden properties', async () => {
    await open().put(event, null, forever());
    expect(sandbox.events.all()).toMatchObject([
      {
        id: event.id,
        status: 'confirmed',
        summary: event.title,
        location: event.place,
        transparency: 'transparent',
        start: { dateTime: '2026-12-01T15:00:00.000Z', timeZone: 'America/Chicago' },
        end: { dateTime: '2026-12-01T16:00:00.000Z', timeZone: 'America/Chicago' },
      },
    ]);
    expect(sandbox.events.all()[0]?.extendedProperties).toStrictEqual({
      private: {
        appointmentId: event.appointmentId,
        source: 'service-line',
        writtenStart: '2026-12-01T15:00:00.000Z',
        writtenEnd: '2026-12-01T16:00:00.000Z',
      },
    });
    expect(sandbox.requests).toStrictEqual([
      { operation: 'token', path: '/token' },
      { operation: 'insert', path: '/calendar/v3/calendars/primary/events?sendUpdates=none' },
    ]);
  });

  it('writes over exactly the version that its caller has seen, and leaves the title to people', async () => {
    const calendar = open();
    const first = await calendar.put(event, null, forever());
    if (first === 'changed') throw new Error('There was nothing to be changed.');
    sandbox.events.patch(event.id, { summary: 'Brakes, by Pete' }, undefined);
    const later = { ...event, endsAt: new Date('2026-12-01T17:00:00Z') };
    expect(await calendar.put(later, first.etag, forever())).toBe('changed');
    const stored = await calendar.get(event.id, forever());
    expect(await calendar.put(later, stored?.etag ?? '', forever())).toMatchObject({ etag: '"3"' });
    expect(sandbox.events.all()).toMatchObject([{ summary: 'Brakes, by Pete', status: 'confirmed' }]);
    expect(await calendar.get(event.id, forever())).toMatchObject({
      isCancelled: false,
      time: { endsAt: later.endsAt },
      writtenTime: { endsAt: later.endsAt },
    });
  });

  it('is refused, not changed, when there is no such calendar', async () => {
    const missing = open({ calendarId: 'nobody@example.com' });
    const refused = { fault: 'refused', status: 404 };
    await expect(missing.put(event, null, forever())).rejects.toMatchObject(refused);
    const range = { from: event.startsAt, to: event.endsAt };
    await expect(missing.changes(range, forever())).rejects.toMatchObject(refused);
  });

  it('does not bring back an event that somebody removed', async () => {
    const calendar = open();
    await calendar.put(event, null, forever());
    sandbox.events.remove(event.id, undefined);
    expect(await calendar.put(event, null, forever())).toBe('changed');
    expect(await calendar.get(event.id, forever())).toMatchObject({ isCancelled: true });
  });

  it.each<[GoogleFault, unknown]>([
    ['drop', { etag: '"1"' }],
    ['server-error', { etag: '"1"' }],
    ['rate-limit', { etag: '"1"' }],
    // It had been written: the second attempt finds the first one's event.
    ['drop-after', 'changed'],
    ['garble-after', 'changed'],
  ])('ends with exactly one event after %s', async (fault, outcome) => {
    sandbox.faults.next('insert', fault);
    expect(await open().put(event, null, forever())).toEqual(outcome);
    expect(sandbox.events.all()).toMatchObject([{ id: event.id, status: 'confirmed' }]);
  });

  it('refuses an id that Google would refuse, without asking', async () => {
    const invalid = { fault: 'invalid', retryable: false };
    for (const id of ['abcd', 'has-dash', 'xyz12345', 'UPPER1', '']) {
      await expect(open().put({ ...event, id }, null, forever())).rejects.toMatchObject(invalid);
    }
    expect(sandbox.requests).toStrictEqual([]);
  });

  it('asks for one access token for many requests', async () => {
    const calendar = open();
    await Promise.all(
      ['a', 'b', 'c'].map((letter) => calendar.put({ ...event, id: `apt0000${letter}` }, null, forever())),
    );
    expect(asked().filter((operation) => operation === 'token')).toHaveLength(1);
  });
});

describe('removing an event', () => {
  it('is done when the event is gone already or never was', async () => {
    const calendar = open();
    await calendar.put(event, null, forever());
    await calendar.remove(event.id, '"1"', forever());
    await calendar.remove(event.id, '"1"', forever());
    await calendar.remove('apt99999', '"1"', forever());
    expect(sandbox.events.all()).toMatchObject([{ id: event.id, status: 'cancelled' }]);
  });

  it('is done although the first answer got lost', async () => {
    const calendar = open();
    await calendar.put(event, null, forever());
    sandbox.faults.next('delete', 'drop-after');
    await calendar.remove(event.id, '"1"', forever());
    expect(asked().filter((operation) => operation === 'delete')).toHaveLength(2);
  });
});

describe('looking at an event', () => {
  it('finds none that never was', async () => {
    expect(await open().get('apt99999', forever())).toBeUndefined();
  });

  it('is not removed in another version than the one seen', async () => {
    const calendar = open();
    await calendar.put(event, null, forever());
    sandbox.events.patch(event.id, { summary: 'Brakes' }, undefined);
    expect(await calendar.remove(event.id, '"1"', forever())).toBe('changed');
    expect(sandbox.events.all()).toMatchObject([{ status: 'confirmed' }]);
  });
});

describe('reading what changed', () => {
  const range = { from: new Date('2026-12-01T06:00:00Z'), to: new Date('2026-12-31T06:00:00Z') };
  const lunch = {
    id: 'lunch',
    start: { dateTime: '2026-12-01T18:00:00Z' },
    end: { dateTime: '2026-12-01T19:00:00Z' },
  };
  const read = async (since: Parameters<ReturnType<typeof open>['changes']>[0]) => {
    const answer = await open().changes(since, forever());
    if (answer === 'expired') throw new Error('The token is too old.');
    return answer;
  };

  it('tells everything in the range at first, and then only what changed', async () => {
    sandbox.events.insert(lunch);
    const first = await read(range);
    expect(first.changes).toEqual([
      {
        id: 'lunch',
        etag: '"1"',
        busy: { startsAt: new Date('2026-12-01T18:00:00Z'), endsAt: new Date('2026-12-01T19:00:00Z') },
      },
    ]);
    const none = await read({ token: first.token });
    expect(none.changes).toEqual([]);
    sandbox.events.remove('lunch', undefined);
    expect((await read({ token: none.token })).changes).toMatchObject([{ id: 'lunch', busy: null }]);
  });

  it('asks for each occurrence of a repeated event, and for deleted ones', async () => {
    const { token } = await read(range);
    await read({ token });
    const queries = sandbox.requests
      .filter(({ operation }) => operation === 'list')
      .map(({ path }) => new URL(path, 'http://sandbox').searchParams);
    for (const query of queries) {
      expect([query.get('singleEvents'), query.get('showDeleted')]).toEqual(['true', 'true']);
    }
    expect(queries.map((query) => [query.has('timeMin'), query.has('syncToken')])).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  it('takes a whole day from midnight to midnight of the shop, and what is marked as free for no time', async () => {
    sandbox.events.insert({ id: 'fair0', start: { date: '2026-12-05' }, end: { date: '2026-12-06' } });
    sandbox.events.insert({ ...lunch, id: 'cake0', transparency: 'transparent' });
    expect((await read(range)).changes).toMatchObject([
      {
        id: 'fair0',
        busy: { startsAt: new Date('2026-12-05T06:00:00Z'), endsAt: new Date('2026-12-06T06:00:00Z') },
      },
      { id: 'cake0', busy: null },
    ]);
  });

  it('follows the pages to the end', async () => {
    for (let count = 0; count < 2_501; count += 1) sandbox.events.insert({ ...lunch, id: `lunch${count}` });
    expect((await read(range)).changes).toHaveLength(2_501);
  });

  it('says that a token is too old', async () => {
    const { token } = await read(range);
    sandbox.events.expireSyncTokens();
    expect(await open().changes({ token }, forever())).toBe('expired');
  });
});

describe('reading busy times', () => {
  const from = new Date('2026-12-01T00:00:00Z');
  const to = new Date('2026-12-02T00:00:00Z');
  const block = (start: string, end: string) => ({ start: { dateTime: start }, end: { dateTime: end } });

  it('answers them in order and joined', async () => {
    sandbox.events.insert(block('2026-12-01T18:00:00Z', '2026-12-01T19:00:00Z'));
    sandbox.events.insert(block('2026-12-01T09:30:00-06:00', '2026-12-01T11:00:00-06:00'));
    sandbox.events.insert(block('2026-12-01T15:00:00Z', '2026-12-01T16:00:00Z'));
    expect(await open().busy(from, to, forever())).toStrictEqual([
      { startsAt: new Date('2026-12-01T15:00:00Z'), endsAt: new Date('2026-12-01T17:00:00Z') },
      { startsAt: new Date('2026-12-01T18:00:00Z'), endsAt: new Date('2026-12-01T19:00:00Z') },
    ]);
  });

  it('leaves out our own appointments, each of which holds one bay and not the shop', async () => {
    await open().put(event, null, forever());
    expect(await open().busy(from, to, forever())).toStrictEqual([]);
  });

  it('answers none for a free day', async () => {
    expect(await open().busy(from, to, forever())).toStrictEqual([]);
  });

  it('calls a calendar unknown, not free, when it could not be read', async () => {
    sandbox.faults.next('freeBusy', 'calendar-error');
    expect(await open().busy(from, to, forever())).toBe('unknown');
    expect(await open({ calendarId: 'nobody@example.com' }).busy(from, to, forever())).toBe('unknown');
  });

  it('passes an empty range on as invalid', async () => {
    await expect(open().busy(to, from, forever())).rejects.toMatchObject({ fault: 'invalid', status: 400 });
  });
});

describe('failures', () => {
  const busy = (signal = forever()) =>
    open().busy(new Date('2026-12-01T00:00:00Z'), new Date('2026-12-02T00:00:00Z'), signal);

  it.each<[GoogleFault, number]>([
    ['rate-limit', 2],
    ['user-rate-limit', 2],
    ['quota-exceeded', 2],
    ['too-many-requests', 2],
    ['server-error', 2],
    ['unavailable', 2],
    ['drop', 2],
    ['garble-after', 2],
  ])('tries again after %s', async (fault, times) => {
    sandbox.faults.next('freeBusy', fault, times);
    expect(await busy()).toStrictEqual([]);
    expect(asked().filter((operation) => operation === 'freeBusy')).toHaveLength(3);
    expect(time.pauses).toHaveLength(2);
    expect(Math.max(...time.pauses)).toBeLessThanOrEqual(1_000);
  });

  it('gives up after five tries with the fault that it met', async () => {
    sandbox.faults.next('freeBusy', 'rate-limit', 99);
    const failure = { fault: 'limited', retryable: true, status: 403 };
    await expect(busy()).rejects.toMatchObject(failure);
    expect(asked().filter((operation) => operation === 'freeBusy')).toHaveLength(5);
  });

  it('does not try again when it is forbidden', async () => {
    sandbox.faults.next('freeBusy', 'forbidden', 99);
    await expect(busy()).rejects.toMatchObject({ fault: 'refused', retryable: false, status: 403 });
    expect(asked()).toStrictEqual(['token', 'freeBusy']);
  });

  it('signs in again, once, when the access token is not accepted any more', async () => {
    sandbox.faults.next('freeBusy', 'unauthorized');
    expect(await busy()).toStrictEqual([]);
    expect(asked()).toStrictEqual(['token', 'freeBusy', 'token', 'freeBusy']);
    sandbox.faults.next('freeBusy', 'unauthorized', 99);
    await expect(busy()).rejects.toMatchObject({ fault: 'refused', status: 401 });
    expect(asked().slice(4)).toStrictEqual(['token', 'freeBusy', 'token', 'freeBusy']);
  });

  it('tries again when the token endpoint fails', async () => {
    sandbox.faults.next('token', 'token-server-error', 2);
    expect(await busy()).toStrictEqual([]);
    expect(asked()).toStrictEqual(['token', 'token', 'token', 'freeBusy']);
  });

  it('does not sign in again with a client that Google does not know', async () => {
    await expect(open({ clientSecret: 'wrong' }).put(event, null, forever())).rejects.toMatchObject({
      fault: 'refused',
      retryable: false,
    });
    expect(asked()).toStrictEqual(['token']);
  });

  it('leaves Google alone for a minute once the refresh token is dead, then asks again', async () => {
    const calendar = open();
    sandbox.faults.next('token', 'invalid-grant', 2);
    const refused = { fault: 'refused', retryable: false };
    await expect(calendar.put(event, null, forever())).rejects.toMatchObject(refused);
    await expect(calendar.remove(event.id, '"1"', forever())).rejects.toMatchObject(refused);
    expect(asked()).toStrictEqual(['token']);
    time.pass(60_000);
    await expect(calendar.put(event, null, forever())).rejects.toMatchObject(refused);
    time.pass(60_000);
    await calendar.put(event, null, forever());
    expect(asked()).toStrictEqual(['token', 'token', 'token', 'insert']);
  });

  it.each(['token', 'freeBusy'] as const)(
    'stops waiting for a silent %s when its caller does',
    async (operation) => {
      sandbox.faults.next(operation, 'silence');
      const controller = new AbortController();
      const failed = expect(busy(controller.signal)).rejects.toMatchObject({
        fault: 'timeout',
        retryable: true,
      });
      await vi.waitFor(() => expect(asked().at(-1)).toBe(operation));
      controller.abort();
      await failed;
    },
  );

  it('reports what Google last said when its caller stops it between two tries', async () => {
    const controller = new AbortController();
    sandbox.faults.next('freeBusy', 'rate-limit', 99);
    const stopping: Clock = {
      ...time.clock,
      after() {
        const stop = setImmediate(() => controller.abort());
        return () => clearImmediate(stop);
      },
    };
    const calendar = createGoogleCalendar({
      ...credentials,
      calendarId: 'primary',
      timeZone: 'America/Chicago',
      baseUrl: sandbox.baseUrl,
      clock: stopping,
    });
    const answer = calendar.busy(event.startsAt, event.endsAt, controller.signal);
    await expect(answer).rejects.toMatchObject({ fault: 'limited' });
    expect(asked()).toStrictEqual(['token', 'freeBusy']);
  });

  it('asks nothing at all for a caller who has stopped already', async () => {
    await expect(busy(AbortSignal.abort())).rejects.toMatchObject({ fault: 'timeout' });
    expect(sandbox.requests).toStrictEqual([]);
  });

  it('refuses a base URL with a path, which the library would drop', () => {
    for (const baseUrl of ['http://127.0.0.1:1/google', 'ftp://127.0.0.1', 'nonsense']) {
      expect(() =>
        createGoogleCalendar({
          ...credentials,
          calendarId: 'primary',
          timeZone: 'UTC',
          baseUrl,
          clock: time.clock,
        }),
      ).toThrow('origin without a path');
    }
  });

  it('shows no token, secret or event text in any error', async () => {
    const errors: unknown[] = [];
    const keep = (error: unknown) => errors.push(error);
    const put = (calendar: ReturnType<typeof open>) =>
      calendar.put(event, null, forever()).then(() => {}, keep);
    await put(open({ refreshToken: '1//refresh-very-secret-too' }));
    for (const fault of ['invalid-grant', 'token-server-error', 'drop'] as const) {
      sandbox.faults.next('token', fault, 9);
      await put(open());
      sandbox.faults.clear();
    }
    for (const fault of ['forbidden', 'server-error', 'drop', 'garble-after', 'unauthorized'] as const) {
      sandbox.faults.next('any', fault, 9);
      await put(open());
      sandbox.faults.clear();
    }
    expect(errors).toHaveLength(8);
    for (const error of errors) {
      expect(error).toMatchObject({ name: 'VendorError' });
      expect(error).not.toHaveProperty('cause');
    }
    const shown = errors.map((error) => inspect(error, { depth: 20, showHidden: true })).join('\n');
    for (const secret of [
      'very-secret',
      'sandbox-',
      'Bearer',
      event.title,
      event.appointmentId,
      'client-id-1',
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});

describe('without a base URL', () => {
  afterEach(() => vi.restoreAllMocks());

  it("addresses Google's own hosts over https", async () => {
    const addressed: string[] = [];
    const redirect = (url: string | URL, options: https.RequestOptions) => {
      const { protocol, host, pathname, search } = new URL(url);
      const { method = 'GET', headers = {} } = options;
      addressed.push(`${method} ${protocol}//${host}${pathname}${search}`);
      return http.request(`${sandbox.baseUrl}${pathname}${search}`, { method, headers });
    };
    // The way out of this process ends here: what would go to Google goes to the sandbox.
    vi.spyOn(https, 'request').mockImplementation(redirect);
    const calendar = createGoogleCalendar({
      ...credentials,
      calendarId: 'primary',
      timeZone: 'UTC',
      clock: time.clock,
    });
    await calendar.put(event, null, forever());
    await calendar.busy(event.startsAt, event.endsAt, forever());
    expect(addressed).toStrictEqual([
      'POST https://oauth2.googleapis.com/token',
      'POST https://www.googleapis.com/calendar/v3/calendars/primary/events?sendUpdates=none',
      'POST https://www.googleapis.com/calendar/v3/freeBusy',
    ]);
  });
});
