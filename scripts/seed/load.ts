/** Writes generated rows into a database: all of them or none, and only where nothing real can be lost. */
import { getTableColumns, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import type { PgTable } from 'drizzle-orm/pg-core';
import pg from 'pg';
import type { Database, Db, Tx } from '../../src/db/connect.ts';
import * as schema from '../../src/db/schema.ts';
import {
  assertOnlyMockData,
  clearMockData,
  describeContents,
  labelContents,
  lockContents,
} from '../../src/dealership/mock-data.ts';
import type { SeedWorld } from './generate.ts';

/** Generated rows are there already and were not to be replaced; nothing was changed. */
export class GeneratedDataError extends Error {
  readonly code = 'generated_data';

  constructor(customers: number) {
    super(`This database already holds ${customers.toLocaleString('en-US')} generated customers.`);
    this.name = 'GeneratedDataError';
  }
}

export interface LoadOptions {
  /** Clears what a generator wrote before. */
  replace: boolean;
  /** Told after every batch how many rows of that table are in, of how many. */
  onProgress?: (table: string, done: number, total: number) => void;
  /** Looked at between batches; an abort rolls everything back. */
  signal?: AbortSignal;
}

/** The parent rows come before their children. */
const TABLES: readonly [keyof SeedWorld, PgTable][] = [
  ['customers', schema.customers],
  ['vehicles', schema.vehicles],
  ['appointments', schema.appointments],
  ['serviceHistory', schema.serviceHistory],
];

/** Rows in one statement: about half a megabyte, and a step of the progress bar that can be seen. */
const BATCH_ROWS = 1_000;
/** A load is one long transaction, so its statements get more time than a call's. Clearing is the longest. */
const STATEMENT_MS = 120_000;
const LOCK_MS = 5_000;

/**
 * In one transaction: checks, clears if asked to, writes, labels. Then refreshes the planner's statistics.
 * Throws RealDataError or GeneratedDataError, and then nothing was changed.
 */
export async function loadWorld(
  database: Pick<Database, 'pool'>,
  world: SeedWorld,
  { replace, onProgress, signal }: LoadOptions,
): Promise<void> {
  await withLoadingConnection(database, async (db) => {
    await db.transaction(async (tx) => {
      await lockContents(tx);
      await assertOnlyMockData(tx);
      const { customers } = await describeContents(tx);
      if (customers > 0 && !replace) throw new GeneratedDataError(customers);
      if (replace) await clearMockData(tx);
      for (const [name, table] of TABLES) {
        const rows = world[name];
        for (let done = 0; done < rows.length; done += BATCH_ROWS) {
          signal?.throwIfAborted();
          await insertRows(tx, table, rows.slice(done, done + BATCH_ROWS));
          onProgress?.(name, Math.min(rows.length, done + BATCH_ROWS), rows.length);
        }
      }
      signal?.throwIfAborted();
      await labelContents(tx, 'seed');
    });
    for (const [, table] of TABLES) await db.execute(sql`analyze ${table}`);
  });
}

/** A connection of its own, because the pool's limits are those of a call in progress. */
export async function withLoadingConnection<T>(
  { pool }: Pick<Database, 'pool'>,
  use: (db: Db) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({
    ...pool.options,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + 5_000,
    lock_timeout: LOCK_MS,
  });
  // A connection that dies also fails the query that waits for it; without a listener it would end the process.
  client.on('error', () => {});
  await client.connect();
  try {
    return await use(drizzle(client, { schema }));
  } finally {
    await client.end();
  }
}

/** One parameter a statement, whatever the number of rows: the batch as JSON, which PostgreSQL takes apart by column. */
async function insertRows(tx: Tx, table: PgTable, rows: readonly object[]): Promise<void> {
  const columns = Object.entries(getTableColumns(table));
  const names = new Map(columns.map(([key, column]) => [key, column.name]));
  const batch = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([key, value]) => [names.get(key) ?? key, value])),
  );
  const list = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  );
  await tx.execute(
    sql`insert into ${table} (${list}) select ${list} from json_populate_recordset(null::${table}, ${JSON.stringify(batch)})`,
  );
}
