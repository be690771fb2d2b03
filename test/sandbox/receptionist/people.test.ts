/** Names, e-mail addresses, telephone numbers and assent, as callers say them. */

import { describe, expect, it } from 'vitest';
import { readEmail } from '../../../src/sandbox/receptionist/emails.ts';
import { readName } from '../../../src/sandbox/receptionist/names.ts';
import { readDigits, readYear } from '../../../src/sandbox/receptionist/numbers.ts';
import { readPhone } from '../../../src/sandbox/receptionist/phones.ts';
import { readReply } from '../../../src/sandbox/receptionist/replies.ts';
import { joinWords, toWords } from '../../../src/sandbox/receptionist/words.ts';

describe('readName', () => {
  it.each([
    ['Daniel Ortiz. O R T I Z.', false, 'Daniel', 'Ortiz'],
    ["I'm new. Helen Sato, S A T O.", false, 'Helen', 'Sato'],
    ['Grace Lindquist. L I N D Q V I S T.', false, 'Grace', 'Lindqvist'],
    ['nina kowalski k o w a l s k i', true, 'Nina', 'Kowalski'],
    ['my name is anna lee', false, 'Anna', 'Lee'],
    ['this is Anna Lee, L E E, I have a question', false, 'Anna', 'Lee'],
    ['its james obrien o b r i e n', true, 'James', 'Obrien'],
    ['Jon Snow, J O N', true, 'Jon', 'Snow'],
    ['Bob Millet, M I double L E T', true, 'Bob', 'Millet'],
    ['Bo Dahl, D as in dog, A H L', true, 'Bo', 'Dahl'],
    ['maria lopez', true, 'Maria', 'Lopez'],
    ['D A N I E L. O R T I Z', true, 'Daniel', 'Ortiz'],
  ])('hears %j (asked for: %j) as %s %s', (text, isExpected, first, last) => {
    expect(readName(toWords(text), isExpected)).toMatchObject({ first, last });
  });

  it.each([
    'yeah first time',
    'I need an oil change',
    'this is urgent',
    "I'm new",
    'nine works',
    'yes please',
  ])('hears no name in %j', (text) => {
    expect(readName(toWords(text))).toBeUndefined();
  });

  it('takes a single word for the last name when only that is missing', () => {
    expect(readName(toWords('ortiz'), true, true)).toMatchObject({ last: 'Ortiz' });
  });
});

describe('readEmail', () => {
  it.each([
    ['email is daniel dot ortiz at example dot com', 'daniel.ortiz@example.com'],
    ['helen at example dot com. This number is fine.', 'helen@example.com'],
    ['nina k at example dot com.', 'ninak@example.com'],
    ['daniel.ortiz@example.com', 'daniel.ortiz@example.com'],
    ["it's bob underscore stone two at g mail dot com thanks", 'bob_stone2@gmail.com'],
    ['my email address is a dot b at mail dot example dot org', 'a.b@mail.example.org'],
  ])('hears %j as %s', (text, expected) => {
    expect(readEmail(toWords(text))?.email).toBe(expected);
  });

  it.each(['at nine thirty', 'meet me at the shop', 'dot com'])('hears no address in %j', (text) => {
    expect(readEmail(toWords(text))).toBeUndefined();
  });
});

describe('readPhone', () => {
  it.each([
    ['two one seven, five five five, oh one nine seven', '+12175550197'],
    ['My number is 217-555-0197', '+12175550197'],
    ['(217) 555-0197', '+12175550197'],
    ['2175550197', '+12175550197'],
    ['area code two one seven, triple five, zero one ninety seven', '+12175550197'],
    ['one two one seven five five five oh one nine seven', '+12175550197'],
    ['five five five oh one nine seven', undefined],
  ])('hears %j as %s', (text, expected) => {
    expect(readPhone(toWords(text))?.phone).toBe(expected);
  });

  it('hears no number in a model year or a time', () => {
    expect(readPhone(toWords('a 2021 civic at nine thirty'))).toBeUndefined();
  });
});

describe('numbers', () => {
  it.each([
    ['2019', 2019],
    ['twenty nineteen', 2019],
    ['twenty twenty one', 2021],
    ['twenty oh nine', 2009],
    ['two thousand five', 2005],
    ['two thousand and twelve', 2012],
    ['nineteen ninety eight', 1998],
    ['twenty five', undefined],
  ])('reads the year %j as %j', (text, expected) => {
    const year = readYear(toWords(text), 0)?.value;
    expect(year).toBe(expected);
  });

  it.each([
    ['one fifty', '150'],
    ['twenty five hundred', '2500'],
    ['double five oh', '550'],
    ['fifteen hundred', '1500'],
  ])('writes the digits of %j as %s', (text, expected) => {
    expect(readDigits(toWords(text), 0).digits).toBe(expected);
  });
});

describe('readReply', () => {
  const reply = (text: string) => readReply(joinWords(toWords(text)));

  it.each([
    'yeah',
    "Yes, that's right.",
    'sounds good',
    'yep book it',
    'Yes yes that’s right',
    'ok',
    'mm hmm',
    'Nine, yeah.',
    'perfect',
  ])('takes %j for a firm yes', (text) => {
    expect(reply(text)).toMatchObject({ isYes: true, isFirmYes: true, isNo: false });
  });

  it.each(['nope', 'no wait', "no, that's wrong", 'not really', "I don't think so"])(
    'takes %j for a no',
    (text) => {
      expect(reply(text)).toMatchObject({ isFirmYes: false, isNo: true });
    },
  );

  it.each([
    'yes but make it ten',
    'okay hold on',
    'yeah wait',
    'thank you goodbye',
    'ok bye',
    'the right front tire',
    'hmm',
  ])('does not book on %j', (text) => {
    expect(reply(text).isFirmYes).toBe(false);
  });
});
