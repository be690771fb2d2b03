/** Transactions that give their connection back in every case, and never one on which something is still going on. */
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { PgTransactionConfig } from 'drizzle-orm/pg-core';
import type pg from 'pg';
import * as schema from './schema.ts';

export type Db = NodePgDatabase<typeof schema>;
/** What `db.transaction` hands to its callback. Inside one, use only this: `db` would wait for another connection. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0];

/**
 * Drizzle over the pool, with a transaction of our own. Drizzle's keeps the connection for good when BEGIN fails, so
 * that a restart of the server under load empties the pool; and it returns one whose ROLLBACK went unanswered, so that
 * the next borrower writes into the transaction still open there.
 */
export function openDb(pool: pg.Pool): Db {
  const db = drizzle(pool, { schema });
  const sessions = new WeakMap<pg.PoolClient, Db>();
  db.transaction = async <T>(run: (tx: Tx) => Promise<T>, config?: PgTransactionConfig): Promise<T> => {
    const client = await pool.connect();
    try {
      const session = sessions.get(client) ?? drizzle(client, { schema });
      sessions.set(client, session);
      return await session.transaction(run, config);
    } finally {
      // True closes the connection instead of returning it.
      client.release(!isSettled(client));
    }
  };
  return db;
}

/** Outside any transaction, and owed no answer. The types leave out `readyForQuery`. */
function isSettled(client: pg.PoolClient): boolean {
  return client.getTransactionStatus() === 'I' && 'readyForQuery' in client && client.readyForQuery === true;
}
