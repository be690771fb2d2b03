/** Vehicles and services, as callers say them. */

import { describe, expect, it } from 'vitest';
import { nearestCode, readServices, soundsUnsafe } from '../../../src/sandbox/receptionist/services.ts';
import { readVehicle } from '../../../src/sandbox/receptionist/vehicles.ts';
import { joinWords, toWords } from '../../../src/sandbox/receptionist/words.ts';

describe('readVehicle', () => {
  it.each([
    ["It's a 2021 Honda Civic. I don't have the VIN on me.", 2021, 'Honda', 'Civic'],
    ['a 2020 Toyota RAV4', 2020, 'Toyota', 'RAV4'],
    ['twenty nineteen chevy equinox', 2019, 'Chevrolet', 'Equinox'],
    ['2017 Jeep Cherokee', 2017, 'Jeep', 'Cherokee'],
    ['2017 jeep grand cherokee', 2017, 'Jeep', 'Grand Cherokee'],
    ['a two thousand five ford f one fifty', 2005, 'Ford', 'F-150'],
    ['the F-150, yeah', undefined, 'Ford', 'F-150'],
    ['my c r v', undefined, 'Honda', 'CR-V'],
    ['2016 CR-V', 2016, 'Honda', 'CR-V'],
    ['a rav four', undefined, 'Toyota', 'RAV4'],
    ['mazda c x five from twenty eighteen', 2018, 'Mazda', 'CX-5'],
    ['vw jetta 2015', 2015, 'Volkswagen', 'Jetta'],
    ['an oh nine civic', 2009, 'Honda', 'Civic'],
    ['honda fit 2015', 2015, 'Honda', 'Fit'],
    ['silverado twenty five hundred', undefined, 'Chevrolet', 'Silverado 2500'],
    ['2012 mercedes c three hundred', 2012, 'Mercedes-Benz', 'C300'],
    ['2018 Subaru Outback', 2018, 'Subaru', 'Outback'],
    ['four runner', undefined, 'Toyota', '4Runner'],
    ['dodge ram 2011', 2011, 'Dodge', 'Ram'],
    ['I drive a chevy', undefined, 'Chevrolet', undefined],
  ])('hears %j as %j %s %s', (text, year, make, model) => {
    const { year: y, make: m, model: n } = readVehicle(toWords(text)) ?? {};
    expect([y, make && m, n]).toEqual([year, make, model]);
  });

  it.each([
    'can you fit me in',
    'I need to escape the cold',
    'on the edge of town',
    'two one seven five five five',
    'at one fifty',
  ])('hears no vehicle in %j', (text) => {
    expect(readVehicle(toWords(text))).toBeUndefined();
  });

  it('takes everyday words, lone years and unlisted models for an answer when a vehicle was asked for', () => {
    expect(readVehicle(toWords('the fit'), true)).toMatchObject({ make: 'Honda', model: 'Fit' });
    expect(readVehicle(toWords('twenty fourteen'), true)).toMatchObject({ year: 2014 });
    expect(readVehicle(toWords('a 1999 daewoo lanos'), true)).toMatchObject({
      year: 1999,
      make: 'Daewoo',
      model: 'Lanos',
    });
  });
});

describe('readServices', () => {
  const codes = (text: string) => readServices(joinWords(toWords(text))).map(({ code }) => code);

  it.each([
    ["I'd like to get an oil change", ['oil_change']],
    ['change the oil', ['oil_change']],
    ['just a lube', ['oil_change']],
    ['rotate my tires', ['tire_rotation']],
    ['I need brake pads done', ['brake_service', 'brake_service']],
    ['can you check my brakes', ['brake_inspection']],
    ['the brakes are squeaking', ['brake_inspection']],
    ['state inspection', ['inspection']],
    ["diagnostics, check engine light's on", ['engine_diagnostics', 'engine_diagnostics']],
    ['it makes a weird noise', ['engine_diagnostics']],
    ['30k service', ['general_maintenance']],
    ['thirty thousand mile service', ['general_maintenance']],
    ['there is a recall', ['recall']],
    ['my AC is broken', ['repair', 'repair']],
    ["it won't start", ['repair']],
    ['make it a tire rotation instead, I just did the oil change', ['tire_rotation']],
    ['not the oil change, the inspection', ['inspection']],
    ['nine works', []],
    ['sounds good', []],
  ])('hears %j as %j', (text, expected) => {
    expect(codes(text)).toEqual(expected);
  });

  it('falls back to what the menu has', () => {
    expect(nearestCode('recall', ['oil_change', 'other'])).toBe('other');
  });
});

describe('soundsUnsafe', () => {
  it.each([
    'My check engine light is flashing and the car is shaking',
    'the brake pedal goes to the floor',
    'I have no brakes',
    "there's smoke coming from the hood",
    'it smells like gas',
    "I can't steer",
  ])('warns about %j', (text) => {
    expect(soundsUnsafe(joinWords(toWords(text)))).toBe(true);
  });

  it.each([
    "check engine light's on. Steady, not flashing.",
    'oil change',
    'no smoke or anything',
    'brakes squeak',
  ])('does not warn about %j', (text) => {
    expect(soundsUnsafe(joinWords(toWords(text)))).toBe(false);
  });
});
