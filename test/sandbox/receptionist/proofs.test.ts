/** What callers say to prove who they are, and what they want of a visit made before. */

import { describe, expect, it } from 'vitest';
import { readAddress } from '../../../src/sandbox/receptionist/addresses.ts';
import { readBirthDate } from '../../../src/sandbox/receptionist/birth-dates.ts';
import { readCancelReason, readErrandKind } from '../../../src/sandbox/receptionist/errands.ts';
import { namesNumber, withoutNumber } from '../../../src/sandbox/receptionist/hearing-errand.ts';
import { readDepartment } from '../../../src/sandbox/receptionist/reaching-people.ts';
import { readVin } from '../../../src/sandbox/receptionist/vins.ts';
import { readWish } from '../../../src/sandbox/receptionist/wishes.ts';
import { joinWords, toWords } from '../../../src/sandbox/receptionist/words.ts';

const TODAY = '2026-05-21';
const plain = (text: string) => joinWords(toWords(text));

describe('a date of birth', () => {
  it.each([
    ['March eighth, nineteen ninety.', '1990-03-08'],
    ['June fifteenth nineteen eighty five', '1985-06-15'],
    ['the eighth of March, 1990', '1990-03-08'],
    ['March the 8th of nineteen ninety', '1990-03-08'],
    ['3/8/1990', '1990-03-08'],
    ['03/08/90', '1990-03-08'],
    ['1990-03-08', '1990-03-08'],
    ['february third nineteen oh five', '1905-02-03'],
    ['may 1st two thousand and one', '2001-05-01'],
    ['December eleventh twenty oh one', '2001-12-11'],
    ['Uh, January first nineteen ninety?', '1990-01-01'],
    ['not the third, I mean april fourth 1959', '1959-04-04'],
    ['march 9 1990, sorry, march 8 1990', '1990-03-08'],
  ])('is heard unasked in "%s"', (text, date) => {
    expect(readBirthDate(toWords(text), TODAY)?.date).toBe(date);
  });

  it.each([
    ['oh three oh eight nineteen ninety', '1990-03-08'],
    ['three eight nineteen ninety', '1990-03-08'],
    ['03081990', '1990-03-08'],
    ['march eighth ninety', '1990-03-08'],
    ['six fifteen eighty five', undefined],
  ])('is heard in "%s" when it was asked for', (text, date) => {
    expect(readBirthDate(toWords(text), TODAY, true)?.date).toBe(date);
  });

  it.each([
    'friday the twenty-ninth at ten',
    'may 26th 2026',
    'a 2021 honda civic',
    'two one seven five five five oh one nine seven',
    'oil change on may 19th',
  ])('is not heard in "%s"', (text) => {
    expect(readBirthDate(toWords(text), TODAY)).toBeUndefined();
  });

  it.each(['February second then?', 'february thirtieth nineteen ninety'])(
    'has no date in "%s", which is not a whole or a real one',
    (text) => {
      const mention = readBirthDate(toWords(text), TODAY, true);
      expect(mention).toBeDefined();
      expect(mention?.date).toBeUndefined();
    },
  );
});

describe('a VIN', () => {
  it.each([
    ['1HGCV1F37KA014501', '1HGCV1F37KA014501'],
    ['my vin is 1HGCV 1F37K A014501', '1HGCV1F37KA014501'],
    ['one H G C V one F three seven K A zero one four five zero one', '1HGCV1F37KA014501'],
    ['1 h g c v as in victor 1 f 37 k a oh one four five oh one', '1HGCV1F37KA014501'],
  ])('is heard whole in "%s"', (text, vin) => {
    expect(readVin(toWords(text))).toMatchObject({ vin, isWhole: true });
  });

  it.each([
    ['K A zero one four five zero one', 'KA014501'],
    ['the last eight are k for kilo a 014501', 'KA014501'],
    ['K A double oh four five zero one', 'KA004501'],
    ['KA014501', 'KA014501'],
  ])('gives its last eight in "%s" when asked for', (text, vin) => {
    expect(readVin(toWords(text), true)).toMatchObject({ vin, isWhole: false });
    expect(readVin(toWords(text))).toBeUndefined();
  });

  it.each(['O R T I Z', 'two one seven five five five oh one nine seven', 'a 2021 honda civic', 'at ten'])(
    'is not heard in "%s"',
    (text) => {
      expect(readVin(toWords(text))).toBeUndefined();
    },
  );
});

describe('an address', () => {
  it.each([
    ['482 Maple Avenue, 62704', '482 Maple Avenue', '62704'],
    ['four eighty two Maple Avenue, six two seven oh four', '482 Maple Avenue', '62704'],
    ['twenty two ten Monroe Street Springfield Illinois zip code 62704', '2210 Monroe Street', '62704'],
    ['one hundred five North Oak Road, zip six two seven zero three', '105 North Oak Road', '62703'],
    ['nine Elm Street', '9 Elm Street', undefined],
    ['1502 Jefferson, 62702', '1502 Jefferson', '62702'],
    ['62704', undefined, '62704'],
  ])('is heard in "%s"', (text, street, zip) => {
    const heard = readAddress(toWords(text), true);
    expect([heard?.street, heard?.zip]).toEqual([street, zip]);
  });

  it.each(['friday at ten', 'the twenty ninth', 'yes that one'])('is not heard in "%s"', (text) => {
    expect(readAddress(toWords(text), true)).toBeUndefined();
  });
});

describe('what is wanted of a visit made before', () => {
  it.each([
    ['I need to move my appointment', 'existing-visit', 'move'],
    ["I'd like to cancel Lisa's appointment.", 'existing-visit', 'cancel'],
    ['Can I move my inspection to Saturday?', 'existing-visit', 'move'],
    ["I can't make my appointment tomorrow", 'existing-visit', 'move'],
    ['when is my appointment', 'existing-visit', 'see'],
    ['I want to confirm my appointment', 'existing-visit', 'confirm'],
    ['I want reminders again', 'reminders', 'see'],
    ["I'd like to get an oil change", undefined, 'see'],
    ['an oil change appointment on friday', undefined, 'see'],
  ])('is told by "%s"', (text, wish, kind) => {
    expect(readWish(plain(text))).toBe(wish);
    expect(readErrandKind(plain(text))).toBe(kind);
  });

  it.each([
    ['I sold the car', 'vehicle_sold'],
    ['my cousin already did it', 'got_service_elsewhere'],
    ['the noise went away', 'issue_resolved'],
    ["I'm out of town", 'schedule_conflict'],
    ['none of your business', undefined],
  ])('is called off because "%s"', (text, reason) => {
    expect(readCancelReason(plain(text))).toBe(reason);
  });

  it.each([
    ['cancel appointment number 17 please', 'cancel appointment please'],
    ['cancel number 5f2c-77aa, not the oil change', 'cancel, not the oil change'],
    ['my number is 217 555 0197', 'my number is 217 555 0197'],
  ])('goes by no number: "%s"', (text, rest) => {
    expect(withoutNumber(text)).toBe(rest);
    expect(namesNumber(text)).toBe(text !== rest);
  });

  it.each([
    ['please stop calling me', 'no-reminders'],
    ['no more reminders', 'no-reminders'],
    ['take me off your list', 'no-reminders'],
    ["don't call me back before noon", 'call-back'],
    ['can you text me that', 'text'],
    ['send me a text', 'text'],
    ['what do you think is wrong with it', 'diagnosis'],
    ['I want a manager right now', 'person'],
    ['have someone call me about my bill', 'call-back'],
  ])('is heard as a wish in "%s"', (text, wish) => {
    expect(readWish(plain(text))).toBe(wish);
  });

  it.each([
    ['let me talk to the manager', 'service_manager'],
    ['the parts department', 'parts'],
    ['sales please', 'sales'],
    ['a person', 'service_advisor'],
  ])('is for the right desk: "%s"', (text, department) => {
    expect(readDepartment(plain(text))).toBe(department);
  });
});
