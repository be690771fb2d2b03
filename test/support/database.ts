/** A fresh, migrated database for a test: on the real server when there is one, embedded in memory otherwise. */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { testDatabaseUrl } from './real-services.ts';

export type TestDatabase = Database & {
  /** Absent when embedded: nobody else can reach that one. */
  url?: string;
};

/** The caller closes it, which also drops it. */
export async function openTestDatabase(): Promise<TestDatabase> {
  return testDatabaseUrl === undefined ? openEmbeddedTestDatabase() : openRealTestDatabase();
}

/** Only for suites under describeWithPostgres. `migrate: false` leaves the database empty. */
export async function openRealTestDatabase({
  migrate = true,
}: {
  migrate?: boolean;
} = {}): Promise<Database & { url: string }> {
  const server = testDatabaseUrl;
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set.');
  const name = `service_line_test_${randomUUID().replaceAll('-', '')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const database = await connectDatabase({ url: url.href });
  if (migrate) await migrateDatabase(database);
  return {
    ...database,
    url: url.href,
    async close() {
      await database.close();
      await administer(server, `drop database if exists ${name} with (force)`);
    },
  };
}

export async function openEmbeddedTestDatabase(): Promise<Database> {
  const database = await connectDatabase({ inMemory: {} });
  await migrateDatabase(database);
  return database;
}

async function administer(url: string, statement: string) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
