/** `npm run db:migrate`: brings the configured database's tables up to date, and says what was applied. */
import { styleText } from 'node:util';
import { DrizzleQueryError } from 'drizzle-orm';
import { ConfigError, readConfig } from '../src/config.ts';
import { type ConnectOptions, connectDatabase } from '../src/db/connect.ts';
import { migrateDatabase } from '../src/db/migrate.ts';

/** A migration step of a deployment has the database's address and no vendor's keys: only this part is read. */
const VARIABLES = ['DATABASE_URL', 'NEON_DATABASE_URL', 'DATA_DIR'];

interface Target {
  connect: ConnectOptions;
  /** For a person: no user name and no password. */
  label: string;
}

function readTarget(environment: NodeJS.ProcessEnv): Target {
  const { database } = readConfig(Object.fromEntries(VARIABLES.map((name) => [name, environment[name]])));
  if (database.kind === 'embedded') {
    const { dataDir } = database;
    return { connect: { dataDir }, label: `the embedded database in ${dataDir}` };
  }
  const { host, pathname } = new URL(database.url);
  return { connect: { url: database.url }, label: `${host || 'the local server'}${pathname}` };
}

async function migrate({ connect, label }: Target): Promise<void> {
  const database = await connectDatabase(connect);
  try {
    const applied = await migrateDatabase(database);
    if (applied.length === 0) console.log(`${label} is up to date.`);
    else console.log([`Applied to ${label}:`, ...applied.map((name) => `  ${name}`)].join('\n'));
  } finally {
    await database.close();
  }
}

/** A sentence; never a statement with its parameters, nor the address with its password. */
function explain(error: unknown): string {
  if (error instanceof DrizzleQueryError) return explain(error.cause);
  if (error instanceof AggregateError) return error.errors.map(explain).join('; ');
  return error instanceof Error ? error.message : String(error);
}

let label = 'The database';
try {
  const target = readTarget(process.env);
  label = target.label;
  await migrate(target);
} catch (error) {
  const what = error instanceof ConfigError ? '' : `${label} was not migrated: `;
  console.error(`${styleText('red', '✖', { stream: process.stderr })} ${what}${explain(error)}`);
  process.exitCode = 1;
}
