/** What is offered on a day, from a real database. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { calendarBlocks } from '../../src/db/desk-schema.ts';
import { appointments } from '../../src/db/schema.ts';
import { type AvailabilityQuestion, getAvailability } from '../../src/dealership/availability.ts';
import { parseLocal } from '../../src/dealership/local-time.ts';
import { openTestDatabase } from '../support/database.ts';
import { addOwner, demo, NOW, type Owner } from './world.ts';

let database: Database;
let owner: Owner;

beforeAll(async () => {
  database = await openTestDatabase();
  owner = await addOwner(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(appointments);
  await database.db.delete(calendarBlocks);
});

async function hold(
  start: string,
  minutes: number,
  bays: number[],
  status: 'scheduled' | 'cancelled' = 'scheduled',
): Promise<string[]> {
  const parsed = parseLocal(start, demo.timeZone);
  if (!parsed.ok) throw new Error(`Not a time: ${start}`);
  const startsAt = new Date(parsed.value.epochMilliseconds);
  const rows = bays.map((bay) => ({
    id: randomUUID(),
    ...owner,
    scheduledAt: startsAt,
    endsAt: new Date(startsAt.getTime() + minutes * 60_000),
    durationMinutes: minutes,
    serviceType: 'other',
    bay,
    status,
    cancellationReason: status === 'cancelled' ? ('other' as const) : null,
  }));
  await database.db.insert(appointments).values(rows);
  return rows.map((row) => row.id);
}

const ask = (question: Partial<AvailabilityQuestion>) =>
  getAvailability(database.db, demo, {
    date: '2026-05-26',
    serviceCode: 'oil_change',
    now: NOW,
    ...question,
  });

describe('availability', () => {
  it('offers six starts spread over an empty day, each with its words', async () => {
    const result = await ask({});
    expect(result).toMatchObject({
      ok: true,
      value: {
        dayOfWeek: 'Tuesday',
        spokenDate: 'Tuesday, May twenty-sixth',
        freeCount: 20,
        latestStart: '2026-05-26T17:30',
      },
    });
    const starts = result.ok ? result.value.starts : [];
    expect(starts).toHaveLength(6);
    expect(starts[0]).toEqual({ start: '2026-05-26T08:00', spoken: 'eight in the morning' });
  });

  it.each([
    ['morning', (hour: number) => hour < 12, 8],
    ['afternoon', (hour: number) => hour >= 12, 12],
  ] as const)('keeps to the %s when asked to', async (period, isIn, count) => {
    const result = await ask({ period });
    const starts = result.ok ? result.value.starts : [];
    expect(starts.length).toBeGreaterThan(1);
    expect(starts.every(({ start }) => isIn(Number(start.slice(11, 13))))).toBe(true);
    expect(result).toMatchObject({ value: { freeCount: count, isPeriodFull: false } });
  });

  it('says that the morning is full and offers the rest of the day', async () => {
    await hold('2026-05-26T08:00', 240, [1, 2, 3]);
    const result = await ask({ period: 'morning' });
    expect(result).toMatchObject({ value: { isPeriodFull: true, freeCount: 12 } });
    expect(result.ok && result.value.starts[0]?.start).toBe('2026-05-26T12:00');
  });

  it.each([
    ['09:00', { isFree: true }],
    ['10:30', { isFree: false, reason: 'slot_unavailable' }],
    ['09:10', { isFree: false, reason: 'off_grid' }],
    ['19:00', { isFree: false, reason: 'outside_hours' }],
  ])('judges the exact time asked for, %s', async (near, expected) => {
    await hold('2026-05-26T10:30', 30, [1, 2, 3]);
    const result = await ask({ near });
    expect(result).toMatchObject({ value: { requested: { start: `2026-05-26T${near}`, ...expected } } });
  });

  it('offers what lies around a taken time', async () => {
    await hold('2026-05-26T10:30', 30, [1, 2, 3]);
    const result = await ask({ near: '10:30' });
    const starts = result.ok ? result.value.starts.map(({ start }) => start.slice(11)) : [];
    expect(starts).toEqual(['09:00', '09:30', '10:00', '11:00', '11:30', '12:00']);
  });

  it('on a full day names the next day that really has room', async () => {
    await hold('2026-05-22T08:00', 600, [1, 2, 3]);
    await hold('2026-05-23T09:00', 360, [1, 2, 3]);
    const result = await ask({ date: '2026-05-22' });
    expect(result).toMatchObject({
      value: {
        starts: [],
        freeCount: 0,
        noneReason: 'fully_booked',
        // Saturday is full, Sunday closed, Monday a holiday.
        nextOpenDate: { date: '2026-05-26', spoken: 'Tuesday, May twenty-sixth' },
      },
    });
  });

  it('does not count cancelled appointments, nor the one that is being moved', async () => {
    await hold('2026-05-26T08:00', 600, [1, 2], 'scheduled');
    await hold('2026-05-26T08:00', 600, [3], 'cancelled');
    expect(await ask({})).toMatchObject({ value: { freeCount: 20 } });
    const [id] = await hold('2026-05-26T08:00', 600, [3]);
    expect(await ask({})).toMatchObject({ value: { freeCount: 0 } });
    expect(await ask(id === undefined ? {} : { moving: id })).toMatchObject({ value: { freeCount: 20 } });
  });

  it('counts an appointment that began before the day and lasts into it', async () => {
    await hold('2026-05-26T07:30', 90, [1, 2, 3]);
    const result = await ask({});
    expect(result.ok && result.value.starts[0]?.start).toBe('2026-05-26T09:00');
  });

  it('says when it is too late today, and when a day is too short for the service', async () => {
    const evening = Date.parse('2026-05-21T17:30:00-05:00');
    expect(await ask({ date: '2026-05-21', now: evening })).toMatchObject({
      value: { noneReason: 'too_late_today', nextOpenDate: { date: '2026-05-22' } },
    });
    const short = { ...demo, hours: { ...demo.hours, saturday: { open: '09:00', close: '10:00' } } };
    expect(
      await getAvailability(database.db, short, { date: '2026-05-23', serviceCode: 'recall', now: NOW }),
    ).toMatchObject({ value: { noneReason: 'service_too_long', nextOpenDate: { date: '2026-05-26' } } });
  });

  it.each([
    [{ date: '2026-05-20' }, { code: 'in_past', nextOpenDate: { date: '2026-05-21' } }],
    [{ date: '1999-12-31' }, { code: 'in_past', nextOpenDate: { date: '2026-05-21' } }],
    [
      // Saturday evening: Sunday is closed, Monday a holiday.
      { date: '2026-05-22', now: Date.parse('2026-05-23T14:30:00-05:00') },
      { code: 'in_past', nextOpenDate: { date: '2026-05-26', spoken: 'Tuesday, May twenty-sixth' } },
    ],
    [
      { date: '2026-07-21' },
      { code: 'beyond_horizon', lastDate: '2026-07-20', lastOpenDate: { date: '2026-07-20' } },
    ],
    [
      // The last day is a Sunday.
      { date: '2029-05-21', now: Date.parse('2026-05-20T10:00:00-05:00') },
      { code: 'beyond_horizon', lastDate: '2026-07-19', lastOpenDate: { date: '2026-07-18' } },
    ],
    [
      { date: '2026-05-25' },
      { code: 'closed', reason: 'Memorial Day', nextOpenDate: { date: '2026-05-26' } },
    ],
    [{ date: '2026-05-24' }, { code: 'closed', reason: 'we are closed on Sundays' }],
    [{ date: '2026-02-30' }, { code: 'invalid_date', nearest: { date: '2026-02-28' } }],
    [{ date: '2026-06-31' }, { code: 'invalid_date', nearest: { date: '2026-06-30' } }],
    [{ date: '2026-13-01' }, { code: 'invalid_date', nearest: undefined }],
    [{ date: '2026-06-32' }, { code: 'invalid_date', nearest: undefined }],
    [{ date: 'tomorrow' }, { code: 'invalid_date', nearest: undefined }],
    [{ date: '+002026-05-26' }, { code: 'invalid_date' }],
    [{ near: '9am' }, { code: 'invalid_time' }],
    [{ near: '24:00' }, { code: 'invalid_time' }],
    [{ near: '09:60' }, { code: 'invalid_time' }],
    [{ serviceCode: 'paint job' }, { code: 'unknown_service' }],
  ])('refuses %j', async (question, refusal) => {
    expect(await ask(question)).toMatchObject({ ok: false, refusal });
  });

  it.each(['2026-03-08', '2026-11-01'])(
    'offers wall-clock times on %s, when the clocks change',
    async (date) => {
      const profile = { ...demo, hours: { ...demo.hours, sunday: { open: '08:00', close: '18:00' } } };
      const now = Date.parse(`${date}T00:00:00-06:00`) - 86_400_000;
      await hold(`${date}T10:00`, 30, [1, 2, 3]);
      const result = await getAvailability(database.db, profile, {
        date,
        serviceCode: 'oil_change',
        near: '10:00',
        now,
      });
      expect(result).toMatchObject({ value: { freeCount: 19, requested: { reason: 'slot_unavailable' } } });
    },
  );

  const tenToNoon = {
    startsAt: new Date('2026-05-26T10:00:00-05:00'),
    endsAt: new Date('2026-05-26T12:00:00-05:00'),
  };
  it.each([
    ['on record', true],
    ['told with the question', false],
  ])('leaves out times at which the calendar is busy, %s', async (_, isOnRecord) => {
    if (isOnRecord) await database.db.insert(calendarBlocks).values({ eventId: 'training', ...tenToNoon });
    const result = await ask({ near: '11:00', ...(isOnRecord ? {} : { alsoBusy: [tenToNoon] }) });
    expect(result).toMatchObject({ value: { freeCount: 16, requested: { reason: 'slot_unavailable' } } });
    const starts = result.ok ? result.value.starts.map(({ start }) => start.slice(11)) : [];
    expect(starts).toEqual(['08:30', '09:00', '09:30', '12:00', '12:30', '13:00']);
  });

  it('passes over a holiday week in the calendar to the next day with room', async () => {
    await database.db.insert(calendarBlocks).values({
      eventId: 'holiday week',
      startsAt: new Date('2026-05-26T00:00:00-05:00'),
      endsAt: new Date('2026-06-02T00:00:00-05:00'),
    });
    expect(await ask({})).toMatchObject({
      value: { freeCount: 0, noneReason: 'fully_booked', nextOpenDate: { date: '2026-06-02' } },
    });
  });

  it('asks the database once', async () => {
    const queries = vi.spyOn(database.pool, 'query');
    await ask({ date: '2026-05-24' });
    expect(queries).toHaveBeenCalledTimes(1);
    queries.mockRestore();
  });
});
