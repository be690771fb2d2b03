import { describe, expect, it } from 'vitest';
import {
  type Claim,
  compareFactors,
  type Factors,
  readClaim,
} from '../../src/dealership/identity-factors.ts';

const today = Temporal.PlainDate.from('2026-05-21');
const read = (claim: Claim) => readClaim(claim, today);

const FILE = {
  dateOfBirth: '1985-06-15',
  streetAddress: '42 North Oak Street, Apt 3',
  zipCode: '62704-1234',
  vins: ['1HGCV1F37KA014501', null, '2HKRM4H56GH602112'],
};
const matches = (claim: Claim, file: Parameters<typeof compareFactors>[1] = FILE) => {
  const claimed = read(claim);
  if (!claimed.ok) throw new Error(`Not a claim: ${claimed.refusal.join()}`);
  return compareFactors(claimed.value, file);
};
const ONE = { matched: 1, isContradicted: false };
const WRONG = { matched: 0, isContradicted: true };

describe('a date of birth', () => {
  it.each(['1985-06-15', ' 1985-06-15 '])('is the whole date: %s', (dateOfBirth) => {
    expect(matches({ dateOfBirth })).toEqual(ONE);
  });

  it.each(['1985-06-16', '1985-05-15', '1984-06-15', '1986-06-15', '1958-06-15'])(
    'that is near is wrong: %s',
    (dateOfBirth) => {
      expect(matches({ dateOfBirth })).toEqual(WRONG);
    },
  );

  it.each([
    '85-06-15',
    '0085-06-15',
    '1985-6-15',
    '06/15/1985',
    '1990-02-30',
    '1990-13-01',
    '1985-06',
    '1985',
    '1899-12-31',
    '2026-05-22',
    '3026-01-01',
    'June 15, 1985',
    '1985-06-15 or 1985-06-16',
  ])('cannot be %s, whoever is calling', (dateOfBirth) => {
    expect(read({ dateOfBirth })).toEqual({ ok: false, refusal: ['date_of_birth'] });
  });

  it('may be today, and 29 February', () => {
    expect(read({ dateOfBirth: '2026-05-21' }).ok).toBe(true);
    expect(read({ dateOfBirth: '2000-02-29' }).ok).toBe(true);
  });
});

describe('a VIN', () => {
  it.each([
    '1HGCV1F37KA014501',
    '1hgcv1f3 7ka 014501',
    '7KA014501'.slice(1),
    'ka-01-45-01',
    '2HKRM4H56GH602112',
    'GH602112',
  ])('matches whole or by its last eight, of any car: %s', (vin) => {
    expect(matches({ vin })).toEqual(ONE);
  });

  it.each(['KA014502', 'A0145011', '1HGCM82633A004352'])('that is another is wrong: %s', (vin) => {
    expect(matches({ vin })).toEqual(WRONG);
  });

  it.each([
    'KAO14501',
    'KAI14501',
    'KAQ14501',
    '014501',
    'A014501',
    '7KA014501',
    '1HGCV1F37KA01450',
    '1HGCV1F37KA0145011',
    '1HGCV1F38KA014501',
    '%_______',
    '________',
  ])('cannot be %s, whoever is calling', (vin) => {
    expect(read({ vin })).toEqual({ ok: false, refusal: ['vin'] });
  });
});

describe('an address', () => {
  it.each([
    ['42 North Oak Street', '62704'],
    ['42 n. oak st.', '62704'],
    ['42 N OAK ST', '62704-9999'],
    ['42  north   oak   street, Springfield', '62 704'],
    ['42, North Oak Street Apt 9', '62704'],
    ['42 North Oak Street #7', '627041234'],
  ])('is compared by what it means: %s, %s', (streetAddress, zipCode) => {
    expect(matches({ streetAddress, zipCode })).toEqual(ONE);
  });

  it.each([
    ['42 North Oak Street', '62703'],
    ['43 North Oak Street', '62704'],
    ['42 South Oak Street', '62704'],
    ['42 Oak Street', '62704'],
    ['42 North Oak Avenue', '62704'],
    ['42 North Oak', '62704'],
    ['42 North Oaks Street', '62704'],
    ['4 North Oak Street', '62704'],
    ['42a North Oak Street', '62704'],
    ['1 a', '62704'],
  ])('is wrong when any of the three is: %s, %s', (streetAddress, zipCode) => {
    expect(matches({ streetAddress, zipCode })).toEqual(WRONG);
  });

  it.each([
    ['', '62704', ['street_address']],
    ['42 North Oak Street', '', ['zip_code']],
    ['North Oak Street', '62704', ['street_address']],
    ['42', '62704', ['street_address']],
    ['42 ,', '62704', ['street_address']],
    ['42 North Oak Street', '6270', ['zip_code']],
    ['42 North Oak Street', 'six two seven', ['zip_code']],
    ['%', '%', ['street_address', 'zip_code']],
  ])('cannot be half given: %s, %s', (streetAddress, zipCode, refusal) => {
    expect(read({ streetAddress, zipCode })).toEqual({ ok: false, refusal });
  });

  it.each([
    ['7 St. Charles Avenue', '7 Saint Charles Ave'],
    ['100 Fifth Ave', '100 5th Avenue'],
    ["12 O'Fallon Blvd", '12 OFallon Boulevard'],
    ['3 Peña Drive', '3 Pena Dr'],
    ['19 Mount Vernon Rd NE', '19 Mt Vernon Road Northeast'],
  ])('on file as %s is also %s', (streetAddress, said) => {
    const file = { ...FILE, streetAddress };
    expect(matches({ streetAddress: said, zipCode: '62704' }, file)).toEqual(ONE);
  });
});

describe('several factors', () => {
  it('are all compared', () => {
    const claim = {
      dateOfBirth: '1985-06-15',
      vin: 'KA014501',
      streetAddress: '42 N Oak St',
      zipCode: '62704',
    };
    expect(matches(claim)).toEqual({ matched: 3, isContradicted: false });
    expect(matches({ ...claim, dateOfBirth: '1985-06-16' })).toEqual({ matched: 2, isContradicted: true });
  });

  it('nothing given is no claim', () => {
    expect(read({})).toEqual({ ok: false, refusal: ['nothing_given'] });
    expect(read({ dateOfBirth: ' ', vin: null, streetAddress: '', zipCode: null })).toMatchObject({
      ok: false,
    });
  });
});

describe('what is not on file', () => {
  const EMPTY = { dateOfBirth: null, streetAddress: null, zipCode: null, vins: [null] };
  it.each<[string, Claim]>([
    ['a date of birth', { dateOfBirth: '1985-06-15' }],
    ['a VIN', { vin: 'KA014501' }],
    ['an address', { streetAddress: '42 North Oak Street', zipCode: '62704' }],
  ])('(%s) neither proves nor disproves', (_, claim) => {
    expect(matches(claim, EMPTY)).toEqual({ matched: 0, isContradicted: false });
    const claimed = read(claim);
    expect(claimed.ok && compareFactors(claimed.value, undefined)).toEqual({
      matched: 0,
      isContradicted: false,
    });
  });

  it('never matches what was not given either', () => {
    const nothing: Factors = {};
    expect(compareFactors(nothing, EMPTY).matched).toBe(0);
    expect(compareFactors(nothing, undefined).matched).toBe(0);
  });

  it('of an address, one half on file is none', () => {
    const claim = { streetAddress: '42 North Oak Street', zipCode: '62704' };
    expect(matches(claim, { ...FILE, zipCode: null })).toEqual({ matched: 0, isContradicted: false });
    expect(matches(claim, { ...FILE, streetAddress: 'PO Box 12' })).toEqual({
      matched: 0,
      isContradicted: false,
    });
  });
});
