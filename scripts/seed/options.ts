/** The command line of `npm run seed`: what may be asked for, and a sentence for what may not. */
import { parseArgs } from 'node:util';
import { ok, type Result, refuse } from '../../src/lib/result.ts';
import { MOST_CUSTOMERS } from './places.ts';

export interface SeedArguments {
  world: 'seed' | 'demo';
  customers: number;
  seed: number;
  reset: boolean;
  help: boolean;
  /** Epoch milliseconds; undefined is now. */
  now: number | undefined;
}

export const USAGE = `npm run seed -- [options]

  --customers N   how many customers (10000); 1.6 vehicles and 0.8 appointments for each
  --seed S        the same number gives the same rows for the same --now (1)
  --now WHEN      generate as of 2026-05-21, or 2026-05-21T10:00, in the dealership's time (the present)
  --reset         clear generated rows first; real ones are never touched
  --world demo    load the small fixed world instead
  --help          show this

  Into DATABASE_URL, or the embedded database in DATA_DIR (.data).`;

const DEFAULT_CUSTOMERS = 10_000;
/** The hour of a bare date: the shop is open on every working day. */
const HOUR_OF_A_DATE = 10;
/** Model years are known from here, and the VIN's year codes end with 2039. */
const YEARS = [2015, 2037] as const;

/** `timeZone` is the dealership's, for `--now`; `clockStart` an instant that stands in for the present. */
export function parseSeedArguments(
  args: readonly string[],
  { timeZone, clockStart }: { timeZone: string; clockStart?: string | undefined },
): Result<SeedArguments, string> {
  const parsed = readArguments(args);
  if (!parsed.ok) return parsed;
  const values = parsed.value;
  const { world = 'seed', reset = false, help = false } = values;
  if (world !== 'seed' && world !== 'demo') return refuse(`--world is demo or seed, not ${world}.`);
  const customers = wholeNumber(values.customers ?? String(DEFAULT_CUSTOMERS));
  if (customers === undefined || customers < 1 || customers > MOST_CUSTOMERS) {
    return refuse(
      `--customers is a whole number from 1 to ${MOST_CUSTOMERS}: beyond that there are no fictional phone numbers left.`,
    );
  }
  const seed = wholeNumber(values.seed ?? '1');
  if (seed === undefined) return refuse('--seed is a whole number from 0 to 4294967295.');
  if (world === 'demo' && (values.customers ?? values.seed ?? values.now) !== undefined) {
    return refuse('The demo world is fixed: --customers, --seed and --now do not go with it.');
  }
  const moment = values.now ?? clockStart;
  const now = moment === undefined ? undefined : readMoment(moment, timeZone);
  if (now === null) {
    return refuse(
      `--now is a date or a local time from ${YEARS.join(' to ')}, as 2026-05-21 or 2026-05-21T10:00.`,
    );
  }
  return ok({ world, customers, seed, reset, help, now });
}

function readArguments(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        customers: { type: 'string' },
        seed: { type: 'string' },
        now: { type: 'string' },
        world: { type: 'string' },
        reset: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return ok(values);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Digits only, and no more than the seeded generator can take. */
function wholeNumber(text: string): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value <= 0xffff_ffff ? value : undefined;
}

/** Epoch milliseconds of a local date, a local time, or an instant with its offset; null for anything else. */
function readMoment(text: string, timeZone: string): number | null {
  try {
    const hasOffset = /T.*(Z|[+-]\d{2}:?\d{2})$/.test(text);
    const time = hasOffset
      ? Temporal.Instant.from(text).toZonedDateTimeISO(timeZone)
      : Temporal.PlainDateTime.from(
          text.includes('T') ? text : `${text}T${HOUR_OF_A_DATE}:00`,
        ).toZonedDateTime(timeZone);
    return time.year >= YEARS[0] && time.year <= YEARS[1] ? time.epochMilliseconds : null;
  } catch {
    return null;
  }
}
