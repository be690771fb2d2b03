/** Booking, one caller at a time: what is written, what is refused, and what a second "yes" does. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { appointments, idempotencyKeys, vehicles } from '../../src/db/schema.ts';
import { type BookingRequest, bookAppointment } from '../../src/dealership/appointments.ts';
import { findAppointment, listUpcoming } from '../../src/dealership/booking.ts';
import type { DealershipProfile } from '../../src/dealership/profile.ts';
import { openTestDatabase } from '../support/database.ts';
import { addOwner, addOwners, demo, NOW, type Owner, profileWith } from './world.ts';

let database: Database;
let owner: Owner;
let stranger: Owner;

beforeAll(async () => {
  database = await openTestDatabase();
  owner = await addOwner(database.db);
  stranger = await addOwner(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(appointments);
  await database.db.delete(idempotencyKeys);
});

const book = (changes: Partial<BookingRequest> = {}, profile: DealershipProfile = demo) =>
  bookAppointment(database.db, profile, {
    ...owner,
    serviceCode: 'oil_change',
    start: '2026-05-26T09:00',
    idempotencyKey: randomUUID(),
    bookedBy: 'voice_agent',
    now: NOW,
    ...changes,
  });
const rows = () => database.db.select().from(appointments);

describe('booking an appointment', () => {
  it('writes one row whose length the menu decides, and says it back in words', async () => {
    const result = await book({
      serviceCode: 'Brake Job',
      concerns: '  it\u0000 squeals\n badly ',
      transport: 'drop_off',
    });
    expect(result).toMatchObject({
      ok: true,
      value: {
        start: '2026-05-26T09:00',
        startsAt: new Date('2026-05-26T14:00:00Z'),
        endsAt: new Date('2026-05-26T15:30:00Z'),
        bay: 1,
        serviceCode: 'brake_service',
        serviceSay: 'brake service',
        vehicle: { year: 2019, make: 'Honda', model: 'Accord' },
        status: 'scheduled',
        spokenWhen: 'Tuesday, May twenty-sixth, at nine in the morning',
        replayed: false,
      },
    });
    expect(await rows()).toMatchObject([
      {
        durationMinutes: 90,
        customerConcerns: 'it squeals badly',
        transport: 'drop_off',
        serviceCategory: 'repair',
        calendarSync: 'off',
      },
    ]);
  });

  it('names the calendar event after the appointment, in the characters a calendar allows', async () => {
    const result = await book({ calendarSync: 'pending' });
    const [row] = await rows();
    expect(result.ok && result.value.calendarEventId).toBe(`apt${row?.id.replaceAll('-', '')}`);
    expect(row?.calendarEventId).toMatch(/^[a-v0-9]{5,1024}$/);
    expect(row?.calendarSync).toBe('pending');
  });

  it('fills the bays in order and then refuses', async () => {
    const others = await addOwners(database.db, 4);
    const results = [];
    for (const other of others) results.push(await book(other));
    expect(results.map((result) => (result.ok ? result.value.bay : result.refusal.code))).toEqual([
      1,
      2,
      3,
      'slot_unavailable',
    ]);
  });

  it('answers the same key with the stored answer, dates and all', async () => {
    const first = await book({ idempotencyKey: 'one' });
    const second = await book({ idempotencyKey: 'one' });
    expect(second).toEqual(first.ok && { ok: true, value: { ...first.value, replayed: true } });
    expect(await rows()).toHaveLength(1);
  });

  it('refuses the same key for something else', async () => {
    await book({ idempotencyKey: 'one' });
    expect(await book({ idempotencyKey: 'one', start: '2026-05-27T09:00' })).toEqual({
      ok: false,
      refusal: { code: 'key_reused' },
    });
    expect(await rows()).toHaveLength(1);
  });

  it('does not remember a refusal: the key works once the obstacle is gone', async () => {
    const full = profileWith({ bays: 1 });
    await book(stranger, full);
    expect(await book({ idempotencyKey: 'one' }, full)).toMatchObject({
      refusal: { code: 'slot_unavailable' },
    });
    await database.db.delete(appointments);
    expect(await book({ idempotencyKey: 'one' }, full)).toMatchObject({
      ok: true,
      value: { replayed: false },
    });
  });

  it('answers a second "yes" under another key with the appointment that exists', async () => {
    const first = await book();
    const second = await book();
    expect(first.ok && second.ok && second.value.appointmentId).toBe(first.ok && first.value.appointmentId);
    expect(second).toMatchObject({ value: { replayed: true } });
    expect(await rows()).toHaveLength(1);
  });

  it('books one appointment a vehicle a day, and two to come', async () => {
    expect(await book()).toMatchObject({ ok: true });
    expect(await book({ start: '2026-05-26T14:00' })).toMatchObject({
      refusal: { code: 'limit_reached', limit: 'day' },
    });
    expect(await book({ start: '2026-05-27T09:00' })).toMatchObject({ ok: true });
    expect(await book({ start: '2026-05-28T09:00' })).toMatchObject({
      refusal: { code: 'limit_reached', limit: 'open' },
    });
  });

  it('does not put one vehicle in two bays at once even where two a day are allowed', async () => {
    const profile = profileWith({ maxAppointmentsPerVehiclePerDay: 3 });
    await book({ serviceCode: 'repair' }, profile);
    expect(await book({ start: '2026-05-26T10:00' }, profile)).toMatchObject({
      refusal: { code: 'limit_reached', limit: 'overlap' },
    });
    expect(await book({ start: '2026-05-26T11:00' }, profile)).toMatchObject({ ok: true });
  });

  it('stops booking where the share for walk-ins begins', async () => {
    const profile = profileWith({ bays: 1, walkInReservePct: 90 });
    const others = await addOwners(database.db, 3);
    const codes = [];
    for (const [index, other] of others.entries()) {
      const result = await book({ ...other, start: `2026-05-26T${10 + index}:00` }, profile);
      codes.push(result.ok ? 'booked' : result.refusal.code);
    }
    expect(codes).toEqual(['booked', 'booked', 'slot_unavailable']);
  });

  it.each<[string, Partial<BookingRequest>, object]>([
    ['a time that has passed', { start: '2026-05-21T09:00' }, { code: 'in_past' }],
    ['too short a notice', { start: '2026-05-21T10:30' }, { code: 'too_soon' }],
    ['a holiday', { start: '2026-05-25T09:00' }, { code: 'closed', reason: 'Memorial Day' }],
    ['a Sunday', { start: '2026-05-24T09:00' }, { code: 'closed' }],
    ['the far future', { start: '2026-09-01T09:00' }, { code: 'beyond_horizon' }],
    ['a time before opening', { start: '2026-05-26T07:00' }, { code: 'outside_hours' }],
    ['work past closing', { start: '2026-05-26T17:30', serviceCode: 'recall' }, { code: 'outside_hours' }],
    ['a time off the grid', { start: '2026-05-26T09:07' }, { code: 'off_grid' }],
    [
      'a time the clocks skip',
      { start: '2027-03-14T02:30' },
      { code: 'no_such_time', nearest: ['2026-07-20T17:30'] },
    ],
    ['a time the clocks show twice', { start: '2026-11-01T01:30' }, { code: 'ambiguous_time' }],
    ['what is no time', { start: 'nine-ish' }, { code: 'invalid_time', nearest: [] }],
    ['an hour that no day has', { start: '2026-05-26T25:00' }, { code: 'invalid_time', nearest: [] }],
    [
      'midnight as 24:00',
      { start: '2026-05-26T24:00' },
      { code: 'invalid_time', nearest: ['2026-05-26T17:30', '2026-05-27T08:00'] },
    ],
    [
      'a time three years out',
      { start: '2029-05-26T09:00' },
      { code: 'beyond_horizon', nearest: ['2026-07-20T17:30'] },
    ],
    ['a time last year', { start: '2025-05-26T09:00' }, { code: 'in_past', nearest: ['2026-05-21T11:00'] }],
    ['an unknown service', { serviceCode: 'paint job' }, { code: 'unknown_service' }],
    [
      'waiting for a long service',
      { serviceCode: 'recall', transport: 'waiter' },
      { code: 'transport_unavailable' },
    ],
    ['an unknown vehicle', { vehicleId: randomUUID() }, { code: 'not_found' }],
    ['what is no id', { vehicleId: "1' or '1'='1" }, { code: 'not_found' }],
  ])('refuses %s and writes nothing', async (_, changes, refusal) => {
    expect(await book(changes)).toMatchObject({ ok: false, refusal });
    expect(await rows()).toEqual([]);
    expect(await database.db.select().from(idempotencyKeys)).toEqual([]);
  });

  it("answers for another customer's vehicle exactly as for none", async () => {
    const foreign = await book({ vehicleId: stranger.vehicleId });
    expect(foreign).toEqual(await book({ vehicleId: randomUUID() }));
  });

  it('does not book a vehicle that was sold', async () => {
    const seller = await addOwner(database.db);
    await database.db.update(vehicles).set({ status: 'sold' }).where(eq(vehicles.id, seller.vehicleId));
    expect(await book(seller)).toMatchObject({ refusal: { code: 'not_found' } });
  });

  it('stores the second of two equal times when asked for it, and says so', async () => {
    const night = profileWith({
      hours: { ...demo.hours, sunday: { open: '00:00', close: '06:00' } },
      bookingHorizonDays: 366,
    });
    const result = await book({ start: '2026-11-01T01:30-06:00' }, night);
    expect(result).toMatchObject({
      value: {
        start: '2026-11-01T01:30-06:00',
        startsAt: new Date('2026-11-01T07:30:00Z'),
        spokenWhen: expect.stringContaining('after the clocks go back'),
      },
    });
  });
});

describe('reading appointments', () => {
  it("lists a customer's own that are to come, soonest first", async () => {
    await book({ start: '2026-05-27T09:00' });
    await book({ start: '2026-05-26T09:00' });
    await book(stranger);
    const list = await listUpcoming(database.db, demo, { customerId: owner.customerId, now: NOW });
    expect(list.map((booking) => booking.start)).toEqual(['2026-05-26T09:00', '2026-05-27T09:00']);
    const later = Date.parse('2026-05-26T12:00:00-05:00');
    expect(await listUpcoming(database.db, demo, { customerId: owner.customerId, now: later })).toHaveLength(
      1,
    );
    expect(await listUpcoming(database.db, demo, { customerId: 'nobody', now: NOW })).toEqual([]);
  });

  it("finds a customer's appointment and nobody else's", async () => {
    const result = await book();
    const appointmentId = result.ok ? result.value.appointmentId : '';
    const find = (customerId: string) => findAppointment(database.db, demo, { appointmentId, customerId });
    expect(await find(owner.customerId)).toMatchObject({ appointmentId });
    expect(await find(stranger.customerId)).toBeUndefined();
  });
});
