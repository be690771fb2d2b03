import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../../src/db/connect.ts';
import { appointments, idempotencyKeys } from '../../../src/db/schema.ts';
import { demoId, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openRealTestDatabase, openTestDatabase } from '../../support/database.ts';
import { describeWithPostgres } from '../../support/real-services.ts';
import { booking, demo, openDispatcher, ROBERT, SARAH } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

let calls = 0;
beforeEach(async () => {
  calls += 1;
  // Robert begins each test with nothing booked.
  await database.db.delete(appointments).where(eq(appointments.customerId, demoId('C2')));
  await database.db.delete(idempotencyKeys);
});
const open = (phone = ROBERT, on: Database = database) =>
  openDispatcher(on.db, { phone, callSid: `CA-book-${calls}-${phone}` });
const rowsOf = (customer: string) =>
  database.db
    .select()
    .from(appointments)
    .where(eq(appointments.customerId, demoId(customer)));

describe('booking', () => {
  it('writes one row for the caller, and says when in words', async () => {
    const call = await open();
    const asked = booking({
      vehicle: 'V2',
      customer_concerns: 'It pulls to the left\u0000 when I brake.',
      transport: 'waiter',
    });
    expect(await call.use('book_appointment', asked)).toEqual({
      success: true,
      data: {
        status: 'scheduled',
        spoken_when: 'Tuesday, May twenty-sixth, at nine in the morning',
        service: 'oil change',
        vehicle: '2011 Ford F-150',
      },
      message:
        'Booked: oil change for the 2011 Ford F-150, Tuesday, May twenty-sixth, at nine in the morning.',
    });
    const rows = await rowsOf('C2');
    expect(rows).toMatchObject([
      {
        vehicleId: demoId('V3'),
        scheduledAt: new Date('2026-05-26T09:00:00-05:00'),
        durationMinutes: 30,
        customerConcerns: 'It pulls to the left when I brake.',
        transport: 'waiter',
        bookedBy: 'voice_agent',
      },
    ]);
    expect(call.dispatcher.session.appointmentId).toBe(rows[0]?.id);
  });

  it('answers a second yes with the same appointment, also in another call', async () => {
    const first = await (await open()).use('book_appointment', booking());
    calls += 1;
    const again = await open();
    expect(await again.use('book_appointment', booking())).toEqual(first);
    expect(await rowsOf('C2')).toHaveLength(1);
    expect(again.dispatcher.session.appointmentId).not.toBeNull();
  });

  it('leaves the session as it was when it is refused', async () => {
    const call = await open();
    await call.use('book_appointment', booking({ scheduled_at: '2026-05-25T09:00' }));
    expect(call.dispatcher.session.appointmentId).toBeNull();
    expect(call.sessions).toEqual([]);
  });

  it("cannot name another customer's vehicle, not even one that the caller lists second", async () => {
    const call = await open(SARAH);
    const before = await rowsOf('C1');
    for (const vehicle of ['V2', demoId('V2'), demoId('V1')]) {
      expect(await call.use('book_appointment', booking({ vehicle }))).toMatchObject({ error: 'not_found' });
    }
    expect(await rowsOf('C1')).toEqual(before);
    expect(await rowsOf('C2')).toEqual([]);
  });

  it('is checked against the owner once more when it is written', async () => {
    // As if the session had been tampered with: the right handle over somebody else's car.
    const call = await openDispatcher(database.db, {
      phone: ROBERT,
      session: { vehicles: [{ handle: 'V1', id: demoId('V1'), year: 2019, make: 'Honda', model: 'Accord' }] },
    });
    expect(await call.use('book_appointment', booking())).toMatchObject({ error: 'not_found' });
  });

  const refusals: [when: string, changes: Record<string, unknown>, error: string][] = [
    ['a time that has passed', { scheduled_at: '2026-05-21T09:00' }, 'in_past'],
    ['a time in ten minutes', { scheduled_at: '2026-05-21T10:30' }, 'in_past'],
    ['a day too far ahead', { scheduled_at: '2026-08-26T09:00' }, 'too_far_ahead'],
    ['a holiday', { scheduled_at: '2026-05-25T09:00' }, 'closed'],
    ['a Sunday', { scheduled_at: '2026-05-24T09:00' }, 'closed'],
    ['a time before opening', { scheduled_at: '2026-05-26T07:00' }, 'outside_hours'],
    [
      'a service that ends after closing',
      { scheduled_at: '2026-05-26T17:00', service_type: 'repair' },
      'outside_hours',
    ],
    ['a time off the grid', { scheduled_at: '2026-05-26T09:10' }, 'slot_unavailable'],
    ['midnight as twenty-four', { scheduled_at: '2026-05-26T24:00' }, 'invalid_args'],
    ['a time in words', { scheduled_at: 'Tuesday at nine' }, 'invalid_args'],
    ['a service that we do not have', { service_type: 'car_wash' }, 'invalid_args'],
    ['waiting for a repair', { service_type: 'repair', transport: 'waiter' }, 'invalid_args'],
  ];
  it.each(refusals)(
    'is refused for %s, and says first that nothing was booked',
    async (_, changes, error) => {
      const call = await open();
      expect(await call.use('book_appointment', booking(changes))).toMatchObject({
        success: false,
        error,
        message: expect.stringMatching(/^Not booked: /),
      });
      expect(await rowsOf('C2')).toEqual([]);
    },
  );

  it.each([
    ['a holiday', '2026-05-25T09:00', ['2026-05-23T14:30', '2026-05-26T08:00']],
    ['midnight as twenty-four', '2026-05-26T24:00', ['2026-05-26T17:30', '2026-05-27T08:00']],
    ['a time that has passed', '2026-05-20T09:00', ['2026-05-21T11:00']],
    ['a day three years out', '2029-05-26T09:00', ['2026-07-20T17:30']],
  ])('names the starts around %s', async (_, scheduled_at, nearest) => {
    const call = await open();
    const { data } = await call.use('book_appointment', booking({ scheduled_at }));
    expect(data).toEqual({ nearest_if_free: nearest });
  });

  it.each([
    ['a second one that day', ['2026-05-26T09:00'], '2026-05-26T15:00'],
    ['a third one to come', ['2026-05-26T09:00', '2026-05-27T09:00'], '2026-05-28T09:00'],
  ])('is limited for each vehicle: %s', async (_, held, wanted) => {
    const call = await open();
    for (const scheduled_at of held) {
      expect(await call.use('book_appointment', booking({ scheduled_at }))).toMatchObject({ success: true });
    }
    expect(await call.use('book_appointment', booking({ scheduled_at: wanted }))).toMatchObject({
      error: 'limit_reached',
    });
  });

  it('loses to whoever took the last bay, and may be asked again for another time', async () => {
    const call = await open();
    for (let bay = 1; bay <= demo.bays; bay++) {
      await database.db.execute(sql`
        insert into appointments (customer_id, vehicle_id, scheduled_at, ends_at, duration_minutes, service_type, bay)
        values (${demoId('C3')}, ${demoId('V4')}, '2026-06-02T14:00Z', '2026-06-02T15:00Z', 60, 'other', ${bay})`);
    }
    const wanted = booking({ scheduled_at: '2026-06-02T09:00' });
    expect(await call.use('book_appointment', wanted)).toMatchObject({ error: 'slot_unavailable' });
    expect(await call.use('book_appointment', booking({ scheduled_at: '2026-06-02T10:00' }))).toMatchObject({
      success: true,
    });
  });

  it('of the last bay by two callers at once is given to one of them', async () => {
    await database.db.delete(appointments).where(eq(appointments.customerId, demoId('C3')));
    for (let bay = 1; bay < demo.bays; bay++) {
      await database.db.execute(sql`
        insert into appointments (customer_id, vehicle_id, scheduled_at, ends_at, duration_minutes, service_type, bay)
        values (${demoId('C3')}, ${demoId('V4')}, '2026-06-03T14:00Z', '2026-06-03T15:00Z', 60, 'other', ${bay})`);
    }
    const wanted = booking({ scheduled_at: '2026-06-03T09:00' });
    const [one, other] = [await open(ROBERT), await open(SARAH)];
    const answers = await Promise.all([
      one.use('book_appointment', wanted),
      other.use('book_appointment', wanted),
    ]);
    expect(answers.map(({ success, error }) => (success ? 'booked' : (error ?? ''))).toSorted()).toEqual([
      'booked',
      'slot_unavailable',
    ]);
  });
});

describeWithPostgres('booking through two processes', () => {
  it('gives the last bay to the one whose connection committed first', async () => {
    const real = await openRealTestDatabase();
    const second = await connectDatabase({ url: real.url });
    try {
      await loadDemoWorld(real.db);
      for (let bay = 1; bay < demo.bays; bay++) {
        await real.db.execute(sql`
          insert into appointments (customer_id, vehicle_id, scheduled_at, ends_at, duration_minutes, service_type, bay)
          values (${demoId('C3')}, ${demoId('V4')}, '2026-05-26T14:00Z', '2026-05-26T15:00Z', 60, 'other', ${bay})`);
      }
      const [one, other] = [await open(ROBERT, real), await open(SARAH, second)];
      const answers = await Promise.all([
        one.use('book_appointment', booking()),
        other.use('book_appointment', booking()),
      ]);
      expect(answers.map(({ success, error }) => (success ? 'booked' : (error ?? ''))).toSorted()).toEqual([
        'booked',
        'slot_unavailable',
      ]);
    } finally {
      await second.close();
      await real.close();
    }
  });
});
