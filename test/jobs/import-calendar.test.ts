import { asc } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarBlocks } from '../../src/db/desk-schema.ts';
import type { Calendar } from '../../src/dealership/ports.ts';
import { askBusyTimes } from '../../src/jobs/calendar-jobs.ts';
import { importCalendar } from '../../src/jobs/import-calendar.ts';
import { syncAppointment } from '../../src/jobs/sync-calendar.ts';
import { type CalendarWorld, forever, openCalendarWorld } from './calendar-world.ts';

const MINUTES_5 = 5 * 60_000;
let world: CalendarWorld;
let due: string[];
beforeAll(async () => {
  world = await openCalendarWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  due = [];
  test += 1;
  world.google.faults.clear();
  for (const { id } of world.shown()) world.google.events.remove(id, undefined);
  await world.db.execute('truncate customers, calendar_blocks, database_info cascade');
});

const outbox = {
  calendarDue(_tx: unknown, appointmentId: string) {
    due.push(appointmentId);
    return Promise.resolve();
  },
};
const options = (calendar: Calendar = world.calendar) => ({
  ...world.work,
  calendar,
  calendarId: 'primary',
  outbox,
});
const read = (calendar?: Calendar) => {
  world.pass(MINUTES_5);
  return importCalendar(options(calendar), forever());
};
/** A deleted event keeps its id, so each test has its own. */
let test = 0;
const named = (id: string) => `${id}0${test}`;
const add = (id: string, from: string, to: string, more = {}) =>
  world.google.events.insert({
    id: named(id),
    start: { dateTime: `2026-05-26T${from}:00-05:00` },
    end: { dateTime: `2026-05-26T${to}:00-05:00` },
    ...more,
  });
const blocks = async () =>
  (await world.db.select().from(calendarBlocks).orderBy(asc(calendarBlocks.startsAt))).map(
    ({ eventId, startsAt }) => `${eventId.replace(/0\d+$/, '')} ${startsAt.toISOString().slice(11, 16)}`,
  );
const lists = () => world.google.requests.filter(({ operation }) => operation === 'list');

describe("other people's times", () => {
  it('become blocks, move and go with their events', async () => {
    add('training', '12:00', '13:00');
    add('audit', '15:00', '16:00');
    await read();
    expect(await blocks()).toEqual(['training 17:00', 'audit 20:00']);
    world.google.events.patch(
      named('training'),
      { start: { dateTime: '2026-05-26T12:30:00-05:00' } },
      undefined,
    );
    world.google.events.remove(named('audit'), undefined);
    add('deliver', '08:00', '09:00');
    await read();
    expect(await blocks()).toEqual(['deliver 13:00', 'training 17:30']);
    expect(lists().at(-1)?.path).toContain('syncToken');
  });

  it('are not what is marked as free, nor what lasts no time, nor our own appointments', async () => {
    add('cake0', '12:00', '13:00', { transparency: 'transparent' });
    add('reminder', '12:00', '12:00');
    const booking = await world.book();
    await syncAppointment(world.work, booking.appointmentId, forever());
    await read();
    expect(await blocks()).toEqual([]);
    expect(due).toEqual([]);
  });

  it('are all read again when the bookmark is too old, and what has gone meanwhile goes', async () => {
    add('training', '12:00', '13:00');
    add('audit', '15:00', '16:00');
    await read();
    world.google.events.expireSyncTokens();
    await world.db.insert(calendarBlocks).values({
      eventId: 'forgotten',
      startsAt: new Date('2026-05-26T10:00:00Z'),
      endsAt: new Date('2026-05-26T11:00:00Z'),
    });
    await read();
    expect(await blocks()).toEqual(['training 17:00', 'audit 20:00']);
    add('deliver', '08:00', '09:00');
    await read();
    expect(await blocks()).toHaveLength(3);
  });

  it('are all read again once a day, and in another calendar', async () => {
    await read();
    world.pass(24 * 3_600_000);
    await read();
    expect(lists().at(-1)?.path).toContain('timeMin');
    world.pass(MINUTES_5);
    await importCalendar({ ...options(), calendarId: 'another' }, forever());
    expect(lists().at(-1)?.path).toContain('timeMin');
  });

  it('stay as they were when Google fails', async () => {
    add('training', '12:00', '13:00');
    await read();
    world.google.faults.next('list', 'unavailable', 50);
    await expect(read()).rejects.toMatchObject({ name: 'VendorError' });
    expect(await blocks()).toEqual(['training 17:00']);
  });

  it('are read by one replica at a time: who comes later throws away what is older', async () => {
    add('training', '12:00', '13:00');
    const slow: Calendar = {
      ...world.calendar,
      async changes(since, signal) {
        const seen = await world.calendar.changes(since, signal);
        add('audit', '15:00', '16:00');
        expect(await importCalendar(options(), forever())).toBe('stored');
        return seen;
      },
    };
    expect(await read(slow)).toBe('overtaken');
    expect(await blocks()).toEqual(['training 17:00', 'audit 20:00']);
    expect(await importCalendar(options(), forever())).toBe('fresh');
  });
});

describe('our own events', () => {
  it('are looked at when a person moved or deleted them, and not when the change was ours', async () => {
    const booking = await world.book();
    await syncAppointment(world.work, booking.appointmentId, forever());
    await read();
    expect(due).toEqual([]);
    world.google.events.remove(booking.calendarEventId ?? '', undefined);
    await read();
    expect(due).toEqual([booking.appointmentId]);
  });
});

describe('another calendar', () => {
  it('is owed all appointments to come, as if they had never been shown', async () => {
    const booking = await world.book();
    await syncAppointment(world.work, booking.appointmentId, forever());
    await read();
    world.pass(MINUTES_5);
    await importCalendar({ ...options(), calendarId: 'another' }, forever());
    expect(await world.row(booking.appointmentId)).toMatchObject({
      calendarSync: 'pending',
      calendarEtag: null,
    });
  });
});

describe('asking for busy times during a call', () => {
  const day = [new Date('2026-05-26T05:00:00Z'), new Date('2026-05-27T05:00:00Z')] as const;

  it('tells the times of others as they are now', async () => {
    add('training', '12:00', '13:00');
    expect(await askBusyTimes(world.calendar)(...day)).toEqual([
      { startsAt: new Date('2026-05-26T17:00:00Z'), endsAt: new Date('2026-05-26T18:00:00Z') },
    ]);
  });

  it.each(['calendar-error', 'forbidden', 'silence'] as const)(
    'goes on without them after %s',
    async (fault) => {
      add('training', '12:00', '13:00');
      world.google.faults.next('freeBusy', fault, 50);
      expect(await askBusyTimes(world.calendar)(...day)).toEqual([]);
    },
  );
});
