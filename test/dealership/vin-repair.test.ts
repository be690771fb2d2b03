/** Misheard VINs: offered only when there is one way to mend them, and then the right one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { composeVin, isValidVin } from '../../src/dealership/vin.ts';
import { foldVin, suggestVin } from '../../src/dealership/vin-repair.ts';

const ACCORD = '1HGCM82633A004352';

describe('a VIN misheard by one character', () => {
  it.each([
    ['1HGCM82633A004B52', ACCORD, 'B for 3 among the digits at the end'],
    ['1HGCM82633A004D52', ACCORD, 'D for 3 there'],
    ['1HGCM82633AO04352', ACCORD, 'the letter O for a zero'],
    ['1HGCM82633AQ04352', ACCORD, 'a Q for a zero'],
    ['IHGCM82633A004352', ACCORD, 'the letter I for a one'],
    ['1FTFW1ET9BFC31A70', '1FTFW1ET9BFC31870', 'A for 8'],
  ])('%s is mended to %s: %s', (heard, meant) => {
    expect(suggestVin(heard)).toBe(meant);
    expect(isValidVin(meant)).toBe(true);
  });

  it.each([
    ['1HGCN82633A004352', 'N for M, and other changes fit as well'],
    ['1HGPM82633A004352', 'P for C, and other changes fit as well'],
    ['1HGCM82633J004352', 'J for A counts the same in the check sum: it is right as it stands'],
    ['1HGCM82633A004392', '9 for 5, and other changes fit as well'],
    ['IHGCM82633AO04352', 'two letters that no VIN has'],
    ['1HGCM82633A00435I', 'a one that makes no sense here'],
    ['22222222222222222', 'nothing here sounds like anything else'],
    [ACCORD, 'nothing is wrong with it'],
    ['1HGCM82633A00435', 'a character is missing'],
    ['1HGCM82633A0043522', 'a character is too many'],
    ['', 'nothing was heard'],
  ])('%s is left alone: %s', (heard) => {
    expect(suggestVin(heard)).toBeUndefined();
  });
});

const LETTERS = Array.from('ABCDEFGHJKLMNPRSTUVWXYZ');
const ANY = [...LETTERS, ...Array.from('0123456789')];
const characters = (from: string[], length: number) =>
  fc.string({ unit: fc.constantFrom(...from), minLength: length, maxLength: length });
const vinArbitrary = fc
  .record({
    wmi: characters(ANY, 3),
    descriptor: fc
      .tuple(characters(ANY, 3), characters(LETTERS, 1), characters(ANY, 1))
      .map((parts) => parts.join('')),
    year: fc.integer({ min: 2010, max: 2039 }),
    plant: characters(ANY, 1),
    serial: fc.integer({ min: 0, max: 999_999 }),
  })
  .map(composeVin);

/** As people confuse them; written again, so that the code is not its own witness. */
const CONFUSED = [
  'B C D E G P T V Z 3'.split(' '),
  ['M', 'N'],
  ['F', 'S', 'X'],
  ['A', 'H', '8'],
  ['5', '9'],
  ['A', 'J', 'K'],
  ['G', 'J'],
];

it('never offers anything but what was said, when one character was misheard', () => {
  let offered = 0;
  fc.assert(
    fc.property(vinArbitrary, fc.nat(16), fc.nat(20), (vin, place, choice) => {
      const others = CONFUSED.filter((group) => group.includes(vin.charAt(place)))
        .flat()
        .filter((other) => other !== vin.charAt(place));
      fc.pre(others.length > 0);
      const heard = vin.slice(0, place) + others[choice % others.length] + vin.slice(place + 1);
      const suggestion = suggestVin(heard);
      if (suggestion !== undefined) offered += 1;
      expect([undefined, vin]).toContain(suggestion);
    }),
    { numRuns: 3_000 },
  );
  expect(offered).toBeGreaterThan(100);
});

it('offers only valid VINs that differ by one character, whatever was heard', () => {
  fc.assert(
    fc.property(characters([...ANY, 'I', 'O', 'Q'], 17), (heard) => {
      const suggestion = suggestVin(heard);
      if (suggestion === undefined) return;
      expect(isValidVin(suggestion)).toBe(true);
      expect(Array.from(suggestion).filter((one, place) => one !== heard[place])).toHaveLength(1);
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['1hg cm8 2633-a004352', ACCORD],
  [' 1.H.G, C M 8 2 6 3 3 A 0 0 4 3 5 2 ', ACCORD],
])('reads %j without what comes with reading out', (text, vin) => {
  expect(foldVin(text)).toBe(vin);
});
