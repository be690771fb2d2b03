import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speakable } from '../../src/speech/speakable.ts';

/** What the model writes, and what the caller should hear. */
const tables: Record<string, readonly (readonly [string, string])[]> = {
  'plain words': [
    ['Sure, I can help with that.', 'Sure, I can help with that.'],
    ["I'm sorry, we don't do that.", "I'm sorry, we don't do that."],
    ['Let me see... okay.', 'Let me see... okay.'],
    ['Is that right? Great!', 'Is that right? Great!'],
    ['a check-in for José', 'a check-in for José'],
    ['', ''],
    ['   ', ''],
  ],
  dates: [
    ['2026-05-26T09:00', 'Tuesday, May twenty-sixth, at nine in the morning'],
    [
      'See you 2026-05-26T13:30:00-05:00.',
      'See you Tuesday, May twenty-sixth, at one thirty in the afternoon.',
    ],
    ['2026-05-26', 'Tuesday, May twenty-sixth'],
    ['Tuesday, 2026-05-26', 'Tuesday, May twenty-sixth'],
    ['born 1985-04-12', 'born April twelfth, nineteen eighty-five'],
    ['on 05/26/2026', 'on Tuesday, May twenty-sixth'],
    ['on 5/26', 'on May twenty-sixth'],
    ['May 26', 'May twenty-sixth'],
    ['May 26th at noon', 'May twenty-sixth at noon'],
    ['Tuesday, May 26, 2026, works.', 'Tuesday, May twenty-sixth, twenty twenty-six, works.'],
    ['Tue, May 26', 'Tuesday, May twenty-sixth'],
    ['May 26-28', 'May twenty-sixth to twenty-eighth'],
    ['the 26th of May', 'the May twenty-sixth'],
    ['Friday the 22nd', 'Friday the twenty-second'],
    ['Jan. 3', 'January third'],
    ['2026-13-45', 'two thousand twenty-six to thirteen to forty-five'],
    ['Mon-Fri', 'Monday to Friday'],
  ],
  times: [
    ['13:30', 'one thirty in the afternoon'],
    ['12:00', 'noon'],
    ['8:05', 'eight oh five'],
    ['09:00', 'nine in the morning'],
    ['00:00', 'midnight'],
    ['9:00', "nine o'clock"],
    ['9:00 AM', 'nine in the morning'],
    ['at 9 a.m. tomorrow', 'at nine in the morning tomorrow'],
    ['We open at 9 a.m.', 'We open at nine in the morning.'],
    ['12 PM', 'noon'],
    ['12:30 PM', 'twelve thirty in the afternoon'],
    ['6pm', 'six in the evening'],
    ['10:15 p.m.', 'ten fifteen at night.'],
    ['9:00 in the morning', 'nine in the morning'],
    ['8:00 AM - 5:00 PM', 'eight in the morning to five in the evening'],
    ['from 9 to 11 AM', "from nine o'clock to eleven in the morning"],
    ['7:30-17:30', 'seven thirty to five thirty in the evening'],
    ['We are here 24/7.', 'We are here twenty-four seven.'],
  ],
  money: [
    ['$40-$80', 'between forty and eighty dollars'],
    ['$40–80', 'between forty and eighty dollars'],
    ['from $40 to $80', 'from forty to eighty dollars'],
    ['between $40 and $80', 'between forty and eighty dollars'],
    ['$412.50', 'four hundred twelve dollars and fifty cents'],
    ['$1', 'one dollar'],
    ['$0.99', 'ninety-nine cents'],
    ['$1,249.', 'one thousand two hundred forty-nine dollars.'],
    ['$120/hour', 'one hundred twenty dollars per hour'],
    ['$5k', 'five thousand dollars'],
    [
      '$79.95-$99.95',
      'between seventy-nine dollars and ninety-five cents and ninety-nine dollars and ninety-five cents',
    ],
  ],
  quantities: [
    ['48,200 miles', 'forty-eight thousand two hundred miles'],
    ['60k miles', 'sixty thousand miles'],
    ['the 60,000-mile service', 'the sixty thousand mile service'],
    ['15%', 'fifteen percent'],
    ['10-15%', 'ten to fifteen percent'],
    ['3.5%', 'three point five percent'],
    ['30-45 minutes', 'thirty to forty-five minutes'],
    ['about 2.5 hrs', 'about two point five hours'],
    ['a 10-point check', 'a ten-point check'],
    ['35 psi', 'thirty-five P S I'],
    ['5.3L', 'five point three liter'],
    ['4/32 of an inch', 'four thirty-seconds of an inch'],
    ['1/2 hour', 'one half hour'],
    ['I have 2 bays', 'I have two bays'],
    ['1,000,000', 'one million'],
  ],
  vehicles: [
    ['F-150', 'F one fifty'],
    ['CR-V', 'C R V'],
    ['RAV4', 'rav four'],
    ['GLC', 'G L C'],
    ['2019 Honda', 'twenty nineteen Honda'],
    ['2005 Ford F-250', 'two thousand five Ford F two fifty'],
    ['your 2021 CX-5', 'your twenty twenty-one C X five'],
    ['Silverado 1500', 'Silverado fifteen hundred'],
    ['a 4Runner', 'a four runner'],
    ['ES 350', 'E S three fifty'],
    ['Mazda3', 'Mazda three'],
    ['Model 3', 'Model three'],
    ['V6', 'V six'],
    ['5W-30', 'five W thirty'],
    ['0W-20 synthetic', 'zero W twenty synthetic'],
    ['code P0420', 'code P oh four two oh'],
    ['VIN 1HGCM82633A004352', 'VIN ending in three A oh oh, four three five two'],
    ['ending in 1HGCM82633A004352', 'ending in three A oh oh, four three five two'],
    ['WBA3B5C50FF123456', 'ending in F as in foxtrot F as in foxtrot one two, three four five six'],
    ['plate ABC 1234', 'plate Alpha Bravo Charlie, one two three four'],
  ],
  identifiers: [
    ['+12175550100', 'two one seven, ... five five five, ... oh one oh oh'],
    ['(217) 555-0100', 'two one seven, ... five five five, ... oh one oh oh'],
    ['call 217-555-0142.', 'call two one seven, ... five five five, ... oh one four two.'],
    ['1-800-555-0100', 'one eight hundred, ... five five five, ... oh one oh oh'],
    ['555-0100', 'five five five, ... oh one oh oh'],
    ['ZIP code 62704', 'ZIP code six two seven oh four'],
    ['Springfield, IL 62704', 'Springfield, IL six two seven oh four'],
    ['62,704 miles', 'sixty-two thousand seven hundred four miles'],
    ['confirmation number 4821', 'confirmation number four eight two one'],
    ['RO 10432', 'R O one oh four three two'],
    ['bay #5', 'bay number five'],
    ['bay No. 5', 'bay number five'],
    ['ending in 4352', 'ending in four three five two'],
    ['daniel.ortiz@example.com', 'daniel dot ortiz at example dot com'],
    ['1420 Main St.', 'fourteen twenty Main Street.'],
    ['visit northside.com today', 'visit northside dot com today'],
    ['0042', 'oh oh four two'],
    ['123456789', 'one two three four, five six seven eight, nine'],
  ],
  markup: [
    ['**Oil change** and _tires_', 'Oil change and tires'],
    ['# Options\n- Oil change\n- Tire rotation', 'Options, Oil change, Tire rotation'],
    ['1. Brakes\n2. Tires', 'Brakes, Tires'],
    ['See [our menu](https://x.test/menu) now', 'See our menu now'],
    ['Go to https://example.com/a?b=1. Thanks', 'Go to. Thanks'],
    ['`code` and ```\nblock\n```', 'code and'],
    ['<speak>Hi <break time="1s"/>there</speak>', 'Hi there'],
    ['Great 👍🏽 see you 🚗!', 'Great see you!'],
    ['| a | b |\n|---|---|\n| c | d |', 'a, b, c, d'],
    ['Oil & filter', 'Oil and filter'],
    ['brakes/tires', 'brakes tires'],
    ['about an hour (maybe less).', 'about an hour, maybe less.'],
    ['“Quoted” text', 'Quoted text'],
    ['yes — of course', 'yes, of course'],
    ['id 3f2b8c1e-1111-4222-8333-123456789abc done', 'id done'],
    ['½ hour', 'one half hour'],
    ['§ ¶ ‖', ''],
  ],
};

for (const [name, rows] of Object.entries(tables)) {
  describe(`speakable on ${name}`, () => {
    it.each(rows)('reads %j as %j', (written, spoken) => {
      expect(speakable(written)).toBe(spoken);
    });

    it.each(rows)('leaves its own reading of %j as it is', (_, spoken) => {
      expect(speakable(spoken)).toBe(spoken);
    });
  });
}

describe('speakable on anything', () => {
  const figure = fc.oneof(
    fc.integer({ min: 0, max: 2_000_000 }).map(String),
    fc.integer({ min: 1000, max: 999_999 }).map((value) => value.toLocaleString('en-US')),
    fc.double({ min: 0, max: 9999, noNaN: true }).map((value) => value.toFixed(2)),
    fc.constantFrom(
      '9:00',
      '13:30',
      '2026-05-26',
      '5/26',
      '217-555-0100',
      '5W-30',
      '26th',
      '62704',
      '1HGCM82633A004352',
    ),
  );
  const word = fc.constantFrom(
    'the',
    'Honda',
    'May',
    'miles',
    'AM',
    'p.m.',
    'ZIP',
    'No.',
    'at',
    'on',
    'plate',
    'F-150',
    'dollars',
    'Tue',
    'St.',
    'and',
    'x',
    'K',
    'to',
  );
  const mark = fc.constantFrom(
    ' ',
    ' ',
    ' ',
    '-',
    '–',
    '—',
    ',',
    '. ',
    '...',
    '$',
    '%',
    '#',
    '**',
    '_',
    '`',
    '/',
    '(',
    ')',
    '[',
    '](',
    '\n',
    '\n- ',
    '|',
    '<b>',
    '@',
    '&',
    '~',
    '+',
    ':',
    '👍',
    "'",
  );
  const written = fc.array(fc.oneof(figure, word, mark), { maxLength: 30 }).map((parts) => parts.join(''));
  const clean = /^[\p{L}\s.,;:?!'-]*$/u;

  it('leaves no figure, no markup and no symbol in what a model may write', () => {
    fc.assert(
      fc.property(written, (text) => clean.test(speakable(text))),
      { numRuns: 1000 },
    );
  });

  it('leaves no figure, no markup and no symbol in any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => clean.test(speakable(text))),
      { numRuns: 1000 },
    );
  });

  it('reads its own reading of figures and words unchanged', () => {
    const spaced = fc
      .array(fc.tuple(fc.oneof(figure, word), fc.constantFrom('', ',', '.', '?')), { maxLength: 20 })
      .map((parts) => parts.map((part) => part.join('')).join(' '));
    fc.assert(
      fc.property(spaced, (text) => {
        const spoken = speakable(text);
        expect(speakable(spoken)).toBe(spoken);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves sentences of plain words exactly as they are', () => {
    const plain = fc
      .array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 12 })
      .filter((words) => !words.some((each) => /^(vs|approx|appt)$/.test(each)))
      .map((words) => `${words.join(' ')}.`);
    fc.assert(
      fc.property(plain, (text) => {
        expect(speakable(text)).toBe(text);
      }),
    );
  });

  it.each([' ', '1', '1-', '$1,', 'a.', '_', '*', '[', '(', '<a ', '2026-', '9:', 'A1', '\n', '|', '`'])(
    'takes no more than a moment for %j repeated endlessly',
    (piece) => {
      const began = performance.now();
      speakable(piece.repeat(5_000));
      expect(performance.now() - began).toBeLessThan(1_000);
    },
  );
});
