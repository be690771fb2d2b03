/** Brings the tables of a database up to the migrations committed in drizzle/. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { z } from 'zod';
import type { Database } from './connect.ts';

const MIGRATIONS = new URL('../../drizzle/', import.meta.url);
/** Any number nobody else uses as an advisory lock in this database. */
const MIGRATION_LOCK = 5_417_630_021;
/** How long to wait for another replica's migration, or for a table in use, before giving up. */
const LOCK_WAIT_MS = 60_000;

/**
 * Applies, in one transaction, the migrations that are missing and returns their names, oldest first; safe to run
 * from several replicas at once. Uses a connection of its own: an index on a large table takes longer than the pool
 * allows a statement.
 */
export async function migrateDatabase({ pool, kind }: Pick<Database, 'pool' | 'kind'>): Promise<string[]> {
  const client = new pg.Client({
    ...pool.options,
    statement_timeout: 0,
    query_timeout: 0,
    lock_timeout: LOCK_WAIT_MS,
  });
  // A connection that dies fails the statement under way; without a listener it would also end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    // The embedded database shares one session among its clients, and one process holds it: a lock would lock nobody.
    if (kind === 'server') await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const before = await appliedMigrations(client);
    await migrate(drizzle(client), { migrationsFolder: fileURLToPath(MIGRATIONS) });
    const after = await appliedMigrations(client);
    const names = await migrationNames();
    return [...after].filter((at) => !before.has(at)).map((at) => names.get(at) ?? String(at));
  } finally {
    // Ending the connection gives up the lock.
    await client.end();
  }
}

/** The creation times by which drizzle remembers what it has applied, in order. */
async function appliedMigrations(client: pg.Client): Promise<Set<number>> {
  const exists = await client.query(`select 1 where to_regclass('drizzle.__drizzle_migrations') is not null`);
  if (exists.rowCount === 0) return new Set();
  const { rows } = await client.query(
    'select created_at from drizzle.__drizzle_migrations order by created_at',
  );
  return new Set(
    z
      .array(z.object({ created_at: z.coerce.number() }))
      .parse(rows)
      .map((row) => row.created_at),
  );
}

const journalSchema = z.object({ entries: z.array(z.object({ when: z.number(), tag: z.string() })) });

async function migrationNames(): Promise<Map<number, string>> {
  const text = await readFile(new URL('meta/_journal.json', MIGRATIONS), 'utf8');
  return new Map(journalSchema.parse(JSON.parse(text)).entries.map((entry) => [entry.when, entry.tag]));
}
