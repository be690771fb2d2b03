/** Days and times of day, as callers say them. Today is Thursday, 21 May 2026. */

import { describe, expect, it } from 'vitest';
import { readDates } from '../../../src/sandbox/receptionist/dates.ts';
import { readPart, readTimes } from '../../../src/sandbox/receptionist/times.ts';
import { toWords } from '../../../src/sandbox/receptionist/words.ts';

const dates = (text: string) =>
  readDates(toWords(text), '2026-05-21').map(({ date, or, isRejected }) =>
    [isRejected ? `not ${date}` : date, ...(or ? [or] : [])].join(' or '),
  );

describe('readDates', () => {
  it.each([
    ['tuesday', ['2026-05-26']],
    ['how about Tuesdays', ['2026-05-26']],
    ['thursday at three', ['2026-05-28']],
    ['today', ['2026-05-21']],
    ['this afternoon', ['2026-05-21']],
    ['tomorrow morning', ['2026-05-22']],
    ['the day after tomorrow', ['2026-05-23']],
    ['the twenty-eighth', ['2026-05-28']],
    ['the 28th', ['2026-05-28']],
    ['the third', ['2026-06-03']],
    ['may 26', ['2026-05-26']],
    ['May twenty sixth', ['2026-05-26']],
    ['june the second', ['2026-06-02']],
    ['the 26th of May', ['2026-05-26']],
    ['5/26', ['2026-05-26']],
    ['friday the twenty-ninth', ['2026-05-29']],
    ['friday may 29', ['2026-05-29']],
    ['next thursday', ['2026-05-28']],
    ['next tuesday', ['2026-05-26']],
    ['next friday', ['2026-05-22 or 2026-05-29']],
    ['friday next week', ['2026-05-29']],
    ['friday the twenty-eighth', ['2026-05-28 or 2026-05-22']],
    ['next thursday at eleven, I mean the twenty-eighth', ['2026-05-28', '2026-05-28']],
    ['in two weeks', ['2026-06-04']],
    ['in three days', ['2026-05-24']],
    ['a week from tuesday', ['2026-06-02']],
    ['this saturday', ['2026-05-23']],
    ['on the weekend', ['2026-05-23']],
    ['not tuesday, friday the twenty-ninth', ['not 2026-05-26', '2026-05-29']],
    ["tuesday doesn't work", ['not 2026-05-26']],
    ['anything but saturday', ['not 2026-05-23']],
    ['may i ask you something', []],
    ['the first one', []],
    ['for the first time', []],
    ['a second opinion', []],
    ['february thirtieth', []],
  ])('hears %j as %j', (text, expected) => {
    expect(dates(text)).toEqual(expected);
  });

  it('marks a day that has passed instead of moving it to next year', () => {
    expect(readDates(toWords('may 19th'), '2026-05-21')).toMatchObject([
      { date: '2026-05-19', isPast: true },
    ]);
  });
});

const times = (text: string, isExpected = false) =>
  readTimes(toWords(text), isExpected).map(({ time, isRejected }) => (isRejected ? `not ${time}` : time));

describe('readTimes', () => {
  it.each([
    ['nine', ['09:00']],
    ['nine works', ['09:00']],
    ["eight thirty's good", ['08:30']],
    ['at nine thirty', ['09:30']],
    ['9:30', ['09:30']],
    ['at 930', ['09:30']],
    ['10am', ['10:00']],
    ['3 p.m.', ['15:00']],
    ['three in the afternoon', ['15:00']],
    ['half past ten', ['10:30']],
    ['quarter to three', ['14:45']],
    ['quarter past eight', ['08:15']],
    ['noon', ['12:00']],
    ['twelve thirty', ['12:30']],
    ["one o'clock", ['13:00']],
    ['eight oh five', ['08:05']],
    ['wednesday at three no wait thursday at four', ['15:00', '16:00']],
    ['not nine but ten please', ['not 09:00', '10:00']],
    ['I have two cars', []],
    ['one of my tires', []],
    ['that one works', []],
    ['ten thousand miles', []],
    ['in two weeks', []],
    ['six cylinder', []],
  ])('hears %j as %j', (text, expected) => {
    expect(times(text)).toEqual(expected);
  });

  it('takes a bare number for a time only when a time was asked for', () => {
    expect(times('the car has two', true)).toEqual(['14:00']);
    expect(times('the car has two')).toEqual([]);
  });
});

describe('readPart', () => {
  it.each([
    ['morning if you have it', 'morning'],
    ['early', 'first'],
    ['first thing', 'first'],
    ['end of day', 'last'],
    ["what's the latest you can do", 'last'],
    ['after lunch', 'after-lunch'],
    ['in the afternoon', 'afternoon'],
    ['any time', 'any'],
    ['good morning', undefined],
    ['tuesday', undefined],
  ])('hears %j as %j', (text, expected) => {
    expect(readPart(text)).toBe(expected);
  });
});
