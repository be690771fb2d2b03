/** The customers: who they are, where they live, and a number that reaches nobody. */
import { birthday, DAYS_PER_YEAR, isoOf } from './days.ts';
import type { Dice, Weighted } from './dice.ts';
import {
  AREA_CODES,
  FIRST_NAMES,
  MOST_CUSTOMERS,
  NUMBERS_PER_AREA_CODE,
  STREET_TYPES,
  STREETS,
  SURNAMES,
  TOWNS,
} from './places.ts';

export interface Person {
  id: string;
  firstName: string;
  lastName: string;
  phoneNumber: string;
  email: string | null;
  dateOfBirth: string;
  /** The day of the eighteenth birthday: before it there is no car and no visit. */
  adultDay: number;
  type: 'individual' | 'business' | 'fleet';
  receiveReminders: boolean;
  address: { streetAddress: string; city: string; state: string; zipCode: string };
}

const TYPES: Weighted<Person['type']> = [
  ['individual', 96],
  ['business', 3],
  ['fleet', 1],
];

/** Years of age; half a year on top of 18, so that the youngest have had time to buy a car. */
const AGES = { youngest: 18.5, mean: 47, spread: 16, oldest: 89.9 };
const SHARES_A_HOUSEHOLD = 0.08;
const HAS_EMAIL = 0.92;

/** Throws RangeError for more people than there are fictional numbers. `today` in days since 1970-01-01. */
export function makePeople(dice: Dice, count: number, today: number): Person[] {
  const phones = makePhones(dice, count);
  const emails = new Map<string, number>();
  const people: Person[] = [];
  for (const phoneNumber of phones) {
    const housemate = dice.chance(SHARES_A_HOUSEHOLD) ? people.at(-1) : undefined;
    const firstName = dice.chance(0.7) ? dice.pick(FIRST_NAMES) : dice.faker.person.firstName();
    const lastName = housemate?.lastName ?? makeLastName(dice);
    const age = dice.normal(AGES.mean, AGES.spread, AGES.youngest, AGES.oldest);
    const birthDay = today - Math.ceil(age * DAYS_PER_YEAR) - dice.between(0, 30);
    people.push({
      id: dice.uuid(),
      firstName,
      lastName,
      phoneNumber,
      email: dice.chance(HAS_EMAIL) ? makeEmail(firstName, lastName, emails) : null,
      dateOfBirth: isoOf(birthDay),
      adultDay: birthday(birthDay, 18),
      type: dice.weighted(TYPES),
      receiveReminders: dice.chance(0.93),
      address: housemate?.address ?? makeAddress(dice),
    });
  }
  return people;
}

/** `555-01XX` in the nearest area codes that are needed, with some room so that not every number is taken. */
function makePhones(dice: Dice, count: number): string[] {
  if (count > MOST_CUSTOMERS) {
    throw new RangeError(`there are fictional numbers for ${MOST_CUSTOMERS} customers, not ${count}`);
  }
  const codes = AREA_CODES.slice(0, Math.ceil((count * 1.1) / NUMBERS_PER_AREA_CODE));
  const numbers = codes.flatMap((code) =>
    Array.from({ length: NUMBERS_PER_AREA_CODE }, (_, i) => `+1${code}55501${String(i).padStart(2, '0')}`),
  );
  return dice.shuffle(numbers).slice(0, count);
}

function makeLastName(dice: Dice): string {
  return dice.chance(0.6) ? dice.pick(SURNAMES) : dice.faker.person.lastName();
}

/** `taken` counts how often each name has come, and numbers the repetitions. */
function makeEmail(firstName: string, lastName: string, taken: Map<string, number>): string {
  const letters = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
  const name = `${letters(firstName)}.${letters(lastName)}`;
  const times = (taken.get(name) ?? 0) + 1;
  taken.set(name, times);
  return `${name}${times === 1 ? '' : times}@example.com`;
}

function makeAddress(dice: Dice): Person['address'] {
  const { city, state, zips } = dice.weighted(TOWNS);
  const house = dice.chance(0.75) ? dice.between(100, 3999) : dice.between(1, 99);
  const unit = dice.chance(0.12) ? ` Apt ${dice.between(1, 24)}` : '';
  const street = `${dice.pick(STREETS)} ${dice.weighted(STREET_TYPES)}`;
  return { streetAddress: `${house} ${street}${unit}`, city, state, zipCode: dice.pick(zips) };
}
