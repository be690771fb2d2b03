/** Opens the database: a PostgreSQL server by URL, or the embedded one in a folder, behind the same pg pool. */
import pg from 'pg';
import { type EmbeddedOptions, startEmbedded } from './embedded.ts';
import { type Db, openDb, type Tx } from './transaction.ts';
import { within } from './within.ts';

export type { Db, Tx };

export interface Database {
  db: Db;
  pool: pg.Pool;
  kind: 'server' | 'embedded';
  /** Waits for queries in flight, ends every connection and, when embedded, writes out and stops the database. */
  close(): Promise<void>;
}

export type ConnectOptions = ({ url: string; poolSize?: number; waitMs?: number } | EmbeddedOptions) & {
  /** Told when an idle connection dies (the pool replaces it) or the embedded database stops by itself. */
  onError?: (error: Error) => void;
};

/** Connections to a server when no size is given; PostgreSQL allows 100 by default, shared by all replicas. */
const DEFAULT_POOL_SIZE = 10;
/** Longest wait for a connection, a new one or a free one: a caller on the line is told that the schedule is away. */
const DEFAULT_WAIT_MS = 1_000;

/**
 * The limits of one statement. The server cuts it at 3 s; a lock wait at 300 ms, which bounds the convoys that an
 * exclusion constraint can cause. The client gives up at 4 s for the case that the server no longer answers at all.
 * The embedded database runs one statement at a time and enforces neither of the server's limits.
 */
const LIMITS = { statement_timeout: 3_000, lock_timeout: 300, query_timeout: 4_000 };

/**
 * Connecting to a server is lazy: an unreachable one rejects the first query within a second, not this call.
 * The embedded database is started here; rejects with DataFolderInUseError or EmbeddedDatabaseError.
 */
export async function connectDatabase(options: ConnectOptions): Promise<Database> {
  const onError = options.onError ?? (() => {});
  if ('url' in options) {
    const pool = openPool(
      {
        connectionString: options.url,
        max: options.poolSize ?? DEFAULT_POOL_SIZE,
        connectionTimeoutMillis: options.waitMs ?? DEFAULT_WAIT_MS,
        idleTimeoutMillis: 60_000,
      },
      onError,
    );
    return { db: openDb(pool), pool, kind: 'server', close: once(() => endPool(pool)) };
  }

  const embedded = await startEmbedded(options, onError);
  const pool = openPool(
    {
      ...embedded.address,
      user: 'postgres',
      database: 'postgres',
      // One connection: the embedded database has one session, in which it mixes up the statements of several
      // connections as soon as one statement is too large for a single packet.
      max: 1,
      // Callers queue for that connection, so the wait is longer than a server's.
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 0,
    },
    onError,
  );
  const close = once(async () => {
    await endPool(pool);
    await embedded.stop();
  });
  return { db: openDb(pool), pool, kind: 'embedded', close };
}

function openPool(config: pg.PoolConfig, onError: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    ...config,
    ...LIMITS,
    application_name: 'service-line',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  pool.on('error', onError);
  // The pool listens only while a connection is idle. One that dies in its borrower's hands fails the borrower's query;
  // without a listener the same event would also end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

/** Longer than any statement may take; a connection still out after that was forgotten by its borrower. */
const END_DEADLINE_MS = 5_000;

async function endPool(pool: pg.Pool): Promise<void> {
  await within(END_DEADLINE_MS, pool.end());
}

/** Closing twice is closing once. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => {
    running ??= run();
    return running;
  };
}
