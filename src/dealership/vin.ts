/** What a vehicle identification number says by itself: check digit, model year and make (49 CFR part 565). */

/** Upper case, 17 characters, never I, O or Q: the only form that is stored. */
const SHAPE = /^[A-HJ-NPR-Z0-9]{17}$/;
/** What composeVin is given, in order with spaces between: manufacturer, descriptor, plant, serial. */
const PARTS = /^[A-HJ-NPR-Z0-9]{3} [A-HJ-NPR-Z0-9]{5} [A-HJ-NPR-Z0-9] [A-HJ-NPR-Z0-9]{6}$/;

/** What a letter counts for in the check sum: the place of its group, from 1. A digit counts for itself. */
const LETTER_GROUPS = ['AJ', 'BKS', 'CLT', 'DMU', 'ENV', 'FW', 'GPX', 'HY', 'RZ'];
const VALUES = new Map<string, number>([
  ...Array.from('0123456789', (digit): [string, number] => [digit, Number(digit)]),
  ...LETTER_GROUPS.flatMap((letters, i) =>
    Array.from(letters, (letter): [string, number] => [letter, i + 1]),
  ),
]);

/** By position. The check digit itself, the ninth, weighs nothing. */
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/** Tenth character, in order from 1980 and once more from 2010. */
const YEAR_CODES = 'ABCDEFGHJKLMNPRSTVWXY123456789';
const FIRST_CYCLE = 1980;
const SECOND_CYCLE = 2010;

/**
 * The character that belongs in position 9, whatever stands there now: `0` to `9` or `X`.
 * Null when the text is not 17 upper-case characters of the VIN alphabet.
 */
export function vinCheckDigit(vin: string): string | null {
  if (!SHAPE.test(vin)) return null;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * (VALUES.get(vin.charAt(i)) ?? 0), 0);
  const remainder = sum % 11;
  return remainder === 10 ? 'X' : String(remainder);
}

/**
 * True for 17 upper-case characters without I, O, Q whose ninth is the right check digit.
 * North American rule: a car built for another market may have a real VIN that fails it.
 */
export function isValidVin(vin: string): boolean {
  return vinCheckDigit(vin) === vin.charAt(8);
}

/**
 * The model year, 1980 to 2039; null when the text is not a VIN or its tenth character is no year code.
 * Position 7 tells the two 30-year cycles apart: a letter means 2010 and later. That holds for cars and for
 * trucks up to 10,000 lb; on heavier ones it may be 30 years off, so a mismatch is a reason to ask, not to refuse.
 */
export function vinModelYear(vin: string): number | null {
  if (!SHAPE.test(vin)) return null;
  const place = YEAR_CODES.indexOf(vin.charAt(9));
  if (place < 0) return null;
  return (isLetter(vin.charAt(6)) ? SECOND_CYCLE : FIRST_CYCLE) + place;
}

/**
 * The make as a customer would say it, or null when the first characters do not settle it.
 * The model cannot be read without the maker's own tables.
 */
export function vinMake(vin: string): string | null {
  if (!SHAPE.test(vin)) return null;
  const wmi = vin.slice(0, 3);
  if (STELLANTIS.has(wmi)) return STELLANTIS_BRANDS.get(vin.charAt(4)) ?? null;
  return MAKE_BY_PREFIX.get(vin.slice(0, 4)) ?? MAKE_BY_PREFIX.get(wmi) ?? null;
}

export type VinParts = {
  /** World manufacturer identifier, positions 1 to 3. */
  wmi: string;
  /** Positions 4 to 8. Its fourth character (position 7) must suit the year: a letter from 2010, before that a digit. */
  descriptor: string;
  /** Model year, 1980 to 2039. */
  year: number;
  /** Position 11. */
  plant: string;
  /** Positions 12 to 17; a number is padded with zeros. */
  serial: number | string;
};

/** A VIN with the check digit set. Throws RangeError for a part of the wrong shape or a descriptor of another era. */
export function composeVin({ wmi, descriptor, year, plant, serial }: VinParts): string {
  const digits = String(serial).padStart(6, '0');
  if (!PARTS.test(`${wmi} ${descriptor} ${plant} ${digits}`)) {
    throw new RangeError('a VIN needs 3 + 5 + 1 + 6 characters without I, O and Q');
  }
  const cycle = year >= SECOND_CYCLE ? SECOND_CYCLE : FIRST_CYCLE;
  const yearCode = YEAR_CODES.charAt(year - cycle);
  if (!Number.isInteger(year) || yearCode === '') throw new RangeError(`no VIN code for model year ${year}`);
  if (isLetter(descriptor.charAt(3)) !== (cycle === SECOND_CYCLE)) {
    throw new RangeError(
      `VIN position 7 must be a ${cycle === SECOND_CYCLE ? 'letter' : 'digit'} for ${year}`,
    );
  }
  const draft = `${wmi}${descriptor}0${yearCode}${plant}${digits}`;
  return `${draft.slice(0, 8)}${vinCheckDigit(draft)}${draft.slice(9)}`;
}

function isLetter(character: string): boolean {
  return character >= 'A' && character <= 'Z';
}

/** Chrysler's successors share these among their brands; the fifth character tells which (model years from 2011). */
const STELLANTIS = new Set('1C3 1C4 1C6 2C3 2C4 3C3 3C4 3C6 3C7 ZAC'.split(' '));
const STELLANTIS_BRANDS = new Map([
  ['C', 'Chrysler'],
  ['D', 'Dodge'],
  ['F', 'Fiat'],
  ['J', 'Jeep'],
  ['R', 'Ram'],
]);

/**
 * Passenger makes sold in the United States by manufacturer identifier, four characters where two makes share three.
 * Identifiers are assigned by SAE International and listed in NHTSA's vPIC; those that say no single make are left out.
 */
const MAKE_BY_PREFIX = new Map(
  Object.entries({
    Acura: '19U JH4 2HN 5J8 5FR',
    'Alfa Romeo': 'ZAR ZAS',
    Audi: 'WAU WA1 WUA TRU',
    BMW: 'WBA WBS WBX WBY 5UX 5YM 4US',
    Buick: '1G4 2G4 3G4 KL4 LRB 5GA',
    Cadillac: '1G6 1GY 3GY',
    Chevrolet: '1G1 2G1 3G1 KL1 KL7 KL8 1GC 2GC 3GC 1GN 2GN 3GN',
    Dodge: '1B3 2B3 1B7 3B7 1D3 1D4 1D7 1D8 2D4 2D8 3D4 3D7',
    Fiat: 'ZFA ZFB',
    Ford: '1FA 1FB 1FD 1FM 1FT 2FA 2FM 2FT 3FA 3FM 3FT NM0',
    Genesis: 'KMT KMU',
    GMC: '1GD 1GK 1GT 2GK 2GT 3GK 3GT',
    Honda: '1HG 2HG 3HG JHM SHH 19X 2HK 3CZ 5FN 5FP 5J6 7FA JHL',
    Hyundai: 'KMH KM8 5NP 5NM 5NT 5XYZ 3KPC',
    Infiniti: 'JNK JNR 5N3 3PC',
    Jaguar: 'SAJ SAD',
    Jeep: '1J4 1J8',
    Kia: 'KNA KND 5XX 5XY 3KP',
    'Land Rover': 'SAL',
    Lexus: 'JTH JTJ 2T2 58A',
    Lincoln: '1LN 2LM 3LN 5LM',
    Lucid: '50E',
    Mazda: 'JM1 JM3 1YV 3MV 3MZ 4F2 4F4 7MM',
    'Mercedes-Benz': 'WDB WDC WDD W1K W1N 4JG 55S',
    Mercury: '1ME 2ME 3ME 4M2',
    Mini: 'WMW WMZ',
    Mitsubishi: 'JA3 JA4 4A3 4A4 ML3',
    Nissan: '1N4 1N6 3N1 3N6 3N8 5N1 JN8 KNM',
    Pontiac: '1G2 2G2 3G2 5Y2 6G2',
    Porsche: 'WP0 WP1',
    Rivian: '7FC 7PD',
    Saturn: '1G8 3GS 5GZ',
    Scion: 'JTK JTL',
    Subaru: '4S3 4S4 JF1 JF2',
    Suzuki: 'JS2 JS3 2S3',
    Tesla: '5YJ 7SA',
    Toyota: '1NX 2T1 2T3 3TM 3TY 4T1 4T3 4T4 5TB 5TD 5TE 5TF 5YF JTD JTE JTM JTN 7MU',
    Volkswagen: '1VW 1V2 3VW 3VV WVW WVG',
    Volvo: 'YV1 YV4 7JR',
  }).flatMap(([make, prefixes]) => prefixes.split(' ').map((prefix): [string, string] => [prefix, make])),
);
