import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelAppointment, rescheduleAppointment } from '../../src/dealership/appointment-changes.ts';
import type { Booking } from '../../src/dealership/booking.ts';
import type { Calendar } from '../../src/dealership/ports.ts';
import { sweepCalendar, syncAppointment } from '../../src/jobs/sync-calendar.ts';
import type { GoogleFault } from '../../src/sandbox/google/faults.ts';
import { demo } from '../dealership/world.ts';
import { type CalendarWorld, forever, MONDAY_ELEVEN, openCalendarWorld } from './calendar-world.ts';

let world: CalendarWorld;
beforeAll(async () => {
  world = await openCalendarWorld();
});
afterAll(() => world.close());
afterEach(async () => {
  world.google.faults.clear();
  world.pass(120_000);
  for (const { id } of world.shown()) world.google.events.remove(id, undefined);
  await world.db.execute('truncate customers cascade');
});

const sync = (appointmentId: string) => syncAppointment(world.work, appointmentId, forever());
const change = ({ appointmentId, customerId }: Booking) => ({
  appointmentId,
  customerId,
  idempotencyKey: world.nextKey(),
  now: world.clock.now(),
});
const move = (booking: Booking, newStart = MONDAY_ELEVEN) =>
  rescheduleAppointment(world.db, demo, { ...change(booking), newStart });
const cancel = (booking: Booking) =>
  cancelAppointment(world.db, demo, { ...change(booking), reason: 'other' });
const eventOf = ({ calendarEventId }: Booking) =>
  world.google.events.all().find(({ id }) => id === calendarEventId);
const startOf = (booking: Booking) => new Date(eventOf(booking)?.startsAt ?? 0).toISOString();
/** What a person does in the calendar's own page. */
const drag = ({ calendarEventId, durationMinutes }: Booking, hour: string) => {
  const start = new Date(`2026-06-01T${hour}:00-05:00`);
  const end = new Date(start.getTime() + durationMinutes * 60_000);
  world.google.events.patch(
    calendarEventId ?? '',
    { start: { dateTime: start.toISOString() }, end: { dateTime: end.toISOString() } },
    undefined,
  );
};
const writes = () =>
  world.google.requests.filter(({ operation }) => ['insert', 'patch', 'delete'].includes(operation)).length;

describe('an appointment in the calendar', () => {
  it('appears when booked, and the row says which version of the event it agrees with', async () => {
    const booking = await world.book();
    expect(await sync(booking.appointmentId)).toBe('synced');
    expect(startOf(booking)).toBe(booking.startsAt.toISOString());
    expect(await world.row(booking.appointmentId)).toMatchObject({
      calendarSync: 'synced',
      calendarEtag: eventOf(booking)?.etag,
      calendarEventId: booking.calendarEventId,
    });
  });

  it('shows the service, the first name and the car, and nothing else about the person', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    expect(eventOf(booking)).toMatchObject({
      summary: 'Oil change – Daniel (Honda Accord)',
      location: `Bay ${booking.bay}`,
      transparency: 'transparent',
    });
    // Without its ids: their digits are chance.
    const text = JSON.stringify({ ...eventOf(booking), id: '', extendedProperties: '' });
    for (const secret of ['Okonkwo', 'example.com', '1980', '312', 'Anna'])
      expect(text).not.toContain(secret);
  });

  it('moves when moved, and leaves when cancelled', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    const moved = await move(booking);
    await sync(booking.appointmentId);
    expect(moved).toMatchObject({ ok: true });
    expect(startOf(booking)).toBe('2026-06-01T16:00:00.000Z');
    await cancel(booking);
    expect(await sync(booking.appointmentId)).toBe('synced');
    expect(eventOf(booking)?.status).toBe('cancelled');
    expect(await sync(booking.appointmentId)).toBe('synced');
  });

  it('is never written when it was cancelled before its event was', async () => {
    const booking = await world.book();
    await cancel(booking);
    expect(await sync(booking.appointmentId)).toBe('synced');
    expect(eventOf(booking)).toBeUndefined();
  });

  it('is one event after ten attempts at once, and after ten in a row', async () => {
    const booking = await world.book();
    await Promise.all(Array.from({ length: 10 }, () => sync(booking.appointmentId)));
    for (let count = 0; count < 10; count += 1) await sync(booking.appointmentId);
    expect(world.shown()).toHaveLength(1);
    expect(await world.row(booking.appointmentId)).toMatchObject({
      calendarSync: 'synced',
      calendarEtag: eventOf(booking)?.etag,
    });
  });

  it.each<GoogleFault>(['drop-after', 'garble-after'])(
    'is one event when writing it succeeded and the answer was lost (%s)',
    async (fault) => {
      world.google.faults.next('insert', fault);
      const booking = await world.book();
      expect(await sync(booking.appointmentId)).toBe('synced');
      expect(world.shown()).toHaveLength(1);
    },
  );

  it('is not marked by an attempt that saw an older row: what is true last stands in the calendar', async () => {
    const booking = await world.book();
    // While the first attempt waits for Google, the customer cancels and another worker finishes.
    const slow: Calendar = {
      ...world.calendar,
      async put(event, etag, signal) {
        if (!hasCancelled) {
          hasCancelled = true;
          await cancel(booking);
          await sync(booking.appointmentId);
        }
        return world.calendar.put(event, etag, signal);
      },
    };
    let hasCancelled = false;
    await syncAppointment({ ...world.work, calendar: slow }, booking.appointmentId, forever());
    expect(hasCancelled).toBe(true);
    expect(world.shown()).toEqual([]);
    expect(await world.row(booking.appointmentId)).toMatchObject({
      status: 'cancelled',
      calendarSync: 'synced',
    });
  });

  it('is left alone once it is over', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    await world.db.execute(`update appointments set status = 'completed', calendar_sync = 'pending'`);
    const before = writes();
    expect(await sync(booking.appointmentId)).toBe('synced');
    expect([writes() - before, world.shown().length]).toEqual([0, 1]);
  });
});

describe('what a person did in the calendar', () => {
  it('becomes a conflict with one note when they moved it, and is not overwritten', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    drag(booking, '14');
    for (let count = 0; count < 3; count += 1) expect(await sync(booking.appointmentId)).toBe('conflict');
    expect(startOf(booking)).toBe('2026-06-01T19:00:00.000Z');
    expect(await world.row(booking.appointmentId)).toMatchObject({
      calendarSync: 'conflict',
      scheduledAt: booking.startsAt,
    });
    expect(await world.notes(booking.appointmentId)).toMatchObject([
      { category: 'calendar_conflict', customerId: booking.customerId, doneAt: null },
    ]);
  });

  it('becomes a conflict when they deleted it, and is not created again', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    world.google.events.remove(booking.calendarEventId ?? '', undefined);
    expect(await sync(booking.appointmentId)).toBe('conflict');
    expect(world.shown()).toEqual([]);
  });

  it('stays a conflict when the customer then moves it elsewhere or cancels', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    drag(booking, '14');
    await move(booking);
    expect(await sync(booking.appointmentId)).toBe('conflict');
    await cancel(booking);
    expect(await sync(booking.appointmentId)).toBe('conflict');
    expect(startOf(booking)).toBe('2026-06-01T19:00:00.000Z');
    expect(world.shown()).toHaveLength(1);
    expect(await world.notes(booking.appointmentId)).toHaveLength(1);
  });

  it('is settled, and the note closed, when both agree again', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    drag(booking, '11');
    await sync(booking.appointmentId);
    await move(booking);
    expect(await sync(booking.appointmentId)).toBe('synced');
    const [note] = await world.notes(booking.appointmentId);
    expect(note?.doneAt).not.toBeNull();
  });

  it('is no conflict when only the words changed, and the words survive a move', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    world.google.events.patch(booking.calendarEventId ?? '', { summary: 'OIL, by Pete' }, undefined);
    expect(await sync(booking.appointmentId)).toBe('synced');
    await move(booking);
    await sync(booking.appointmentId);
    expect(eventOf(booking)).toMatchObject({ summary: 'OIL, by Pete' });
    expect(startOf(booking)).toBe('2026-06-01T16:00:00.000Z');
  });

  it('is not overwritten when it happens between the look and the write', async () => {
    const booking = await world.book();
    await sync(booking.appointmentId);
    await move(booking);
    let hasDragged = false;
    const slow: Calendar = {
      ...world.calendar,
      put(event, etag, signal) {
        if (!hasDragged) drag(booking, '14');
        hasDragged = true;
        return world.calendar.put(event, etag, signal);
      },
    };
    expect(await syncAppointment({ ...world.work, calendar: slow }, booking.appointmentId, forever())).toBe(
      'conflict',
    );
    expect(startOf(booking)).toBe('2026-06-01T19:00:00.000Z');
  });
});

describe('Google failing', () => {
  it.each<GoogleFault>([
    'rate-limit',
    'too-many-requests',
    'server-error',
    'unavailable',
    'drop',
    'invalid-grant',
    'forbidden',
  ])('leaves the appointment owed after %s, so that it is tried again', async (fault) => {
    const booking = await world.book();
    // An access token may still be good; what it opens is not.
    world.google.faults.next(fault === 'invalid-grant' ? 'token' : 'any', fault, 50);
    if (fault === 'invalid-grant') world.google.faults.next('any', 'unauthorized', 50);
    await expect(sync(booking.appointmentId)).rejects.toMatchObject({ name: 'VendorError' });
    expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'pending' });
    world.google.faults.clear();
    world.pass(60_000);
    expect(await sweepCalendar(world.work, forever)).toBe(1);
    expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'synced' });
  });

  it('gives up an event that Google will never take, and leaves a note', async () => {
    const booking = await world.book();
    const strict: Calendar = {
      ...world.calendar,
      put: (event, etag, signal) => world.calendar.put({ ...event, endsAt: new Date(0) }, etag, signal),
    };
    expect(await syncAppointment({ ...world.work, calendar: strict }, booking.appointmentId, forever())).toBe(
      'failed',
    );
    expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'failed' });
    expect(await world.notes(booking.appointmentId)).toHaveLength(1);
  });
});
