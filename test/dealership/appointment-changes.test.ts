/** Moving, confirming and cancelling: the same row throughout, and nothing lost on a refusal. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { type AppointmentStatus, appointments } from '../../src/db/schema.ts';
import {
  cancelAppointment,
  confirmAppointment,
  rescheduleAppointment,
} from '../../src/dealership/appointment-changes.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { openTestDatabase } from '../support/database.ts';
import { addOwner, addOwners, countOverlaps, demo, NOW, type Owner, profileWith } from './world.ts';

let database: Database;
let owner: Owner;
let stranger: Owner;
let appointmentId: string;

async function book(who: Owner, start: string, profile = demo, serviceCode = 'brake_service') {
  const result = await bookAppointment(database.db, profile, {
    ...who,
    serviceCode,
    start,
    idempotencyKey: randomUUID(),
    bookedBy: 'voice_agent',
    calendarSync: 'pending',
    now: NOW,
  });
  if (!result.ok) throw new Error(`Not booked: ${result.refusal.code}`);
  return result.value.appointmentId;
}

beforeAll(async () => {
  database = await openTestDatabase();
  owner = await addOwner(database.db);
  stranger = await addOwner(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(appointments);
  appointmentId = await book(owner, '2026-05-26T09:00');
});

const request = (changes = {}) => ({
  appointmentId,
  customerId: owner.customerId,
  idempotencyKey: randomUUID(),
  now: NOW,
  ...changes,
});
const reschedule = (newStart: string, changes = {}, profile = demo) =>
  rescheduleAppointment(database.db, profile, { ...request(changes), newStart });
const row = async () => {
  const [found] = await database.db.select().from(appointments).where(eq(appointments.id, appointmentId));
  return found;
};

describe('moving an appointment', () => {
  it('changes the same row, keeps its event, and has it reminded and mirrored anew', async () => {
    await database.db
      .update(appointments)
      .set({ status: 'confirmed', reminderSent: true, calendarSync: 'synced' })
      .where(eq(appointments.id, appointmentId));
    const before = await row();
    expect(await reschedule('2026-05-29T10:00')).toMatchObject({
      ok: true,
      value: {
        appointmentId,
        start: '2026-05-29T10:00',
        previousStart: '2026-05-26T09:00',
        calendarEventId: before?.calendarEventId,
        replayed: false,
      },
    });
    expect(await database.db.select().from(appointments)).toMatchObject([
      {
        id: appointmentId,
        status: 'scheduled',
        reminderSent: false,
        calendarSync: 'pending',
        durationMinutes: 90,
      },
    ]);
  });

  it('leaves it untouched when the new time is taken', async () => {
    for (const other of await addOwners(database.db, 3)) await book(other, '2026-05-29T10:00');
    const before = await row();
    expect(await reschedule('2026-05-29T10:00')).toEqual({
      ok: false,
      refusal: { code: 'slot_unavailable' },
    });
    expect(await row()).toEqual(before);
    expect(await database.db.select().from(appointments)).toHaveLength(4);
  });

  it.each(['2026-05-26T09:30', '2026-05-26T08:30', '2026-05-26T10:00', '2026-05-26T10:30'])(
    'to %s, though it overlaps or touches its own present time in the only bay',
    async (newStart) => {
      const one = profileWith({ bays: 1 });
      expect(await reschedule(newStart, {}, one)).toMatchObject({
        ok: true,
        value: { start: newStart, bay: 1 },
      });
      expect(await database.db.select().from(appointments)).toHaveLength(1);
    },
  );

  it('does not slide it into a neighbour in the only bay', async () => {
    const one = profileWith({ bays: 1 });
    await book(stranger, '2026-05-26T10:30', one);
    const before = await row();
    expect(await reschedule('2026-05-26T09:30', {}, one)).toMatchObject({
      refusal: { code: 'slot_unavailable' },
    });
    expect(await row()).toEqual(before);
    expect(await reschedule('2026-05-26T08:30', {}, one)).toMatchObject({ ok: true });
    expect(await countOverlaps(database.db)).toBe(0);
  });

  it('to where it is already changes nothing', async () => {
    const before = await row();
    expect(await reschedule('2026-05-26T09:00')).toMatchObject({ value: { replayed: true } });
    expect(await row()).toEqual(before);
  });

  it('answers the same key again with the same answer, and other parameters with a refusal', async () => {
    const first = await reschedule('2026-05-29T10:00', { idempotencyKey: 'move' });
    const again = await reschedule('2026-05-29T10:00', { idempotencyKey: 'move' });
    expect(again).toEqual(first.ok && { ok: true, value: { ...first.value, replayed: true } });
    expect(await reschedule('2026-05-29T11:00', { idempotencyKey: 'move' })).toMatchObject({
      refusal: { code: 'key_reused' },
    });
  });

  it.each([
    ['2026-05-25T09:00', { code: 'closed', reason: 'Memorial Day' }],
    ['2026-05-20T09:00', { code: 'in_past' }],
    ['2026-05-29T17:00', { code: 'outside_hours', latestStart: '2026-05-29T16:30' }],
    ['2026-05-29T09:10', { code: 'off_grid' }],
    ['2027-03-14T02:30', { code: 'no_such_time' }],
    ['later', { code: 'invalid_time' }],
  ])('to %s is refused and leaves it untouched', async (newStart, refusal) => {
    const before = await row();
    expect(await reschedule(newStart)).toMatchObject({ ok: false, refusal });
    expect(await row()).toEqual(before);
  });

  it('counts the other appointments of the vehicle on the new day', async () => {
    await book(owner, '2026-05-27T09:00');
    expect(await reschedule('2026-05-27T13:00')).toMatchObject({
      refusal: { code: 'limit_reached', limit: 'day' },
    });
  });
});

describe('cancelling and confirming an appointment', () => {
  it('frees the bay, keeps the reason, and answers a second time that it was done', async () => {
    const one = profileWith({ bays: 1 });
    const cancelled = await cancelAppointment(database.db, demo, { ...request(), reason: 'vehicle_sold' });
    expect(cancelled).toMatchObject({ value: { status: 'cancelled', cancellationReason: 'vehicle_sold' } });
    expect(await row()).toMatchObject({ status: 'cancelled', calendarSync: 'pending' });
    expect(await cancelAppointment(database.db, demo, { ...request(), reason: 'other' })).toMatchObject({
      value: { cancellationReason: 'vehicle_sold', replayed: true },
    });
    await expect(book(stranger, '2026-05-26T09:00', one)).resolves.toBeTypeOf('string');
  });

  it('confirms once, and says so again without writing', async () => {
    expect(await confirmAppointment(database.db, demo, request())).toMatchObject({
      value: { status: 'confirmed', replayed: false },
    });
    expect(await confirmAppointment(database.db, demo, request())).toMatchObject({
      value: { replayed: true },
    });
  });

  const changes = {
    reschedule: (changed = {}) => reschedule('2026-05-29T10:00', changed),
    cancel: (changed = {}) => cancelAppointment(database.db, demo, { ...request(changed), reason: 'other' }),
    confirm: (changed = {}) => confirmAppointment(database.db, demo, request(changed)),
  };

  it.each(Object.entries(changes))(
    "a stranger's %s answers as if there were no such appointment",
    async (_, change) => {
      const before = await row();
      const foreign = await change({ customerId: stranger.customerId });
      expect(foreign).toEqual({ ok: false, refusal: { code: 'not_found' } });
      expect(await change({ appointmentId: randomUUID() })).toEqual(foreign);
      expect(await change({ appointmentId: 'A1' })).toEqual(foreign);
      expect(await row()).toEqual(before);
    },
  );

  const settled: AppointmentStatus[] = ['checked_in', 'in_progress', 'completed', 'no_show'];
  it.each(settled)('nothing changes an appointment that is %s', async (status) => {
    await database.db.update(appointments).set({ status }).where(eq(appointments.id, appointmentId));
    for (const change of Object.values(changes)) {
      expect(await change()).toEqual({ ok: false, refusal: { code: 'not_changeable', status } });
    }
  });

  it('nothing revives a cancelled appointment, nor changes one that has begun', async () => {
    const later = Date.parse('2026-05-26T09:01:00-05:00');
    for (const change of Object.values(changes)) {
      expect(await change({ now: later })).toMatchObject({ refusal: { code: 'not_changeable' } });
    }
    await changes.cancel();
    expect(await changes.reschedule()).toMatchObject({
      refusal: { code: 'not_changeable', status: 'cancelled' },
    });
    expect(await changes.confirm()).toMatchObject({
      refusal: { code: 'not_changeable', status: 'cancelled' },
    });
  });
});
