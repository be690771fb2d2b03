/** The rules of vehicle identification numbers, against published examples and by properties. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeVin, isValidVin, vinCheckDigit, vinMake, vinModelYear } from '../../src/dealership/vin.ts';

const ALPHABET = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
const YEAR_CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789';
const LETTERS = ALPHABET.slice(0, 23);
const DIGITS = ALPHABET.slice(23);

/** Characters that the check sum cannot tell apart because they count the same. */
const SAME_VALUE = ['AJ1', 'BKS2', 'CLT3', 'DMU4', 'ENV5', 'FW6', 'GPX7', 'HY8', 'RZ9', '0'];
const checkValue = (character: string) => SAME_VALUE.findIndex((group) => group.includes(character));

const charactersOf = (letters: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from(letters)), minLength: length, maxLength: length });

const partsArbitrary = fc.integer({ min: 1980, max: 2039 }).chain((year) =>
  fc.record({
    wmi: charactersOf(ALPHABET, 3),
    descriptor: fc
      .tuple(
        charactersOf(ALPHABET, 3),
        charactersOf(year >= 2010 ? LETTERS : DIGITS, 1),
        charactersOf(ALPHABET, 1),
      )
      .map((pieces) => pieces.join('')),
    year: fc.constant(year),
    plant: charactersOf(ALPHABET, 1),
    serial: fc.integer({ min: 0, max: 999_999 }),
  }),
);
const vinArbitrary = partsArbitrary.map(composeVin);

describe('vinCheckDigit', () => {
  it.each([
    ['1M8GDM9AXKP042788', 'X'],
    ['1M8GDM9A_KP042788'.replace('_', '0'), 'X'],
    ['11111111111111111', '1'],
    ['1HGCV1F37KA014501', '7'],
    ['5NPE34AF3HH551920', '3'],
    ['KMHD84LF0JU620015', '0'],
  ])('of %s is %s', (vin, digit) => {
    expect(vinCheckDigit(vin)).toBe(digit);
  });

  it.each(['', '1M8GDM9AXKP04278', '1M8GDM9AXKP0427888', '1m8gdm9axkp042788', '1M8GDM9AXKP04278O'])(
    'does not exist for %j, which is not the shape of a VIN',
    (text) => {
      expect(vinCheckDigit(text)).toBeNull();
    },
  );
});

describe('isValidVin', () => {
  it.each([
    ['1M8GDM9AXKP042788', true, 'the worked example of the standard'],
    ['11111111111111111', true, 'all ones'],
    ['JF2SKAEC4NH410077', true, 'a Subaru'],
    ['1M8GDM9A1KP042788', false, 'another check digit'],
    ['1M8GDM9AXKP042789', false, 'another last digit'],
    ['1M8GDM9AXKP04278', false, 'one character short'],
    ['1M8GDM9AXKP0427880', false, 'one character more'],
    ['IM8GDM9AXKP042788', false, 'an I'],
    ['1M8GDM9AXKPO42788', false, 'an O'],
    ['1M8GDM9AXKQ042788', false, 'a Q'],
    ['1M8GDM9AXKP04278 ', false, 'a space'],
    ['1M8GDM9AXKP042788\n', false, 'a line end'],
    ['1m8gdm9axkp042788', false, 'lower case, which is not how it is stored'],
    ['', false, 'nothing'],
  ])('of %j is %s: %s', (vin, expected) => {
    expect(isValidVin(vin)).toBe(expected);
  });

  it('catches every change of one character to one of another value', () => {
    fc.assert(
      fc.property(
        vinArbitrary,
        fc.nat(16),
        fc.constantFrom(...Array.from(ALPHABET)),
        (vin, at, replacement) => {
          const before = vin.charAt(at);
          // The ninth is compared as it stands; elsewhere only what a character counts for matters.
          fc.pre(at === 8 ? before !== replacement : checkValue(before) !== checkValue(replacement));
          expect(isValidVin(vin.slice(0, at) + replacement + vin.slice(at + 1))).toBe(false);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('cannot see a change to a character of the same value outside the check digit', () => {
    fc.assert(
      fc.property(vinArbitrary, fc.nat(16), fc.nat(3), (vin, at, choice) => {
        const group = SAME_VALUE.find((same) => same.includes(vin.charAt(at))) ?? '';
        fc.pre(at !== 8);
        const replacement = group.charAt(choice % group.length);
        expect(isValidVin(vin.slice(0, at) + replacement + vin.slice(at + 1))).toBe(true);
      }),
    );
  });

  it('accepts, for any text, nothing but 17 characters of the VIN alphabet', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (text) => {
        fc.pre(!/^[A-HJ-NPR-Z0-9]{17}$/.test(text));
        expect(isValidVin(text)).toBe(false);
        expect(vinModelYear(text)).toBeNull();
        expect(vinMake(text)).toBeNull();
      }),
    );
  });
});

describe('vinModelYear', () => {
  it.each([
    ['1M8GDM9AXKP042788', 1989, 'digit in position 7: the first cycle'],
    ['1HGCV1F37KA014501', 2019, 'letter in position 7: the second cycle'],
    ['1FTFW1ET9BFC31870', 2011, 'B again after thirty years'],
    ['JF2SKAEC4NH410077', 2022, 'N'],
    ['11111111111111111', 2001, 'the digit 1 is 2001, not 2031'],
  ])('of %s is %i: %s', (vin, year) => {
    expect(vinModelYear(vin)).toBe(year);
  });

  it.each(['U', 'Z', '0'])('does not exist when position 10 is %s', (code) => {
    expect(vinModelYear(`1HGCV1F37${code}A014501`)).toBeNull();
  });

  it('runs through both cycles in the order of the codes', () => {
    const years = Array.from(YEAR_CODES, (code) => vinModelYear(`1HGCV1F37${code}A014501`));
    expect(years).toEqual(Array.from({ length: 30 }, (_, i) => 2010 + i));
    const olderYears = Array.from(YEAR_CODES, (code) => vinModelYear(`1HGCV1537${code}A014501`));
    expect(olderYears).toEqual(Array.from({ length: 30 }, (_, i) => 1980 + i));
  });
});

describe('vinMake', () => {
  it.each([
    ['1HGCV1F37KA014501', 'Honda'],
    ['2HKRM4H56GH602112', 'Honda'],
    ['1FTFW1ET9BFC31870', 'Ford'],
    ['3VWC57BU8LM045533', 'Volkswagen'],
    ['4T1B11HK0JU660918', 'Toyota'],
    ['JF2SKAEC4NH410077', 'Subaru'],
    ['5NPE34AF3HH551920', 'Hyundai'],
    ['KMHD84LF0JU620015', 'Hyundai'],
    ['1N4BL4BV3LC118844', 'Nissan'],
    ['5XYPG4A39LG000001', 'Kia'],
    ['5XYZU3LB0JG000001', 'Hyundai'],
    ['1C4RJFAG0KC000001', 'Jeep'],
    ['1C4RDJAG0KC000001', 'Dodge'],
    ['2C4RC1BG0KR000001', 'Chrysler'],
    ['1C6RR7LT0KS000001', 'Ram'],
  ])('of %s is %s', (vin, make) => {
    expect(vinMake(vin)).toBe(make);
  });

  it('is unknown for a bus and for an identifier that two makes share without telling', () => {
    expect(vinMake('1M8GDM9AXKP042788')).toBeNull();
    expect(vinMake('1C4R1FAG0KC000001')).toBeNull();
  });
});

describe('composeVin', () => {
  it('gives back a known VIN from its parts', () => {
    const parts = { wmi: '1HG', descriptor: 'CV1F3', year: 2019, plant: 'A', serial: 14_501 };
    expect(composeVin(parts)).toBe('1HGCV1F37KA014501');
  });

  it('makes a valid VIN that says the year and keeps every part', () => {
    fc.assert(
      fc.property(partsArbitrary, (parts) => {
        const vin = composeVin(parts);
        expect(isValidVin(vin)).toBe(true);
        expect(vinModelYear(vin)).toBe(parts.year);
        expect(vin.startsWith(parts.wmi + parts.descriptor)).toBe(true);
        expect(vin.charAt(10)).toBe(parts.plant);
        expect(vin.slice(11)).toBe(String(parts.serial).padStart(6, '0'));
      }),
    );
  });

  const good = { wmi: '1HG', descriptor: 'CV1F3', year: 2019, plant: 'A', serial: 1 };
  it.each([
    ['a short manufacturer', { ...good, wmi: '1H' }],
    ['an O in the manufacturer', { ...good, wmi: '1HO' }],
    ['a descriptor of six', { ...good, descriptor: 'CV1F31' }],
    ['two characters of plant', { ...good, plant: 'AA' }],
    ['a seven-digit serial', { ...good, serial: 1_000_000 }],
    ['a negative serial', { ...good, serial: -1 }],
    ['a year before 1980', { ...good, year: 1979 }],
    ['a year after 2039', { ...good, year: 2040 }],
    ['half a year', { ...good, year: 2019.5 }],
    ['a digit in position 7 after 2009', { ...good, descriptor: 'CV153' }],
    ['a letter in position 7 before 2010', { ...good, year: 2009 }],
  ])('refuses %s', (_, parts) => {
    expect(() => composeVin(parts)).toThrow(RangeError);
  });
});
