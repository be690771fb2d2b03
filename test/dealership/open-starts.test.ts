/** Which starts are free, by rule and against a brute-force check. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkStart, gridStarts, nearestStarts } from '../../src/dealership/booking-rules.ts';
import { isOpenAt } from '../../src/dealership/hours.ts';
import { formatLocal, toLocal } from '../../src/dealership/local-time.ts';
import { type BusyTime, findOpenStarts, pickSpread } from '../../src/dealership/open-starts.ts';
import { demo, NOW, profileWith } from './world.ts';

const zone = demo.timeZone;
const date = (text: string) => Temporal.PlainDate.from(text);
const chicago = (text: string) =>
  new Date(Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds);
const labels = (starts: { startsAt: Date }[]) =>
  starts.map((start) => formatLocal(toLocal(start.startsAt, zone)).slice(11));
const open = (day: string, minutes: number, busy: BusyTime[] = [], now = NOW, profile = demo) =>
  findOpenStarts({ profile, date: date(day), minutes, busy, now });

describe('the free starts of a day', () => {
  it.each([
    // day, minutes, first, last, how many
    ['2026-05-22', 30, '08:00', '17:30', 20],
    ['2026-05-22', 90, '08:00', '16:30', 18],
    ['2026-05-23', 60, '09:00', '14:00', 11],
    ['2026-05-23', 120, '09:00', '13:00', 9],
    ['2026-07-20', 30, '08:00', '17:30', 20],
  ])('on %s for %i minutes run from %s within %s, before closing', (day, minutes, first, last, count) => {
    const starts = labels(open(day, minutes));
    expect([starts.at(0), starts.at(-1), starts.length]).toEqual([first, last, count]);
  });

  it.each([
    ['a Sunday', '2026-05-24'],
    ['a holiday', '2026-05-25'],
    ['yesterday', '2026-05-20'],
    ['the day after the horizon', '2026-07-21'],
  ])('are none on %s', (_, day) => {
    expect(open(day, 30)).toEqual([]);
  });

  it('begin today no earlier than the lead time from now', () => {
    expect(labels(open('2026-05-21', 30))[0]).toBe('11:00');
    expect(labels(open('2026-05-21', 30, [], NOW + 1))[0]).toBe('11:30');
  });

  it('touch a busy time without overlapping it', () => {
    const busy = [1, 2, 3].map((bay) => ({
      bay,
      startsAt: chicago('2026-05-22T10:00'),
      endsAt: chicago('2026-05-22T11:00'),
    }));
    const starts = labels(open('2026-05-22', 60, busy));
    expect(starts).toContain('09:00');
    expect(starts).toContain('11:00');
    for (const gone of ['09:30', '10:00', '10:30']) expect(starts).not.toContain(gone);
  });

  it.each(['2026-03-08', '2026-11-01'])('follow the wall clock on %s, when the clocks change', (day) => {
    const everyDay = { open: '08:00', close: '18:00' };
    const profile = profileWith({ hours: { ...demo.hours, sunday: everyDay }, closures: [] });
    const now = chicago(`${day}T00:00`).getTime() - 86_400_000;
    const starts = labels(open(day, 30, [], now, profile));
    expect([starts.at(0), starts.at(-1), starts.length]).toEqual(['08:00', '17:30', 20]);
  });

  it.each([
    ['2026-03-08', 46, ['01:30', '03:00']],
    ['2026-11-01', 50, ['01:00-05:00', '01:30-05:00', '01:00-06:00', '01:30-06:00']],
  ])('of a shop open all night on %s are %i, none skipped, none twice', (day, count, some) => {
    const allDay = { open: '00:00', close: '23:59' };
    const profile = profileWith({ hours: { ...demo.hours, sunday: allDay }, closures: [] });
    const starts = gridStarts(profile, date(day), 5).map((at) => ({ startsAt: new Date(at) }));
    const names = labels(starts);
    expect(names).toHaveLength(count);
    expect(new Set(names).size).toBe(count);
    expect(names).toEqual(expect.arrayContaining(some));
    expect(names).not.toContain('02:30'.concat(day === '2026-03-08' ? '' : '-05:00'));
  });

  it('keep a share of the day for walk-ins, whose own work does not use up the rest', () => {
    const profile = profileWith({ bays: 1, walkInReservePct: 50 });
    const block = (from: string, to: string, isWalkIn: boolean) => ({
      bay: 1,
      startsAt: chicago(`2026-05-22T${from}`),
      endsAt: chicago(`2026-05-22T${to}`),
      kind: isWalkIn ? ('walk_in' as const) : ('booked' as const),
    });
    expect(open('2026-05-22', 60, [block('08:00', '12:30', false)], NOW, profile)).toEqual([]);
    expect(open('2026-05-22', 30, [block('08:00', '12:30', false)], NOW, profile)).not.toEqual([]);
    expect(open('2026-05-22', 60, [block('08:00', '12:30', true)], NOW, profile)).not.toEqual([]);
  });

  const lunch = { open: '08:00', close: '18:00', lunch: { from: '12:00', to: '13:00' } };
  it.each([
    // day, minutes, last before lunch, first after, how many
    ['2026-05-22', 30, '11:30', '13:00', 18],
    ['2026-05-22', 90, '10:30', '13:00', 14],
    ['2026-05-22', 120, '10:00', '13:00', 12],
    ['2026-05-22', 240, '08:00', '13:00', 4],
  ])('on %s for %i minutes are over by lunch and go on after it', (day, minutes, before, after, count) => {
    const profile = profileWith({ hours: { ...demo.hours, friday: lunch } });
    const starts = labels(open(day, minutes, [], NOW, profile));
    expect(starts).toHaveLength(count);
    expect([starts.findLast((time) => time < '12:00'), starts.find((time) => time >= '12:00')]).toEqual([
      before,
      after,
    ]);
  });

  it.each(['2026-03-08', '2026-11-01'])('keep lunch at noon by the wall clock on %s', (day) => {
    const profile = profileWith({ hours: { ...demo.hours, sunday: lunch }, closures: [] });
    const now = chicago(`${day}T00:00`).getTime() - 86_400_000;
    const starts = labels(open(day, 30, [], now, profile));
    expect(starts).toHaveLength(18);
    expect(starts).toEqual(expect.arrayContaining(['11:30', '13:00']));
    expect(starts).not.toContain('12:00');
  });

  it('after a lunch that ends between two starts begin with the next one', () => {
    const odd = { open: '08:00', close: '18:00', lunch: { from: '12:10', to: '12:40' } };
    const profile = profileWith({ hours: { ...demo.hours, friday: odd } });
    const starts = labels(open('2026-05-22', 30, [], NOW, profile));
    expect(starts.filter((time) => time >= '11:30' && time <= '13:30')).toEqual(['11:30', '13:00', '13:30']);
  });

  const car = (from: string, bay: number, changes: Partial<BusyTime> = {}): BusyTime => ({
    bay,
    startsAt: chicago(`2026-05-22T${from}`),
    endsAt: new Date(chicago(`2026-05-22T${from}`).getTime() + 3_600_000),
    ...changes,
  });
  it.each([
    ['a car that arrives then', [car('10:00', 1)], false],
    ['one that arrives within the slot', [car('10:20', 1)], false],
    ['a walk-in', [car('10:00', 1, { kind: 'walk_in' })], false],
    ['a start held for a caller', [car('10:00', 1, { kind: 'hold', callSid: 'A' })], false],
    ['one that came before and stays', [car('09:30', 1)], true],
    ['one that comes next', [car('10:30', 1)], true],
  ])('of one advisor who takes in one car a slot, beside %s', (_, busy, isOpen) => {
    const profile = profileWith({ writeUpsPerSlot: 1 });
    expect(labels(open('2026-05-22', 30, busy, NOW, profile)).includes('10:00')).toBe(isOpen);
    expect(labels(open('2026-05-22', 30, busy, NOW, demo))).toContain('10:00');
  });

  it('are none in any bay while the calendar is busy', () => {
    const blocked = [{ ...car('10:00', 1), bay: null, kind: 'calendar' as const }];
    const starts = labels(open('2026-05-22', 30, blocked));
    expect(starts).toHaveLength(18);
    expect(starts).toEqual(expect.arrayContaining(['09:30', '11:00']));
  });

  it('are exactly those that a minute-by-minute search finds', () => {
    const day = '2026-05-22';
    const opening = chicago(`${day}T08:00`).getTime();
    const blocks = fc.array(
      fc.record({
        bay: fc.integer({ min: 1, max: 3 }),
        from: fc.nat(119),
        length: fc.integer({ min: 1, max: 40 }),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(blocks, fc.constantFrom(30, 60, 90, 120), (raw, minutes) => {
        const busy = raw.map(({ bay, from, length }) => ({
          bay,
          startsAt: new Date(opening + from * 300_000),
          endsAt: new Date(opening + (from + length) * 300_000),
        }));
        const isTaken = (bay: number, at: number) =>
          busy.some((b) => b.bay === bay && b.startsAt.getTime() <= at && at < b.endsAt.getTime());
        const expected = gridStarts(demo, date(day), minutes).filter((start) =>
          [1, 2, 3].some((bay) =>
            Array.from({ length: minutes }, (_, minute) => start + minute * 60_000).every(
              (at) => !isTaken(bay, at),
            ),
          ),
        );
        expect(open(day, minutes, busy).map((start) => start.startsAt.getTime())).toEqual(expected);
      }),
    );
  });

  it('all pass the check made when booking, and the check refuses the rest of the grid', () => {
    for (const day of ['2026-05-21', '2026-05-23', '2026-05-24', '2026-05-25', '2026-07-20', '2026-07-21']) {
      const free = new Set(open(day, 60).map((start) => start.startsAt.getTime()));
      for (let at = chicago(`${day}T00:00`).getTime(), n = 0; n < 96; n += 1, at += 900_000) {
        const refusal = checkStart({ profile: demo, startsAt: new Date(at), minutes: 60, now: NOW });
        expect(refusal === undefined).toBe(free.has(at));
      }
    }
  });
});

describe('the check of one start', () => {
  it.each([
    ['2026-05-21T09:00', 30, { code: 'in_past' }],
    ['2026-05-21T10:00', 30, { code: 'in_past' }],
    ['2026-05-21T10:30', 30, { code: 'too_soon', leadTimeMinutes: 60 }],
    ['2026-05-25T09:00', 30, { code: 'closed', reason: 'Memorial Day', nextOpenDate: '2026-05-26' }],
    [
      '2026-05-24T09:00',
      30,
      { code: 'closed', reason: 'we are closed on Sundays', nextOpenDate: '2026-05-26' },
    ],
    ['2026-07-21T09:00', 30, { code: 'beyond_horizon', lastDate: '2026-07-20' }],
    ['2026-05-22T07:30', 30, { code: 'outside_hours', latestStart: '2026-05-22T17:30' }],
    ['2026-05-22T17:00', 90, { code: 'outside_hours', latestStart: '2026-05-22T16:30' }],
    [
      '2026-05-23T14:30',
      60,
      { code: 'outside_hours', closesAt: '2026-05-23T15:00', latestStart: '2026-05-23T14:00' },
    ],
    ['2026-05-22T09:10', 30, { code: 'off_grid', nearest: ['2026-05-22T09:00', '2026-05-22T09:30'] }],
    // Outside what can be booked at all, the nearest is the first or the last that can.
    ['1999-05-22T09:00', 30, { code: 'in_past', nearest: ['2026-05-21T11:00'] }],
    ['2029-05-22T09:00', 30, { code: 'beyond_horizon', nearest: ['2026-07-20T17:30'] }],
    ['2026-05-21T10:30', 30, { code: 'too_soon', nearest: ['2026-05-21T11:00'] }],
    ['2026-05-25T09:00', 30, { code: 'closed', nearest: ['2026-05-23T14:30', '2026-05-26T08:00'] }],
    ['2026-05-22T18:00', 30, { code: 'outside_hours', nearest: ['2026-05-22T17:30', '2026-05-23T09:00'] }],
  ])('refuses %s for %i minutes', (start, minutes, refusal) => {
    expect(checkStart({ profile: demo, startsAt: chicago(start), minutes, now: NOW })).toMatchObject(refusal);
  });

  it.each([
    ['2026-05-22T12:00', 30, { code: 'lunch_break', from: '2026-05-22T12:00', to: '2026-05-22T13:00' }],
    ['2026-05-22T11:00', 90, { code: 'lunch_break', nearest: ['2026-05-22T10:30', '2026-05-22T13:00'] }],
    ['2026-05-22T10:30', 90, undefined],
    ['2026-05-22T13:00', 90, undefined],
  ])('keeps lunch free: %s for %i minutes', (start, minutes, refusal) => {
    const friday = { open: '08:00', close: '18:00', lunch: { from: '12:00', to: '13:00' } };
    const profile = profileWith({ hours: { ...demo.hours, friday } });
    const found = checkStart({ profile, startsAt: chicago(start), minutes, now: NOW });
    if (refusal === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(refusal);
  });

  it('names nearest starts that it would itself allow', () => {
    const hours = fc.integer({ min: -24 * 400, max: 24 * 1200 });
    fc.assert(
      fc.property(hours, fc.constantFrom(30, 90, 120), (offset, minutes) => {
        const startsAt = new Date(NOW + offset * 3_600_000 + 420_000);
        for (const text of nearestStarts({ profile: demo, startsAt, minutes, now: NOW })) {
          expect(checkStart({ profile: demo, startsAt: chicago(text), minutes, now: NOW })).toBeUndefined();
        }
      }),
      { numRuns: 40 },
    );
  });

  it('allows a start that ends at closing', () => {
    const startsAt = chicago('2026-05-22T16:30');
    expect(checkStart({ profile: demo, startsAt, minutes: 90, now: NOW })).toBeUndefined();
  });
});

describe('the choice of starts to offer', () => {
  const day = open('2026-05-22', 30);

  it.each([2, 3, 4, 5, 6])('spreads %i over the day with the first and the last', (count) => {
    const chosen = labels(pickSpread(day, count));
    expect(chosen).toHaveLength(count);
    expect([chosen.at(0), chosen.at(-1)]).toEqual(['08:00', '17:30']);
  });

  it('takes those around the time asked for, in order', () => {
    expect(labels(pickSpread(day, 3, chicago('2026-05-22T13:10').getTime()))).toEqual([
      '12:30',
      '13:00',
      '13:30',
    ]);
  });

  it('is in order, without repetition, and never more than asked or there are', () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 2, max: 6 }), fc.boolean(), (length, count, isNear) => {
        const chosen = pickSpread(day.slice(0, length), count, isNear ? NOW : undefined);
        expect(chosen).toHaveLength(Math.min(length, count));
        const times = chosen.map((start) => start.startsAt.getTime());
        expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('being open', () => {
  it.each([
    ['2026-05-21T08:00', true],
    ['2026-05-21T07:59', false],
    ['2026-05-21T17:59', true],
    ['2026-05-21T18:00', false],
    ['2026-05-23T15:00', false],
    ['2026-05-24T12:00', false],
    ['2026-05-25T12:00', false],
  ])('at %s is %s', (at, expected) => {
    expect(isOpenAt(demo, chicago(at).getTime())).toBe(expected);
  });
});
