import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { appointments } from '../../../src/db/schema.ts';
import { demoId, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { demo, openDispatcher, STRANGER } from '../open-dispatcher.ts';

const FULL_DAY = '2026-05-29';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
  // Every bay from opening to closing.
  await database.db.insert(appointments).values(
    Array.from({ length: demo.bays }, (_, index) => ({
      customerId: demoId('C2'),
      vehicleId: demoId('V2'),
      scheduledAt: new Date(`${FULL_DAY}T08:00:00-05:00`),
      endsAt: new Date(`${FULL_DAY}T18:00:00-05:00`),
      durationMinutes: 600,
      serviceType: 'repair',
      bay: index + 1,
    })),
  );
});
afterAll(() => database.close());

async function ask(changes: Record<string, unknown>, phone: string | null = STRANGER) {
  const call = await openDispatcher(database.db, { phone });
  return call.use('get_available_slots', {
    date: '2026-05-26',
    service_type: 'oil_change',
    period: null,
    near: null,
    ...changes,
  });
}

describe('free times', () => {
  it('are told to anybody, a few well spread ones, as they can be booked and as they are said', async () => {
    for (const phone of [STRANGER, null]) {
      const { success, data } = await ask({}, phone);
      expect(success).toBe(true);
      expect(data).toMatchObject({ date: '2026-05-26', day_of_week: 'Tuesday', free_count: 20 });
      expect(data?.['slots']).toHaveLength(6);
      expect(data?.['slots']).toContainEqual({ start: '2026-05-26T08:00', spoken: 'eight in the morning' });
    }
  });

  it('say whether exactly the time asked for is free', async () => {
    const free = await ask({ near: '14:00' });
    expect(free.data?.['requested']).toEqual({ start: '2026-05-26T14:00', is_free: true });
    expect(free.data?.['slots']).toContainEqual(expect.objectContaining({ start: '2026-05-26T14:00' }));
    const taken = await ask({ date: FULL_DAY, near: '14:00' });
    expect(taken.data?.['requested']).toMatchObject({ is_free: false, reason: 'slot_unavailable' });
  });

  it('that would run past closing are not offered, and the last start is named', async () => {
    const { data } = await ask({ service_type: 'brake_service', near: '17:30' });
    expect(data?.['requested']).toMatchObject({ is_free: false, reason: 'outside_hours' });
    expect(data?.['latest_start']).toBe('2026-05-26T16:30');
  });

  it('of the asked part of the day come first', async () => {
    const { data } = await ask({ period: 'afternoon' });
    expect(JSON.stringify(data?.['slots'])).not.toMatch(/T0|T1[01]/);
  });

  it('on a full day are none, and the next day with one is named', async () => {
    expect(await ask({ date: FULL_DAY })).toMatchObject({
      success: true,
      message: 'Nothing is free on that day.',
      data: {
        slots: [],
        free_count: 0,
        none_reason: 'fully_booked',
        next_open_date: { date: '2026-05-30', spoken: 'Saturday, May thirtieth' },
      },
    });
  });

  it('tell nothing of who has the others', async () => {
    expect(JSON.stringify(await ask({ date: FULL_DAY }))).not.toMatch(/Robert|CR-V|repair|bay/);
  });

  it('offered to one call are kept from the next until it asks for another day', async () => {
    // Two of three bays are taken, so that the offer holds the last.
    const day = { date: '2026-06-03' };
    await database.db.insert(appointments).values(
      [1, 2].map((bay) => ({
        customerId: demoId('C2'),
        vehicleId: demoId('V2'),
        scheduledAt: new Date('2026-06-03T08:00:00-05:00'),
        endsAt: new Date('2026-06-03T18:00:00-05:00'),
        durationMinutes: 600,
        serviceType: 'repair',
        bay,
      })),
    );
    const first = await openDispatcher(database.db, { callSid: 'CA-first' });
    const second = await openDispatcher(database.db, { callSid: 'CA-second' });
    const question = { ...day, service_type: 'oil_change', period: null, near: '09:00' };
    const isFree = async (call: typeof first, changes = {}) => {
      const { data } = await call.use('get_available_slots', { ...question, ...changes });
      return data?.['requested'];
    };
    expect(await isFree(first)).toMatchObject({ is_free: true });
    expect(await isFree(second)).toMatchObject({ is_free: false, reason: 'slot_unavailable' });
    expect(await isFree(first)).toMatchObject({ is_free: true });
    await isFree(first, { date: '2026-06-04' });
    expect(await isFree(second)).toMatchObject({ is_free: true });
  });

  const refusals: [when: string, changes: Record<string, unknown>, expected: Record<string, unknown>][] = [
    [
      'a holiday',
      { date: '2026-05-25' },
      {
        error: 'closed',
        message: expect.stringContaining('Memorial Day'),
        data: { closed_reason: 'Memorial Day', next_open_date: '2026-05-26' },
      },
    ],
    ['a Sunday', { date: '2026-05-24' }, { error: 'closed', data: { next_open_date: '2026-05-26' } }],
    ['yesterday', { date: '2026-05-20' }, { error: 'in_past', data: { next_open_date: '2026-05-21' } }],
    [
      'next year',
      { date: '2027-05-26' },
      { error: 'too_far_ahead', data: { last_date: '2026-07-20', last_open_date: '2026-07-20' } },
    ],
    [
      'a day that does not exist',
      { date: '2026-02-30' },
      { error: 'invalid_args', message: expect.stringContaining('February twenty-eighth') },
    ],
    ['a day in words', { date: 'next Friday' }, { error: 'invalid_args' }],
    ['twenty-five o’clock', { near: '25:00' }, { error: 'invalid_args' }],
    ['a service that we do not have', { service_type: 'car_wash' }, { error: 'invalid_args' }],
  ];
  it.each(refusals)('are refused for %s', async (_, changes, expected) => {
    expect(await ask(changes)).toMatchObject({ success: false, ...expected });
  });
});
