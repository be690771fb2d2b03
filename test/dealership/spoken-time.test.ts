/** How dates and times are said: a table. */
import { describe, expect, it } from 'vitest';
import { toLocal } from '../../src/dealership/local-time.ts';
import { sayDate, sayRelativeDate, sayTime, sayWhen } from '../../src/dealership/spoken-time.ts';

const CHICAGO = 'America/Chicago';
const at = (instant: string) => toLocal(Date.parse(instant), CHICAGO);

describe('spoken time', () => {
  it.each([
    ['09:00', 'nine in the morning'],
    ['13:30', 'one thirty in the afternoon'],
    ['12:00', 'noon'],
    ['00:00', 'midnight'],
    ['08:05', 'eight oh five in the morning'],
    ['12:30', 'twelve thirty in the afternoon'],
    ['12:01', 'twelve oh one in the afternoon'],
    ['00:15', 'twelve fifteen in the morning'],
    ['11:45', 'eleven forty-five in the morning'],
    ['17:30', 'five thirty in the afternoon'],
    ['18:00', 'six in the evening'],
    ['21:20', 'nine twenty at night'],
  ])('says %s as "%s"', (time, words) => {
    expect(sayTime(Temporal.PlainTime.from(time))).toBe(words);
  });

  it.each([
    ['2026-05-26', 'Tuesday, May twenty-sixth'],
    ['2026-05-30', 'Saturday, May thirtieth'],
    ['2026-05-31', 'Sunday, May thirty-first'],
    ['2026-06-01', 'Monday, June first'],
    ['2026-06-12', 'Friday, June twelfth'],
    ['2026-06-20', 'Saturday, June twentieth'],
    ['2026-07-03', 'Friday, July third'],
  ])('says %s as "%s"', (date, words) => {
    expect(sayDate(Temporal.PlainDate.from(date))).toBe(words);
  });

  it('never says a number as a figure, on any day or at any minute', () => {
    for (let day = 0; day < 366; day += 1) {
      expect(sayDate(Temporal.PlainDate.from('2028-01-01').add({ days: day }))).toMatch(/^[A-Za-z, -]+$/);
    }
    for (let minute = 0; minute < 1_440; minute += 1) {
      const words = sayTime(Temporal.PlainTime.from('00:00').add({ minutes: minute }));
      expect(words).toMatch(/^[a-z -]+$/);
      expect(words).not.toMatch(/undefined| {2}/);
    }
  });

  const thursday = Temporal.PlainDate.from('2026-05-21');
  it.each([
    ['2026-05-21', 'today, Thursday the twenty-first'],
    ['2026-05-22', 'tomorrow, Friday the twenty-second'],
    ['2026-05-23', 'Saturday, May twenty-third'],
    ['2026-05-20', 'Wednesday, May twentieth'],
  ])('calls %s, seen from Thursday the 21st, "%s"', (date, words) => {
    expect(sayRelativeDate(Temporal.PlainDate.from(date), thursday)).toBe(words);
  });

  it('says a whole appointment time, and tomorrow as tomorrow when it knows the present', () => {
    expect(sayWhen(at('2026-05-26T14:00Z'))).toBe('Tuesday, May twenty-sixth, at nine in the morning');
    expect(sayWhen(at('2026-05-22T14:00Z'), at('2026-05-21T15:00Z'))).toBe(
      'tomorrow, Friday the twenty-second, at nine in the morning',
    );
  });

  it('counts days by the calendar and not by hours, across the change of the clocks', () => {
    expect(sayWhen(at('2026-03-08T14:00Z'), at('2026-03-08T05:30Z'))).toMatch(/^tomorrow, Sunday the eighth/);
  });

  it('says which of the two it means when the clocks show a time twice', () => {
    expect(sayWhen(at('2026-11-01T06:30Z'))).toMatch(/one thirty in the morning, before the clocks go back$/);
    expect(sayWhen(at('2026-11-01T07:30Z'))).toMatch(/one thirty in the morning, after the clocks go back$/);
  });
});
