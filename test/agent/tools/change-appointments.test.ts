import { sql } from 'drizzle-orm';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { demoId, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { booking, openDispatcher, SARAH } from '../open-dispatcher.ts';

let database: TestDatabase;
const opened: TestDatabase[] = [];
beforeEach(async () => {
  database = await openTestDatabase();
  opened.push(database);
  await loadDemoWorld(database.db);
});
afterAll(() => Promise.all(opened.map((one) => one.close())));

/** Sarah, verified, who has asked what she has: an oil change tomorrow at nine. */
async function open(callSid = 'CA-change') {
  const call = await openDispatcher(database.db, { phone: SARAH, callSid, session: { level: 2 } });
  const { data } = await call.use('get_upcoming_appointments');
  return { ...call, listed: data };
}

async function row() {
  const { rows } = await database.db.execute<{ status: string; at: string; reason: string | null }>(sql`
    select status, to_char(scheduled_at at time zone 'America/Chicago', 'YYYY-MM-DD"T"HH24:MI') as at,
      cancellation_reason as reason from appointments where id = ${demoId('A1')}`);
  return rows[0];
}

const move = (new_datetime: string) => ({ appointment: 'A1', new_datetime });

describe('the appointments to come', () => {
  it('are told in words, by handle, with no id of a row', async () => {
    const { listed } = await open();
    expect(listed).toEqual({
      appointments: [
        {
          appointment: 'A1',
          scheduled_at: '2026-05-22T09:00',
          spoken_when: 'Friday, May twenty-second, at nine in the morning',
          service_type: 'oil_change',
          service: 'oil change',
          vehicle: 'V1',
          vehicle_description: '2019 Honda Accord',
          status: 'scheduled',
        },
      ],
    });
  });

  it('keep their handles however often they are asked for, and a new one gets the next', async () => {
    const call = await open();
    await call.use(
      'book_appointment',
      booking({ scheduled_at: '2026-06-04T09:00', service_type: 'inspection' }),
    );
    const { data } = await call.use('get_upcoming_appointments');
    expect(data?.['appointments']).toMatchObject([{ appointment: 'A1' }, { appointment: 'A2' }]);
    expect(call.dispatcher.session.appointments[0]).toEqual({ handle: 'A1', id: demoId('A1') });
  });

  it('of somebody else, and of nobody, are not there, in the same words', async () => {
    const call = await open();
    const reason = 'other';
    for (const [name, args] of [
      ['get_appointment', {}],
      ['confirm_appointment', {}],
      ['cancel_appointment', { reason }],
      ['reschedule_appointment', { new_datetime: '2026-05-26T09:00' }],
    ] as const) {
      const answers = new Set<string>();
      for (const appointment of ['A2', 'A99', demoId('A1'), demoId('A3'), '4711', "A1' or '1'='1", '']) {
        answers.add((await call.dispatch(name, { ...args, appointment })).record.result);
      }
      expect([...answers]).toEqual([expect.stringContaining('"error":"not_found"')]);
    }
  });
});

describe('moving', () => {
  it('changes the same row, and says from when to when', async () => {
    const call = await open();
    const { record, spoken } = await call.dispatch('reschedule_appointment', move('2026-05-26T10:00'));
    expect(JSON.parse(record.result)).toMatchObject({
      success: true,
      data: {
        appointment: 'A1',
        spoken_when: 'Tuesday, May twenty-sixth, at ten in the morning',
        old_spoken_when: 'Friday, May twenty-second, at nine in the morning',
        service: 'oil change',
        status: 'scheduled',
      },
    });
    expect(spoken).toMatch(/^Your oil change for the 2019 Honda Accord is now Tuesday/);
    expect(await row()).toMatchObject({ at: '2026-05-26T10:00', status: 'scheduled' });
    expect(call.dispatcher.session.done).toEqual(['moved']);
  });

  it.each([
    ['a day we are closed', '2026-05-25T09:00', 'closed'],
    ['an hour we are closed', '2026-05-26T19:00', 'outside_hours'],
    ['the past', '2026-05-20T09:00', 'in_past'],
    ['next year', '2027-05-26T09:00', 'too_far_ahead'],
    ['no time at all', 'Tuesday', 'invalid_args'],
  ])('to %s keeps the appointment where it was, and says so', async (_, to, error) => {
    const call = await open();
    expect(await call.use('reschedule_appointment', move(to))).toMatchObject({
      success: false,
      error,
      message: expect.stringMatching(/^Not moved, the appointment stays where it was: /),
    });
    expect(await row()).toMatchObject({ at: '2026-05-22T09:00' });
    expect(call.dispatcher.session.done).toEqual([]);
  });

  it('to a time that has been taken keeps the appointment where it was, and says so', async () => {
    const call = await open();
    await database.db.execute(sql`
      insert into appointments (customer_id, vehicle_id, scheduled_at, ends_at, duration_minutes, service_type, bay)
      select ${demoId('C2')}, ${demoId('V2')}, '2026-05-26T10:00-05:00', '2026-05-26T10:30-05:00', 30, 'other', bay
      from generate_series(1, 100) as bay`);
    expect(await call.use('reschedule_appointment', move('2026-05-26T10:00'))).toMatchObject({
      error: 'slot_unavailable',
      message: expect.stringContaining('stays where it was'),
    });
    expect(await row()).toMatchObject({ at: '2026-05-22T09:00' });
  });

  it('there, elsewhere and back ends there, also when the line was cut in between', async () => {
    const call = await open('CA-cut');
    await call.use('reschedule_appointment', move('2026-05-26T10:00'));
    await call.use('reschedule_appointment', move('2026-05-27T10:00'));
    const again = await open('CA-cut');
    expect(await again.use('reschedule_appointment', move('2026-05-26T10:00'))).toMatchObject({
      success: true,
    });
    expect(await row()).toMatchObject({ at: '2026-05-26T10:00' });
  });

  it('asked twice at once is one move', async () => {
    const call = await open();
    const answers = await Promise.all(
      [1, 2].map(() => call.use('reschedule_appointment', move('2026-05-26T10:00'))),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ success: true });
  });
});

describe('cancelling and confirming', () => {
  it('cancels with the reason, once, and may be said from then on', async () => {
    const call = await open();
    const cancel = { appointment: 'A1', reason: 'vehicle_sold' };
    expect(await call.use('cancel_appointment', cancel)).toMatchObject({
      success: true,
      message:
        'Cancelled: the oil change for the 2019 Honda Accord, Friday, May twenty-second, at nine in the morning.',
    });
    expect(await row()).toMatchObject({ status: 'cancelled', reason: 'vehicle_sold' });
    expect(call.dispatcher.session.done).toEqual(['cancelled']);
    expect(await call.use('cancel_appointment', { ...cancel, reason: 'other' })).toMatchObject({
      success: true,
    });
    expect(await row()).toMatchObject({ reason: 'vehicle_sold' });
  });

  it('what is cancelled can be neither moved nor confirmed', async () => {
    const call = await open();
    await call.use('cancel_appointment', { appointment: 'A1', reason: 'other' });
    for (const [name, args] of [
      ['reschedule_appointment', move('2026-05-26T10:00')],
      ['confirm_appointment', { appointment: 'A1' }],
    ] as const) {
      expect(await call.use(name, args)).toMatchObject({
        error: 'not_changeable',
        data: { status: 'cancelled' },
      });
    }
    expect(await row()).toMatchObject({ status: 'cancelled', at: '2026-05-22T09:00' });
  });

  it('confirms, and after a move confirms anew', async () => {
    const call = await open();
    const confirm = () => call.use('confirm_appointment', { appointment: 'A1' });
    expect(await confirm()).toMatchObject({ success: true, data: { status: 'confirmed' } });
    await call.use('reschedule_appointment', move('2026-05-26T10:00'));
    expect(await row()).toMatchObject({ status: 'scheduled' });
    expect(await confirm()).toMatchObject({ data: { status: 'confirmed' } });
    expect(await row()).toMatchObject({ status: 'confirmed' });
  });

  it('what was cancelled can be booked again at the same time', async () => {
    const call = await open();
    const wish = booking({ scheduled_at: '2026-05-28T09:00', service_type: 'inspection' });
    await call.use('book_appointment', wish);
    await call.use('get_upcoming_appointments');
    await call.use('cancel_appointment', { appointment: 'A2', reason: 'other' });
    expect(await call.use('book_appointment', wish)).toMatchObject({ success: true });
    const { data } = await call.use('get_upcoming_appointments');
    expect(data?.['appointments']).toMatchObject([{ appointment: 'A1' }, { appointment: 'A3' }]);
  });
});

describe('the vehicle and its history', () => {
  it('is told without VIN, plate, notes or names', async () => {
    await database.db.execute(sql`
      insert into service_history (vehicle_id, service_date, services_performed, mileage, total_cost, technician, notes)
      values (${demoId('V1')}, '2025-11-20', '{oil change}', 30000, 61.5, 'kanarie', 'kanarie')`);
    const call = await open();
    const { data } = await call.use('get_service_history', { vehicle: 'V1', limit: null });
    expect(data).toEqual({
      vehicle: 'V1',
      visits: [
        { service_date: '2025-11-20', services_performed: ['oil change'], mileage: 30_000, total_cost: 61.5 },
      ],
    });
    const info = await call.use('get_vehicle_info', { vehicle: 'V1' });
    expect(Object.keys(info.data ?? {})).toEqual([
      'vehicle',
      'year',
      'make',
      'model',
      'trim',
      'current_mileage',
      'next_service_due_mileage',
    ]);
  });
});
