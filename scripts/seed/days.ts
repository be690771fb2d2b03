/** Calendar days as whole numbers (days since 1970-01-01), which makes sums over 60,000 rows cheap. */

const MS_PER_DAY = 86_400_000;
export const DAYS_PER_YEAR = 365.25;

/** `2026-05-21` -> 20594. */
export function dayOf(isoDate: string): number {
  return Math.round(Date.parse(`${isoDate}T00:00:00Z`) / MS_PER_DAY);
}

export function isoOf(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10);
}

/** The day on which somebody born on `birthDay` turns `age`; 29 February becomes 1 March where there is none. */
export function birthday(birthDay: number, age: number): number {
  const born = new Date(birthDay * MS_PER_DAY);
  return Math.round(
    Date.UTC(born.getUTCFullYear() + age, born.getUTCMonth(), born.getUTCDate()) / MS_PER_DAY,
  );
}
