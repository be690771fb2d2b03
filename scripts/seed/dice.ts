/** Seeded chance: the same seed draws the same sequence on every machine. */
import { base, en, en_US, Faker, generateMersenne53Randomizer } from '@faker-js/faker';

/** Values with how often each comes, in any unit. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

export type Dice = ReturnType<typeof createDice>;

/** Faker and the draws below share one sequence, so the order of the draws matters and nothing else does. */
export function createDice(seed: number) {
  const randomizer = generateMersenne53Randomizer(seed);
  const faker = new Faker({ locale: [en_US, en, base], randomizer });
  /** 0 up to, not including, 1. */
  const next = () => randomizer.next();
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));

  function pick<T>(values: readonly T[]): T {
    const value = values[Math.floor(next() * values.length)];
    if (value === undefined) throw new RangeError('nothing to pick from');
    return value;
  }

  function weighted<T>(choices: Weighted<T>): T {
    let left = next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    const last = choices.at(-1);
    if (last === undefined) throw new RangeError('nothing to pick from');
    return last[0];
  }

  /** Normal by Box and Muller, cut off at the bounds. */
  function normal(mean: number, spread: number, low: number, high: number): number {
    const bell = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return Math.min(high, Math.max(low, mean + spread * bell));
  }

  /** In place, by Fisher and Yates. */
  function shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = between(0, i);
      const [a, b] = [values[i], values[j]];
      if (a === undefined || b === undefined) continue;
      values[i] = b;
      values[j] = a;
    }
    return values;
  }

  return {
    faker,
    next,
    /** A whole number, both ends included. */
    between,
    chance: (probability: number) => next() < probability,
    pick,
    weighted,
    normal,
    shuffle,
    uuid: () => faker.string.uuid(),
  };
}
