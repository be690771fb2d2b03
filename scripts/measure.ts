/** `npm run measure`: how long each read and write that the tools use takes, on a full-sized database made for it. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectDatabase, type Database } from '../src/db/connect.ts';
import { migrateDatabase } from '../src/db/migrate.ts';
import { loadProfile } from '../src/dealership/profile.ts';
import { type Timings, timeCalls } from './measure/steps.ts';
import { generateWorld } from './seed/generate.ts';
import { loadWorld } from './seed/load.ts';

const USAGE = `npm run measure -- [options]

  --server URL    also measure a PostgreSQL server (TEST_DATABASE_URL): a database of its own is made there and dropped
  --customers N   how many customers are on file (10000); 1.6 vehicles and 0.8 appointments for each
  --runs N        how many callers, one after the other (300)
  --json          print JSON in place of a table
  --help          show this

  Your own data is never touched: the embedded database is measured in a temporary folder.`;

/** What a caller does not notice; milliseconds. */
const TARGET_MS = { cached: 2, database: 30 };

interface StepFigures {
  step: string;
  runs: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  targetMs: number;
}

interface Report {
  database: 'embedded' | 'server';
  rows: Record<string, number>;
  steps: StepFigures[];
}

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    customers: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function run(): Promise<void> {
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const customers = wholeNumber('--customers', values.customers);
  const runs = wholeNumber('--runs', values.runs);
  const server = values.server ?? process.env['TEST_DATABASE_URL'];
  const reports = [await onEmbedded((database) => measure(database, customers, runs))];
  if (server) reports.push(await onServer(server, (database) => measure(database, customers, runs)));
  console.log(values.json ? JSON.stringify(reports, null, 2) : reports.map(formatReport).join('\n\n'));
}

async function measure(database: Database, customers: number, runs: number): Promise<Report> {
  const now = Date.now();
  const profile = await loadProfile(undefined);
  await migrateDatabase(database);
  const world = generateWorld({ customers, seed: 1, now, profile });
  await loadWorld(database, world, { replace: false });
  const phones = world.customers.map(({ phoneNumber }) => phoneNumber);
  const timings = await timeCalls(database.db, profile, { phones, runs, now });
  return {
    database: database.kind,
    rows: Object.fromEntries(Object.entries(world).map(([table, rows]) => [table, rows.length])),
    steps: summarise(timings),
  };
}

function summarise(timings: Timings): StepFigures[] {
  return [...timings].map(([step, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
    return {
      step,
      runs: sorted.length,
      p50Ms: rounded(at(0.5)),
      p99Ms: rounded(at(0.99)),
      maxMs: rounded(at(1)),
      targetMs: step.endsWith('cached') ? TARGET_MS.cached : TARGET_MS.database,
    };
  });
}

function formatReport({ database, rows, steps }: Report): string {
  const counts = Object.entries(rows).map(([table, count]) => `${count.toLocaleString('en-US')} ${table}`);
  const width = Math.max(...steps.map(({ step }) => step.length));
  const cell = (text: string | number) => String(text).padStart(9);
  return [
    `${database}: ${counts.join(', ')}`,
    `${''.padEnd(width)}${['runs', 'p50 ms', 'p99 ms', 'max ms', 'target'].map(cell).join('')}`,
    ...steps.map(({ step, runs, p50Ms, p99Ms, maxMs, targetMs }) => {
      const verdict = p99Ms < targetMs ? '' : '   over target';
      return `${step.padEnd(width)}${[runs, p50Ms, p99Ms, maxMs, targetMs].map(cell).join('')}${verdict}`;
    }),
  ].join('\n');
}

async function onEmbedded<T>(work: (database: Database) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'service-line-measure-'));
  try {
    return await withDatabase(await connectDatabase({ dataDir }), work);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function onServer<T>(server: string, work: (database: Database) => Promise<T>): Promise<T> {
  const name = `service_line_measure_${randomUUID().replaceAll('-', '')}`;
  const url = new URL(server);
  url.pathname = `/${name}`;
  await withDatabase(await connectDatabase({ url: server }), ({ pool }) =>
    pool.query(`create database ${name}`),
  );
  try {
    return await withDatabase(await connectDatabase({ url: url.href }), work);
  } finally {
    await withDatabase(await connectDatabase({ url: server }), ({ pool }) =>
      pool.query(`drop database if exists ${name} with (force)`),
    );
  }
}

async function withDatabase<T>(database: Database, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option} must be a whole number above 0.`);
  return number;
}

const rounded = (ms: number) => Math.round(ms * 100) / 100;

try {
  await run();
} catch (error) {
  // The message of a failed query quotes its parameters; its cause does not.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  console.error(`✖ ${cause instanceof Error ? cause.message : String(cause)}`);
  process.exitCode = 1;
}
