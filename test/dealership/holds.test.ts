/** Held starts: free for the caller they were offered to, taken for others, until they expire. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { calendarBlocks, slotHolds } from '../../src/db/desk-schema.ts';
import { appointments, idempotencyKeys } from '../../src/db/schema.ts';
import { rescheduleAppointment } from '../../src/dealership/appointment-changes.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { type AvailabilityQuestion, getAvailability } from '../../src/dealership/availability.ts';
import { holdStarts, offerStarts, planHolds, releaseHolds } from '../../src/dealership/holds.ts';
import { parseLocal } from '../../src/dealership/local-time.ts';
import type { DealershipProfile } from '../../src/dealership/profile.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { addOwners, demo, NOW, type Owner, profileWith } from './world.ts';

const DAY = '2026-05-26';
const oneBay = profileWith({ bays: 1 });

let database: TestDatabase;
let ann: Owner;
let bob: Owner;

beforeAll(async () => {
  database = await openTestDatabase();
  const [first, second] = await addOwners(database.db, 2);
  if (first === undefined || second === undefined) throw new Error('No owners.');
  ann = first;
  bob = second;
});
afterAll(() => database.close());
beforeEach(async () => {
  for (const table of [appointments, slotHolds, calendarBlocks, idempotencyKeys]) {
    await database.db.delete(table);
  }
});

const at = (time: string) => {
  const parsed = parseLocal(`${DAY}T${time}`, demo.timeZone);
  if (!parsed.ok) throw new Error(`Not a time: ${time}`);
  return new Date(parsed.value.epochMilliseconds);
};
const span = (time: string, minutes = 30) => ({
  startsAt: at(time),
  endsAt: new Date(at(time).getTime() + minutes * 60_000),
});
const hold = (callSid: string, spans: ReturnType<typeof span>[], profile = oneBay) =>
  holdStarts(database.db, profile, { callSid, starts: spans, now: NOW });
const offer = (callSid: string, changes: Partial<AvailabilityQuestion> = {}, profile = oneBay) =>
  offerStarts(database.db, profile, {
    date: DAY,
    serviceCode: 'oil_change',
    now: NOW,
    ...changes,
    callSid,
  });
const book = (
  owner: Owner,
  callSid: string | undefined,
  time: string,
  {
    serviceCode = 'oil_change',
    profile = oneBay,
  }: { serviceCode?: string; profile?: DealershipProfile } = {},
) =>
  bookAppointment(database.db, profile, {
    ...owner,
    serviceCode,
    start: `${DAY}T${time}`,
    idempotencyKey: randomUUID(),
    ...(callSid === undefined ? {} : { callSid }),
    bookedBy: 'voice_agent',
    now: NOW,
  });
const held = () => database.db.select().from(slotHolds);
/** As if three minutes had passed in the world. */
const expireHolds = () =>
  database.db.update(slotHolds).set({ expiresAt: sql`now() - interval '1 millisecond'` });
const times = (result: Awaited<ReturnType<typeof offer>>) =>
  result.ok ? result.value.starts.map(({ start }) => start.slice(11)) : [];

describe('an offered start', () => {
  it('is held for three minutes of real time, in one bay, whatever the business clock says', async () => {
    expect(times(await offer('A', {}, demo))).toHaveLength(6);
    const rows = await held();
    expect(rows).toHaveLength(6);
    expect(new Set(rows.map(({ bay }) => bay))).toEqual(new Set([1]));
    const { rows: left } = await database.db.execute<{ seconds: number }>(
      sql`select extract(epoch from min(expires_at) - now())::float as seconds from slot_holds`,
    );
    expect(left[0]?.seconds).toBeGreaterThan(170);
    expect(left[0]?.seconds).toBeLessThanOrEqual(180);
  });

  it('is taken for every other call and free for its own', async () => {
    await hold('A', [span('09:00'), span('11:00')]);
    const ask = (callSid?: string) =>
      getAvailability(database.db, oneBay, {
        date: DAY,
        serviceCode: 'oil_change',
        near: '09:00',
        now: NOW,
        ...(callSid === undefined ? {} : { callSid }),
      });
    expect(await ask('A')).toMatchObject({ value: { freeCount: 20, requested: { isFree: true } } });
    for (const other of ['B', undefined]) {
      expect(await ask(other)).toMatchObject({
        value: { freeCount: 18, requested: { isFree: false, reason: 'slot_unavailable' } },
      });
    }
  });

  it('is booked by its holder in the held bay, after which the call holds nothing', async () => {
    await hold('B', [span('09:00')], demo);
    await hold('A', [span('09:00'), span('11:00')], demo);
    expect(await book(ann, 'A', '09:00', { profile: demo })).toMatchObject({ ok: true, value: { bay: 2 } });
    expect((await held()).map(({ callSid }) => callSid)).toEqual(['B']);
  });

  it.each([
    ['another call', 'B'],
    ['nobody in particular', undefined],
  ])('cannot be booked by %s, which takes another bay if there is one', async (_, callSid) => {
    await hold('A', [span('09:00')]);
    expect(await book(bob, callSid, '09:00')).toMatchObject({ refusal: { code: 'slot_unavailable' } });
    expect(await database.db.select().from(appointments)).toEqual([]);
    expect(await book(bob, callSid, '09:00', { profile: demo })).toMatchObject({ value: { bay: 2 } });
    expect(await book(ann, 'A', '09:00')).toMatchObject({ ok: true });
  });

  it('is anybody’s once it has expired, and still its holder’s if nobody came', async () => {
    await hold('A', [span('09:00'), span('11:00')]);
    await expireHolds();
    expect(await offer('B', { near: '09:00' })).toMatchObject({ value: { requested: { isFree: true } } });
    await hold('A', [span('09:00'), span('11:00')]);
    await expireHolds();
    expect(await book(bob, undefined, '09:00')).toMatchObject({ ok: true });
    expect(await book(ann, 'A', '11:00')).toMatchObject({ ok: true });
  });

  it('is given up when the call asks for another day, books elsewhere, or ends', async () => {
    await hold('A', [span('09:00')]);
    await offer('A', { date: '2026-05-27' });
    expect((await held()).every(({ startsAt }) => startsAt > at('18:00'))).toBe(true);
    await book(ann, 'A', '14:00');
    expect(await held()).toEqual([]);
    await hold('A', [span('09:00')]);
    await hold('B', [span('10:00')]);
    await releaseHolds(database.db, 'A');
    expect((await held()).map(({ callSid }) => callSid)).toEqual(['B']);
  });

  it('stays held when the call then asks for a day that has none', async () => {
    await hold('A', [span('09:00')]);
    await offer('A', { date: '2026-05-25' });
    const fullDay = {
      startsAt: new Date('2026-05-27T00:00:00-05:00'),
      endsAt: new Date('2026-05-28T00:00:00-05:00'),
    };
    expect(await offer('A', { date: '2026-05-27', alsoBusy: [fullDay] })).toMatchObject({
      value: { starts: [] },
    });
    expect((await held()).map(({ startsAt }) => startsAt)).toEqual([at('09:00')]);
  });

  it('stays held when the booking is refused', async () => {
    await hold('A', [span('09:00')]);
    expect(await book({ ...ann, vehicleId: randomUUID() }, 'A', '09:00')).toMatchObject({ ok: false });
    expect(await book(ann, 'A', '09:10')).toMatchObject({ refusal: { code: 'off_grid' } });
    expect(await held()).toHaveLength(1);
  });

  it('can be moved to by its holder, and by nobody else', async () => {
    const mine = await book(ann, 'A', '14:00');
    const theirs = await book(bob, 'B', '15:00');
    await hold('A', [span('09:00')]);
    const move = (owner: Owner, booked: typeof mine, callSid: string) =>
      rescheduleAppointment(database.db, oneBay, {
        appointmentId: booked.ok ? booked.value.appointmentId : '',
        customerId: owner.customerId,
        newStart: `${DAY}T09:00`,
        idempotencyKey: randomUUID(),
        callSid,
        now: NOW,
      });
    expect(await move(bob, theirs, 'B')).toMatchObject({ refusal: { code: 'slot_unavailable' } });
    expect(await move(ann, mine, 'A')).toMatchObject({ value: { start: `${DAY}T09:00` } });
    expect(await held()).toEqual([]);
  });

  it('may overlap the appointment that is to be moved', async () => {
    const mine = await book(ann, undefined, '09:00', { serviceCode: 'brake_service' });
    const id = mine.ok ? mine.value.appointmentId : '';
    const result = await offer('A', { serviceCode: 'brake_service', near: '09:30', moving: id });
    expect(result).toMatchObject({ value: { requested: { isFree: true } } });
    expect(times(result)).toContain('09:30');
    expect(
      await rescheduleAppointment(database.db, oneBay, {
        appointmentId: id,
        customerId: ann.customerId,
        newStart: `${DAY}T09:30`,
        idempotencyKey: randomUUID(),
        callSid: 'A',
        now: NOW,
      }),
    ).toMatchObject({ ok: true });
  });
});

describe('what a call may hold', () => {
  it('is told in the order of time, whatever was wished for first', async () => {
    const result = await hold('A', [span('15:00'), span('09:00'), span('11:00')]);
    const starts = result.ok ? result.value.map(({ startsAt }) => startsAt) : [];
    expect(starts).toEqual([at('09:00'), at('11:00'), at('15:00')]);
  });

  it('is one offer: six starts, however many are asked for and however often', async () => {
    const morning = Array.from({ length: 20 }, (_, index) => ({
      startsAt: new Date(at('08:00').getTime() + index * 1_800_000),
      endsAt: new Date(at('08:30').getTime() + index * 1_800_000),
    }));
    await hold('A', morning);
    await hold('A', morning.toReversed());
    expect((await held()).map(({ startsAt }) => startsAt.getTime()).toSorted((a, b) => a - b)).toEqual(
      morning.slice(-6).map(({ startsAt }) => startsAt.getTime()),
    );
  });

  it('is one bay for starts that overlap each other, every one of them bookable', async () => {
    const result = await offer('A', { serviceCode: 'recall', near: '10:00' });
    expect(times(result)).toHaveLength(6);
    for (const time of times(result)) {
      await offer('A', { serviceCode: 'recall', near: '10:00' });
      expect(await book(bob, 'B', time, { serviceCode: 'recall' })).toMatchObject({
        refusal: { code: 'slot_unavailable' },
      });
      expect(await book(ann, 'A', time, { serviceCode: 'recall' })).toMatchObject({ ok: true });
      await database.db.delete(appointments);
    }
  });

  it('leaves half of the last free times to the next caller', async () => {
    // One bay, with 15:00 to 18:00 free: six starts.
    await book(ann, undefined, '08:00', { serviceCode: 'repair' });
    await database.db.insert(appointments).values({
      ...bob,
      scheduledAt: at('10:00'),
      endsAt: at('15:00'),
      durationMinutes: 300,
      serviceType: 'repair',
      bay: 1,
    });
    expect(times(await offer('A'))).toHaveLength(3);
    expect(times(await offer('B'))).toHaveLength(2);
    expect(times(await offer('C'))).toHaveLength(1);
    expect(await offer('D')).toMatchObject({ value: { freeCount: 0, nextOpenDate: { date: '2026-05-27' } } });
  });

  it('holds the time the caller named before the others', async () => {
    await database.db
      .insert(calendarBlocks)
      .values({ eventId: 'x', startsAt: at('08:00'), endsAt: at('16:30') });
    // 16:30, 17:00 and 17:30 are left: two of them may be held.
    const result = await offer('A', { near: '17:30' });
    expect(result).toMatchObject({ value: { requested: { isFree: true } } });
    expect(times(result)).toEqual(['16:30', '17:30']);
    expect(await offer('B', { near: '17:30' })).toMatchObject({ value: { requested: { isFree: false } } });
  });

  it('counts as one car against the walk-in reserve, and as each start against the write-ups', async () => {
    const half = profileWith({ bays: 1, walkInReservePct: 50 });
    await offer('A', { serviceCode: 'recall' }, half);
    // Five bookable hours: two are A's, so three are left, whichever of its starts A takes.
    expect((await offer('B', { serviceCode: 'recall' }, half)).ok).toBe(true);
    expect(await offer('C', { serviceCode: 'recall' }, half)).toMatchObject({ value: { freeCount: 0 } });
    await database.db.delete(slotHolds);
    const oneAdvisor = profileWith({ writeUpsPerSlot: 1 });
    await offer('A', { serviceCode: 'recall', near: '10:00' }, oneAdvisor);
    const other = await offer('B', { near: '10:00' }, oneAdvisor);
    expect(times(other)).not.toContain('10:00');
    expect(times(other)).toContain('11:30');
  });
});

describe('the plan of holds', () => {
  it('never uses a bay that is not open, and takes the last bay of at most half of the starts', () => {
    const bays = fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(bays, { maxLength: 20 }), fc.constantFrom(30, 60, 120), (free, minutes) => {
        const open = free.map((list, index) => ({
          startsAt: new Date(NOW + index * 1_800_000),
          endsAt: new Date(NOW + index * 1_800_000 + minutes * 60_000),
          bays: list.toSorted((a, b) => a - b),
        }));
        const planned = planHolds(open, open.slice(0, 6));
        for (const { bay, startsAt } of planned) {
          expect(open.find((start) => start.startsAt === startsAt)?.bays).toContain(bay);
        }
        const scarce = planned.filter(
          ({ startsAt }) => open.find((start) => start.startsAt === startsAt)?.bays.length === 1,
        );
        expect(scarce.length).toBeLessThanOrEqual(Math.ceil(open.length / 2));
        if (open.length > 0) expect(planned.length).toBeGreaterThan(0);
      }),
    );
  });
});
