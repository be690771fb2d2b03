/** What a caller may prove themselves with, made comparable, and compared. Pure, and without a word about which part failed. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ok, type Result, refuse } from '../lib/result.ts';
import { parseDate } from './local-time.ts';
import { isValidVin } from './vin.ts';

/** As heard. Null or blank: not given. */
export interface Claim {
  /** `YYYY-MM-DD`, said whole in one statement. */
  dateOfBirth?: string | null;
  /** All 17 characters, or the last 8. */
  vin?: string | null;
  /** House number and street; a factor only together with the ZIP code. */
  streetAddress?: string | null;
  zipCode?: string | null;
}

/** A claim that can be compared, in the same form as what is on file. */
export interface Factors {
  dateOfBirth?: string;
  vin?: string;
  address?: string;
}

/** What cannot be right whoever is calling: asked again, and not held against them. */
export type ClaimFault = 'date_of_birth' | 'vin' | 'street_address' | 'zip_code' | 'nothing_given';

export interface FactorsOnFile {
  dateOfBirth: string | null;
  streetAddress: string | null;
  zipCode: string | null;
  /** Of the vehicles in use. */
  vins: readonly (string | null)[];
}

/** Nobody alive was born before. */
const EARLIEST_BIRTH_YEAR = 1900;

/** `today` is the dealership's date; whoever was born after it was not. */
export function readClaim(claim: Claim, today: Temporal.PlainDate): Result<Factors, readonly ClaimFault[]> {
  const faults: ClaimFault[] = [];
  const factors: Factors = {};
  const birth = claim.dateOfBirth?.trim();
  if (birth) {
    const date = parseDate(birth);
    const isPossible =
      date && date.year >= EARLIEST_BIRTH_YEAR && Temporal.PlainDate.compare(date, today) <= 0;
    if (isPossible) factors.dateOfBirth = birth;
    else faults.push('date_of_birth');
  }
  const vin = claim.vin?.replace(/[\s.-]/g, '').toUpperCase();
  if (vin) {
    const isPossible = vin.length === 17 ? isValidVin(vin) : /^[A-HJ-NPR-Z0-9]{8}$/.test(vin);
    if (isPossible) factors.vin = vin;
    else faults.push('vin');
  }
  if (claim.streetAddress?.trim() || claim.zipCode?.trim()) {
    const street = normaliseStreet(claim.streetAddress ?? '');
    const zip = normaliseZip(claim.zipCode ?? '');
    if (street === undefined) faults.push('street_address');
    if (zip === undefined) faults.push('zip_code');
    if (street !== undefined && zip !== undefined) factors.address = `${street} ${zip}`;
  }
  if (faults.length > 0) return refuse(faults);
  return countFactors(factors) > 0 ? ok(factors) : refuse(['nothing_given']);
}

export function countFactors(factors: Factors): number {
  return Object.keys(factors).length;
}

/**
 * How many of the claimed factors agree with the record, and whether one disagrees. What the record does not have
 * neither agrees nor disagrees. Always the same comparisons, whatever is claimed and whether there is a record at all.
 */
export function compareFactors(
  claimed: Factors,
  file: FactorsOnFile | undefined,
): { matched: number; isContradicted: boolean } {
  const street = normaliseStreet(file?.streetAddress ?? '');
  const zip = normaliseZip(file?.zipCode ?? '');
  const address = street !== undefined && zip !== undefined ? [`${street} ${zip}`] : [];
  const vins = (file?.vins ?? []).flatMap((vin) => vin ?? []);
  const outcomes = [
    compare(claimed.dateOfBirth, file?.dateOfBirth ? [file.dateOfBirth] : [], 1),
    compare(claimed.vin, vins, MANY_CARS, claimed.vin?.length),
    compare(claimed.address, address, 1),
  ];
  return {
    matched: outcomes.filter((outcome) => outcome === 'matches').length,
    isContradicted: outcomes.includes('differs'),
  };
}

/** As many comparisons as a household has cars, also for one that has fewer. */
const MANY_CARS = 8;
/** Digests are compared, not texts, and nobody outside this process can compute them. */
const KEY = randomBytes(32);
const digest = (text: string) => createHmac('sha256', KEY).update(text).digest();

/** `tail`: compare only this many of the last characters on file. */
function compare(
  claimed: string | undefined,
  onFile: readonly string[],
  least: number,
  tail?: number,
): 'matches' | 'differs' | 'not_compared' {
  const wanted = digest(`claimed ${claimed ?? ''}`);
  const padded = [
    ...onFile.map((text) => `claimed ${text.slice(-(tail ?? text.length))}`),
    ...Array.from({ length: Math.max(0, least - onFile.length) }, () => 'nothing on file'),
  ];
  const hits = padded.filter((text) => timingSafeEqual(digest(text), wanted)).length;
  if (claimed === undefined || onFile.length === 0) return 'not_compared';
  return hits > 0 ? 'matches' : 'differs';
}

/** ZIP+4 counts as its ZIP. */
function normaliseZip(text: string): string | undefined {
  return /^(\d{5})(-?\d{4})?$/.exec(text.replace(/\s/g, ''))?.[1];
}

/** One spelling of each word that addresses abbreviate, so that `12 N. Oak Street` is `12 North Oak St`. */
const ABBREVIATIONS = new Map(
  Object.entries({
    st: 'street str saint',
    ave: 'avenue av',
    blvd: 'boulevard',
    rd: 'road',
    dr: 'drive',
    ln: 'lane',
    ct: 'court',
    cir: 'circle',
    pl: 'place',
    ter: 'terrace',
    pkwy: 'parkway',
    hwy: 'highway',
    sq: 'square',
    trl: 'trail',
    aly: 'alley',
    mt: 'mount',
    n: 'north',
    s: 'south',
    e: 'east',
    w: 'west',
    ne: 'northeast',
    nw: 'northwest',
    se: 'southeast',
    sw: 'southwest',
    '1st': 'first',
    '2nd': 'second',
    '3rd': 'third',
    '4th': 'fourth',
    '5th': 'fifth',
    '6th': 'sixth',
    '7th': 'seventh',
    '8th': 'eighth',
    '9th': 'ninth',
    '10th': 'tenth',
  }).flatMap(([short, words]) => words.split(' ').map((word): [string, string] => [word, short])),
);

/** The flat and the city are no part of the proof. Undefined without a house number or without a street. */
function normaliseStreet(text: string): string | undefined {
  const line =
    text
      .normalize('NFKD')
      .replace(/[\p{M}'’.]/gu, '')
      .toLowerCase()
      .replace(/^(\s*\d\w*)\s*,/, '$1 ')
      .split(/,|#|\b(?:apt|apartment|unit|suite|ste)\b/)[0] ?? '';
  const words = line
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .map((word) => ABBREVIATIONS.get(word) ?? word);
  const [house = '', ...street] = words;
  if (!/^\d+[a-z]?$/.test(house) || !/\p{L}|\p{N}/u.test(street.join(''))) return undefined;
  return [house, ...street].join(' ');
}
