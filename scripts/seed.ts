/** `npm run seed`: fills an empty or generated database with a believable CRM, or with the small fixed world. */
import { styleText } from 'node:util';
import { DrizzleQueryError } from 'drizzle-orm';
import { connectDatabase, type Database } from '../src/db/connect.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { customers } from '../src/db/schema.ts';
import { demoWorld, loadDemoWorld } from '../src/dealership/demo-world.ts';
import { toLocal } from '../src/dealership/local-time.ts';
import { loadProfile } from '../src/dealership/profile.ts';
import { generateWorld, type SeedWorld } from './seed/generate.ts';
import { GeneratedDataError, loadWorld, withLoadingConnection } from './seed/load.ts';
import { parseSeedArguments, type SeedArguments, USAGE } from './seed/options.ts';
import { createProgress } from './seed/progress.ts';
import { formatReport, type Report } from './seed/report.ts';
import { pickSample } from './seed/sample.ts';
import { readTarget } from './seed/target.ts';

const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted. Nothing was changed.')));

async function run(): Promise<void> {
  const target = readTarget(process.env);
  const profile = await loadProfile(target.dealershipFile);
  const parsed = parseSeedArguments(process.argv.slice(2), {
    timeZone: profile.timeZone,
    clockStart: process.env['CLOCK_START'] || undefined,
  });
  if (!parsed.ok) throw new Error(`${parsed.refusal}\n\n${USAGE}`);
  const args = parsed.value;
  if (args.help) {
    console.log(USAGE);
    return;
  }
  const database = await connectDatabase(target.connect);
  try {
    await migrateDatabase(database).catch((error: unknown) => {
      throw new Error(`Cannot use ${target.label}: ${explain(error)}`, { cause: error });
    });
    const report =
      args.world === 'demo'
        ? await seedDemoWorld(database, args)
        : await seedGeneratedWorld(database, args, profile);
    console.log(formatReport({ where: target.label, ...report }));
  } finally {
    await database.close();
  }
}

type Outcome = Omit<Report, 'where'>;

async function seedGeneratedWorld(
  database: Database,
  args: SeedArguments,
  profile: Awaited<ReturnType<typeof loadProfile>>,
): Promise<Outcome> {
  const now = args.now ?? Date.now();
  const generating = performance.now();
  const world = generateWorld({ customers: args.customers, seed: args.seed, now, profile });
  const loading = performance.now();
  const rows = Object.values(world).reduce((sum, table) => sum + table.length, 0);
  const progress = createProgress(process.stdout, rows);
  try {
    await loadWorld(database, world, {
      replace: args.reset,
      signal: interrupted.signal,
      onProgress: (table, done, total) => progress.update(TABLE_WORDS[table] ?? table, done, total),
    });
  } finally {
    progress.end();
  }
  return {
    counts: countRows(world, now),
    generateMs: loading - generating,
    loadMs: performance.now() - loading,
    sample: pickSample(world, profile.timeZone),
    clockStart:
      args.now === undefined
        ? undefined
        : toLocal(args.now, profile.timeZone).toString({ timeZoneName: 'never', smallestUnit: 'second' }),
  };
}

const TABLE_WORDS: Record<string, string> = { serviceHistory: 'service history' };

function countRows({ vehicles, appointments, ...world }: SeedWorld, now: number) {
  const active = appointments.filter(({ status }) => status !== 'cancelled');
  const words = (count: number) => count.toLocaleString('en-US');
  const coming = active.filter(({ scheduledAt }) => scheduledAt.getTime() > now).length;
  const split = `${words(active.length - coming)} past, ${words(coming)} to come, ${words(appointments.length - active.length)} cancelled`;
  return [
    ['customers', world.customers.length, 'with 555-01XX numbers, which reach nobody'],
    ['vehicles', vehicles.length, `of ${new Set(vehicles.map(({ make }) => make)).size} makes`],
    ['appointments', appointments.length, split],
    ['service history', world.serviceHistory.length, ''],
  ] as const;
}

async function seedDemoWorld(database: Database, { reset }: SeedArguments): Promise<Outcome> {
  const loading = performance.now();
  const counts = await withLoadingConnection(database, async (db) => {
    const loaded = await loadDemoWorld(db, { replace: reset });
    if (loaded.customers === 0) throw new GeneratedDataError(await db.$count(customers));
    return loaded;
  });
  const [customer] = demoWorld.customers;
  const car = demoWorld.vehicles.find((vehicle) => vehicle.customer === customer?.id);
  return {
    counts: Object.entries(counts).map(([name, rows]) => [name, rows, ''] as const),
    generateMs: 0,
    loadMs: performance.now() - loading,
    sample:
      customer && car
        ? {
            name: `${customer.first_name} ${customer.last_name}`,
            phone: customer.phone_number,
            vehicle: `${car.year} ${car.make} ${car.model}`,
            known: `in this world it is ${demoWorld.now.slice(0, 16).replace('T', ', ')}`,
          }
        : undefined,
    clockStart: demoWorld.now,
  };
}

/** A sentence, never a statement with its parameters: those are people's data. */
function explain(error: unknown): string {
  if (error instanceof GeneratedDataError) {
    const again = ['npm run seed --', ...process.argv.slice(2), '--reset'].join(' ');
    return `${error.message} Nothing was changed. To replace them:\n\n    ${again}`;
  }
  if (error instanceof DrizzleQueryError) return explain(error.cause);
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ');
  return error instanceof Error ? error.message : String(error);
}

try {
  await run();
} catch (error) {
  console.error(`${styleText('red', '✖', { stream: process.stderr })} ${explain(error)}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
}
