/** Local times to instants and back, on ordinary days and on the two a year that are not. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatLocal,
  parseDate,
  parseLocal,
  parseTime,
  toLocal,
  weekdayName,
} from '../../src/dealership/local-time.ts';

const CHICAGO = 'America/Chicago';

describe('local time', () => {
  it.each([
    ['2026-05-26T09:00', '2026-05-26T14:00:00Z'],
    ['2026-05-26T09:00:00', '2026-05-26T14:00:00Z'],
    ['2026-05-26T09:00-05:00', '2026-05-26T14:00:00Z'],
    ['2026-01-05T09:00', '2026-01-05T15:00:00Z'],
    ['2026-03-08T01:59', '2026-03-08T07:59:00Z'],
    ['2026-03-08T03:00', '2026-03-08T08:00:00Z'],
    ['2026-03-08T09:00', '2026-03-08T14:00:00Z'],
    ['2026-11-01T09:00', '2026-11-01T15:00:00Z'],
    ['2026-11-01T01:30-05:00', '2026-11-01T06:30:00Z'],
    ['2026-11-01T01:30-06:00', '2026-11-01T07:30:00Z'],
    ['2028-02-29T09:00', '2028-02-29T15:00:00Z'],
  ])('reads %s in Chicago as %s', (text, expected) => {
    const parsed = parseLocal(text, CHICAGO);
    expect(parsed.ok && parsed.value.toInstant().toString()).toBe(expected);
  });

  it.each([
    ['2026-03-08T02:00', { code: 'gap' }],
    ['2026-03-08T02:30', { code: 'gap' }],
    ['2026-03-08T02:30-06:00', { code: 'gap' }],
    ['2026-11-01T01:30', { code: 'repeated', choices: ['2026-11-01T01:30-05:00', '2026-11-01T01:30-06:00'] }],
    ['2026-11-01T01:30-07:00', { code: 'invalid' }],
    ['2026-05-26T09:00Z', { code: 'invalid' }],
    ['2026-05-26T09:00+01:00', { code: 'invalid' }],
    ['2026-05-26T24:00', { code: 'invalid' }],
    ['2026-02-29T09:00', { code: 'invalid' }],
    ['2026-05-26', { code: 'invalid' }],
    ['2026-05-26 09:00', { code: 'invalid' }],
    ['tomorrow at nine', { code: 'invalid' }],
    ['', { code: 'invalid' }],
  ])('refuses %j in Chicago and says why', (text, refusal) => {
    expect(parseLocal(text, CHICAGO)).toEqual({ ok: false, refusal });
  });

  it('knows a change of half an hour, as on Lord Howe Island', () => {
    expect(parseLocal('2026-10-04T02:15', 'Australia/Lord_Howe')).toMatchObject({
      refusal: { code: 'gap' },
    });
    expect(parseLocal('2026-04-05T01:45', 'Australia/Lord_Howe')).toMatchObject({
      refusal: { code: 'repeated' },
    });
  });

  it('writes any instant so that it reads back as the same instant', () => {
    const minute = 60_000;
    const zones = fc.constantFrom(CHICAGO, 'America/Phoenix', 'Pacific/Honolulu', 'Australia/Lord_Howe');
    const instants = fc.integer({
      min: Date.parse('2026-01-01T00:00Z') / minute,
      max: Date.parse('2028-12-31T00:00Z') / minute,
    });
    // Nights of change are rare in three years of minutes, so they get a generator of their own.
    const nights = fc
      .tuple(fc.constantFrom('2026-03-08T06:00Z', '2026-11-01T05:00Z', '2026-04-04T13:00Z'), fc.nat(300))
      .map(([start, offset]) => Date.parse(start) / minute + offset);
    fc.assert(
      fc.property(zones, fc.oneof(instants, nights), (zone, at) => {
        const local = toLocal(at * minute, zone);
        const parsed = parseLocal(formatLocal(local), zone);
        expect(parsed.ok && parsed.value.epochMilliseconds).toBe(at * minute);
      }),
    );
  });

  it.each(['2026-02-30', '26-05-01', '2026-5-1', '2026-13-01', '', '2026-05-26T09:00'])(
    'takes %j for no date',
    (text) => {
      expect(parseDate(text)).toBeUndefined();
    },
  );

  it.each(['24:00', '9:00', '09:60', '0900', ''])('takes %j for no time', (text) => {
    expect(parseTime(text)).toBeUndefined();
  });

  it('names the weekday of a date', () => {
    expect(weekdayName(Temporal.PlainDate.from('2026-05-26'))).toBe('Tuesday');
    expect(weekdayName(Temporal.PlainDate.from('2026-05-24'))).toBe('Sunday');
  });
});
