/** Times, dates and numbers, as the receptionist says them. */

import { describe, expect, it } from 'vitest';
import { sayYear } from '../../../src/sandbox/receptionist/business-answers.ts';
import {
  sayChoice,
  sayDuration,
  sayNumber,
  sayOrdinal,
  sayPhone,
  sayTime,
  sayWhen,
} from '../../../src/sandbox/receptionist/saying.ts';

describe('saying', () => {
  it('says when a visit is', () => {
    expect(sayWhen('2026-05-26T09:00')).toBe('Tuesday, May twenty-sixth, at nine in the morning');
    expect(sayWhen('2026-06-30T12:00')).toBe('Tuesday, June thirtieth, at noon');
  });

  it.each([
    ['13:30', 'one thirty in the afternoon'],
    ['08:05', 'eight oh five in the morning'],
    ['12:30', 'twelve thirty in the afternoon'],
    ['18:00', 'six in the evening'],
  ])('says %s as %s', (time, expected) => {
    expect(sayTime(time)).toBe(expected);
  });

  it('says numbers, ordinals, years, durations and choices in words', () => {
    expect(sayNumber(412)).toBe('four hundred twelve');
    expect([1, 3, 12, 20, 21, 30, 31].map(sayOrdinal).join(' ')).toBe(
      'first third twelfth twentieth twenty-first thirtieth thirty-first',
    );
    expect([1998, 2000, 2005, 2019, 2020].map(sayYear)).toEqual([
      'nineteen ninety-eight',
      'two thousand',
      'two thousand five',
      'twenty nineteen',
      'twenty twenty',
    ]);
    expect([30, 60, 90, 120].map(sayDuration)).toEqual([
      'about thirty minutes',
      'about an hour',
      'about an hour and a half',
      'about two hours',
    ]);
    expect(sayChoice(['nine', 'ten', 'noon'])).toBe('nine, ten or noon');
  });

  it('says telephone numbers in groups of three, three and four', () => {
    expect(sayPhone('+12175550197')).toBe('two one seven, five five five, oh one nine seven');
  });
});
