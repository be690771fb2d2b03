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
  description: 'Bay 2',
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
    baseUrl: sandbox.baseUrl,
    clock: time.clock,
    ...given,
  });
const asked = () => sandbox.requests.map(({ operation }) => operation);

describe('putting an event', () => {
  it('writes it under its own id with the times in their zone and nothing personal in the hidden properties', async () => {
    await open().put(event, forever());
    expect(sandbox.events.all()).toMatchObject([
      {
        id: event.id,
        status: 'confirmed',
        summary: event.title,
        description: event.description,
        start: { dateTime: '2026-12-01T15:00:00.000Z', timeZone: 'America/Chicago' },
        end: { dateTime: '2026-12-01T16:00:00.000Z', timeZone: 'America/Chicago' },
      },
    ]);
    expect(sandbox.events.all()[0]?.extendedProperties).toStrictEqual({
      private: { appointmentId: event.appointmentId, source: 'service-line' },
    });
    expect(sandbox.requests).toStrictEqual([
      { operation: 'token', path: '/token' },
      { operation: 'insert', path: '/calendar/v3/calendars/primary/events?sendUpdates=none' },
    ]);
  });

  it('brings an event that is there already to the new state', async () => {
    const calendar = open();
    await calendar.put(event, forever());
    await calendar.put({ ...event, title: 'Brakes', endsAt: new Date('2026-12-01T17:00:00Z') }, forever());
    expect(sandbox.events.all()).toMatchObject([{ id: event.id, summary: 'Brakes', status: 'confirmed' }]);
    expect(sandbox.events.all()[0]?.end?.dateTime).toBe('2026-12-01T17:00:00.000Z');
  });

  it('revives an event whose id was cancelled', async () => {
    const calendar = open();
    await calendar.put(event, forever());
    await calendar.remove(event.id, forever());
    expect(sandbox.events.all()[0]?.status).toBe('cancelled');
    await calendar.put(event, forever());
    expect(sandbox.events.all()).toMatchObject([{ id: event.id, status: 'confirmed' }]);
  });

  it.each<GoogleFault>(['drop', 'drop-after', 'garble-after', 'server-error', 'rate-limit'])(
    'ends with exactly one event after %s',
    async (fault) => {
      sandbox.faults.next('insert', fault);
      await open().put(event, forever());
      expect(sandbox.events.all()).toMatchObject([{ id: event.id, status: 'confirmed' }]);
    },
  );

  it('refuses an id that Google would refuse, without asking', async () => {
    const invalid = { fault: 'invalid', retryable: false };
    for (const id of ['abcd', 'has-dash', 'xyz12345', 'UPPER1', '']) {
      await expect(open().put({ ...event, id }, forever())).rejects.toMatchObject(invalid);
    }
    expect(sandbox.requests).toStrictEqual([]);
  });

  it('asks for one access token for many requests', async () => {
    const calendar = open();
    await Promise.all(
      ['a', 'b', 'c'].map((letter) => calendar.put({ ...event, id: `apt0000${letter}` }, forever())),
    );
    expect(asked().filter((operation) => operation === 'token')).toHaveLength(1);
  });
});

describe('removing an event', () => {
  it('is done when the event is gone already or never was', async () => {
    const calendar = open();
    await calendar.put(event, forever());
    await calendar.remove(event.id, forever());
    await calendar.remove(event.id, forever());
    await calendar.remove('apt99999', forever());
    expect(sandbox.events.all()).toMatchObject([{ id: event.id, status: 'cancelled' }]);
  });

  it('is done although the first answer got lost', async () => {
    const calendar = open();
    await calendar.put(event, forever());
    sandbox.faults.next('delete', 'drop-after');
    await calendar.remove(event.id, forever());
    expect(asked().filter((operation) => operation === 'delete')).toHaveLength(2);
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
    await expect(open({ clientSecret: 'wrong' }).put(event, forever())).rejects.toMatchObject({
      fault: 'refused',
      retryable: false,
    });
    expect(asked()).toStrictEqual(['token']);
  });

  it('leaves Google alone for a minute once the refresh token is dead, then asks again', async () => {
    const calendar = open();
    sandbox.faults.next('token', 'invalid-grant', 2);
    const refused = { fault: 'refused', retryable: false };
    await expect(calendar.put(event, forever())).rejects.toMatchObject(refused);
    await expect(calendar.remove(event.id, forever())).rejects.toMatchObject(refused);
    expect(asked()).toStrictEqual(['token']);
    time.pass(60_000);
    await expect(calendar.put(event, forever())).rejects.toMatchObject(refused);
    time.pass(60_000);
    await calendar.put(event, forever());
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
        createGoogleCalendar({ ...credentials, calendarId: 'primary', baseUrl, clock: time.clock }),
      ).toThrow('origin without a path');
    }
  });

  it('shows no token, secret or event text in any error', async () => {
    const errors: unknown[] = [];
    const keep = (error: unknown) => errors.push(error);
    const put = (calendar: ReturnType<typeof open>) => calendar.put(event, forever()).then(() => {}, keep);
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
    expect(errors).toHaveLength(9);
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
    const calendar = createGoogleCalendar({ ...credentials, calendarId: 'primary', clock: time.clock });
    await calendar.put(event, forever());
    await calendar.busy(event.startsAt, event.endsAt, forever());
    expect(addressed).toStrictEqual([
      'POST https://oauth2.googleapis.com/token',
      'POST https://www.googleapis.com/calendar/v3/calendars/primary/events?sendUpdates=none',
      'POST https://www.googleapis.com/calendar/v3/freeBusy',
    ]);
  });
});
