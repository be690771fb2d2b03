/** The cars: which model in which year, since when, how far it is driven, and the VIN and plate that go with it. */
import { composeVin } from '../../src/dealership/vin.ts';
import { descriptorOf, MODELS, type Model } from './catalog.ts';
import { DAYS_PER_YEAR, dayOf, isoOf } from './days.ts';
import type { Dice, Weighted } from './dice.ts';
import type { Person } from './people.ts';

export interface Car {
  id: string;
  owner: Person;
  model: Model;
  year: number;
  trim: string;
  color: string;
  vin: string;
  licensePlate: string;
  /** When it was first on the road, and when its owner got it; days since 1970-01-01. */
  firstDay: number;
  boughtDay: number;
  purchasedFromUs: boolean;
  milesPerDay: number;
  /** Miles from one oil change to the next. */
  interval: number;
  isPrimary: boolean;
}

/**
 * How many cars of each model year there are, counted back from next year's, of which few are out yet. The average is
 * younger than the country's 12.6 years: a dealership's service desk loses the oldest cars to others.
 */
const AGES: Weighted<number> = [
  [0, 0.25],
  ...Array.from({ length: 20 }, (_, i): [number, number] => [i + 1, 1 / (1 + ((i + 1) / 9) ** 2.2)]),
];
/** Miles a year; the Federal Highway Administration's average is 11,500 a car. */
const YEARLY_MILES = { mean: 12_000, spread: 2_600, least: 4_000, most: 24_000 };
/** New owners come back no sooner than this many days after buying. */
const SETTLED_DAYS = 60;
const INTERVALS: Weighted<number> = [
  [5_000, 50],
  [6_000, 20],
  [7_500, 30],
];
const COLORS: Weighted<string> = [
  ['White', 24],
  ['Black', 20],
  ['Gray', 18],
  ['Silver', 13],
  ['Blue', 11],
  ['Red', 9],
  ['Green', 3],
  ['Brown', 2],
];
const OLDER_CAR_YEARS = 5;

/** `count` cars, at least one for each person. `today` in days since 1970-01-01. */
export function makeCars(dice: Dice, people: readonly Person[], count: number, today: number): Car[] {
  const thisYear = Number(isoOf(today).slice(0, 4));
  const yearsSold = new Map<number, Weighted<Model>>();
  const vins = new Set<string>();
  const plates = new Set<string>();

  function modelsOf(year: number): Weighted<Model> {
    const known = yearsSold.get(year);
    if (known) return known;
    const sold: Weighted<Model> = MODELS.filter(({ from, to }) => from <= year && year <= to).map((model) => [
      model,
      model.weight,
    ]);
    yearsSold.set(year, sold);
    return sold;
  }

  /** A model year's cars reach the road from the August before; none that is not yet there is drawn. */
  function drawYear(): number {
    for (;;) {
      const year = thisYear + 1 - dice.weighted(AGES);
      if (dayOf(`${year - 1}-08-15`) <= today - SETTLED_DAYS) return year;
    }
  }

  function makeCar(owner: Person, isPrimary: boolean): Car {
    const earliest = owner.adultDay + 30;
    const latest = today - SETTLED_DAYS;
    const year = drawYear();
    const model = dice.weighted(modelsOf(year));
    const firstDay = Math.min(latest, dayOf(`${year - 1}-08-15`) + dice.between(0, 400));
    // Most are bought new or soon after; the older, the likelier to be on its second owner.
    const secondHand = dice.chance(0.25) || firstDay < earliest;
    const boughtDay = secondHand
      ? dice.between(Math.min(latest, Math.max(earliest, firstDay + 200)), latest)
      : firstDay;
    return {
      id: dice.uuid(),
      owner,
      model,
      year,
      trim: dice.pick(model.trims),
      color: dice.weighted(COLORS),
      vin: makeVin(dice, model, year, vins),
      licensePlate: makePlate(dice, owner.address.state, latest - boughtDay, plates),
      firstDay,
      boughtDay,
      purchasedFromUs: dice.chance(secondHand ? 0.25 : 0.55),
      milesPerDay:
        dice.normal(YEARLY_MILES.mean, YEARLY_MILES.spread, YEARLY_MILES.least, YEARLY_MILES.most) /
        DAYS_PER_YEAR,
      interval: dice.weighted(INTERVALS),
      isPrimary,
    };
  }

  const cars = people.map((person) => makeCar(person, true));
  const wantMore = people.flatMap((person) =>
    person.type === 'individual' ? [person] : [person, person, person],
  );
  while (cars.length < count) cars.push(makeCar(dice.pick(wantMore), false));
  return cars;
}

/** What the odometer shows that day; a new car has a few miles on it. */
export function mileageOn({ firstDay, milesPerDay }: Car, day: number): number {
  return 8 + Math.max(0, Math.round((day - firstDay) * milesPerDay));
}

function makeVin(dice: Dice, model: Model, year: number, taken: Set<string>): string {
  const { wmi, plant } = model;
  for (;;) {
    const serial = dice.between(1_001, 899_999);
    const vin = composeVin({ wmi, descriptor: descriptorOf(model, year), year, plant, serial });
    if (taken.has(vin)) continue;
    taken.add(vin);
    return vin;
  }
}

/** Illinois: two letters and five digits since 2017, before that a letter and six digits. Elsewhere ABC1234. */
function makePlate(dice: Dice, state: string, daysOwned: number, taken: Set<string>): string {
  const letter = () => dice.pick(PLATE_LETTERS);
  const digits = (length: number) => Array.from({ length }, () => dice.between(0, 9)).join('');
  for (;;) {
    const isOlder = daysOwned > OLDER_CAR_YEARS * DAYS_PER_YEAR && dice.chance(0.5);
    const local = isOlder ? letter() + digits(6) : letter() + letter() + digits(5);
    const plate = state === 'IL' ? local : letter() + letter() + letter() + digits(4);
    if (taken.has(plate)) continue;
    taken.add(plate);
    return plate;
  }
}

/** Without I and O, which a camera takes for digits. */
const PLATE_LETTERS = Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ');
