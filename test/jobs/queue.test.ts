import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { cancelAppointment, rescheduleAppointment } from '../../src/dealership/appointment-changes.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { type CalendarJobs, startCalendarJobs } from '../../src/jobs/calendar-jobs.ts';
import { type Queue, startQueue } from '../../src/jobs/queue.ts';
import { addOwner, demo } from '../dealership/world.ts';
import { type CalendarWorld, forever, MONDAY_ELEVEN, openCalendarWorld } from './calendar-world.ts';

const silent = pino({ level: 'silent' });
/** The queue looks every two seconds, in real time; the deadline only decides how long a failure takes. */
const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 15_000, interval: 50 });

let world: CalendarWorld;
let queue: Queue;
beforeAll(async () => {
  world = await openCalendarWorld();
  queue = await startQueue(world.database, silent);
});
afterAll(async () => {
  await queue.stop();
  await world.close();
});

const jobs = async () => {
  const { rows } = await world.database.pool.query(
    `select state, data from pgboss.job where name = 'sync_calendar'`,
  );
  return rows;
};
/** Lets the queue's own time pass: PostgreSQL's clock decides when a job is tried again. */
const passInQueue = (minutes: number) =>
  world.database.pool.query(
    `update pgboss.job set start_after = start_after - make_interval(mins => $1) where state in ('created', 'retry')`,
    [minutes],
  );

describe('work that is owed to the calendar', () => {
  it('is owed with the booking, and not when the booking is undone', async () => {
    const owner = await addOwner(world.db);
    const undone = world.db.transaction(async (tx) => {
      await queue.outbox.calendarDue(tx, owner.vehicleId);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    const refused = await bookAppointment(world.db, demo, {
      ...owner,
      serviceCode: 'oil_change',
      start: '2026-06-01T03:00',
      idempotencyKey: world.nextKey(),
      bookedBy: 'voice_agent',
      calendarSync: 'pending',
      outbox: queue.outbox,
      now: world.clock.now(),
    });
    expect(refused.ok).toBe(false);
    expect(await jobs()).toEqual([]);
    const booking = await world.book({ outbox: queue.outbox });
    expect(await jobs()).toEqual([{ state: 'created', data: { appointmentId: booking.appointmentId } }]);
  });

  it('is owed for each change, and a repeated change owes nothing', async () => {
    const before = (await jobs()).length;
    const { appointmentId, customerId } = await world.book({ start: MONDAY_ELEVEN, outbox: queue.outbox });
    const change = () => ({
      appointmentId,
      customerId,
      idempotencyKey: world.nextKey(),
      now: world.clock.now(),
      outbox: queue.outbox,
    });
    await rescheduleAppointment(world.db, demo, { ...change(), newStart: '2026-06-02T09:00' });
    await cancelAppointment(world.db, demo, { ...change(), reason: 'other' });
    await cancelAppointment(world.db, demo, { ...change(), reason: 'other' });
    expect((await jobs()).length - before).toBe(3);
  });

  describe('with two workers', () => {
    const running: { queue: Queue; jobs: CalendarJobs }[] = [];
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    beforeAll(async () => {
      for (let worker = 1; worker <= 2; worker += 1) {
        const own = await startQueue(world.database, log);
        const started = await startCalendarJobs({
          ...world.work,
          calendarId: 'primary',
          clock: { ...world.clock, after: () => () => {} },
          queue: own,
          log,
        });
        running.push({ queue: own, jobs: started });
      }
    });
    afterAll(async () => {
      for (const { queue: own, jobs: started } of running) {
        started.stop();
        await own.stop();
      }
    });
    const isSynced = (appointmentId: string) =>
      eventually(async () =>
        expect(await world.row(appointmentId)).toMatchObject({ calendarSync: 'synced' }),
      );

    it('is done once', async () => {
      const booking = await world.book({ start: '2026-06-03T09:00', outbox: queue.outbox });
      await world.db.transaction((tx) => queue.outbox.calendarDue(tx, booking.appointmentId));
      await isSynced(booking.appointmentId);
      await eventually(async () =>
        expect((await jobs()).filter(({ state }) => state !== 'completed')).toEqual([]),
      );
      expect(world.shown().filter(({ id }) => id === booking.calendarEventId)).toHaveLength(1);
    });

    it('waits while Google is down for ten minutes, and is done soon after', {
      timeout: 60_000,
    }, async () => {
      world.google.faults.next('any', 'unavailable', 10_000);
      const booking = await world.book({ start: '2026-06-04T09:00', outbox: queue.outbox });
      let minutes = 0;
      while (minutes < 10) {
        await eventually(async () =>
          expect(await jobs()).toContainEqual({
            state: 'retry',
            data: { appointmentId: booking.appointmentId },
          }),
        );
        await passInQueue(2);
        minutes += 2;
      }
      expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'pending' });
      world.google.faults.clear();
      // No pause is longer than two minutes.
      await passInQueue(2);
      await eventually(async () => {
        await passInQueue(2);
        expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'synced' });
      });
    });

    it('raises an alarm when Google takes our credentials back, books on, and recovers by itself', {
      timeout: 60_000,
    }, async () => {
      world.google.faults.next('any', 'unauthorized', 10_000);
      world.google.faults.next('token', 'invalid-grant', 10_000);
      const booking = await world.book({ start: '2026-06-05T09:00', outbox: queue.outbox });
      const alarms = () => running.flatMap((one) => one.jobs.alarms);
      await eventually(() => expect(alarms()).toHaveLength(1));
      expect(alarms()[0]).toContain('npm run google:token');
      expect(lines.filter((line) => line.includes('does not let us in'))).toHaveLength(1);
      for (const secret of ['secret', '"refresh"', 'Daniel']) expect(lines.join('')).not.toContain(secret);

      world.google.faults.clear();
      world.pass(60_000);
      await eventually(async () => {
        await passInQueue(2);
        expect(await world.row(booking.appointmentId)).toMatchObject({ calendarSync: 'synced' });
      });
      // The other worker may have met the refusal too; what it does next closes its alarm.
      for (const one of running) await one.jobs.calendar.busy(new Date(1), new Date(2), forever());
      expect(alarms()).toEqual([]);
    });
  });
});
