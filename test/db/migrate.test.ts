/** Migrations: what is applied is reported, once, also when several replicas boot at the same time. */
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { connectDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { openEmbeddedTestDatabase, openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';

const drizzleFolder = new URL('../../drizzle/', import.meta.url);
const committed = (await readdir(drizzleFolder))
  .filter((name) => name.endsWith('.sql'))
  .sort()
  .map((name) => name.replace(/\.sql$/, ''));

describeWithPostgres('migrating a server', () => {
  it('applies each migration once when four replicas boot on an empty database, and says who did it', async () => {
    const database = await openRealTestDatabase({ migrate: false });
    const replicas = await Promise.all(
      Array.from({ length: 4 }, () => connectDatabase({ url: database.url })),
    );
    try {
      const reports = await Promise.all(replicas.map((replica) => migrateDatabase(replica)));
      expect(reports.flat().sort()).toEqual(committed);
      expect(reports.filter((report) => report.length > 0)).toHaveLength(1);
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
      await database.close();
    }
  });

  it('leaves no lock behind: the next one to migrate is not kept waiting', async () => {
    const database = await openRealTestDatabase();
    try {
      expect(await migrateDatabase(database)).toEqual([]);
      const held = await database.pool.query(`select 1 from pg_locks where locktype = 'advisory'
        and database = (select oid from pg_database where datname = current_database())`);
      expect(held.rowCount).toBe(0);
    } finally {
      await database.close();
    }
  });

  it('says so, by rejecting, when the server cannot be reached', async () => {
    const database = await connectDatabase({ url: 'postgresql://nobody@127.0.0.1:1/none' });
    await expect(migrateDatabase(database)).rejects.toThrow('ECONNREFUSED');
    await database.close();
  });
});

it('finds its migrations from any working directory', async () => {
  const before = process.cwd();
  const database = await connectDatabase({ inMemory: {} });
  process.chdir(tmpdir());
  try {
    expect(await migrateDatabase(database)).toEqual(committed);
    expect(await migrateDatabase(database)).toEqual([]);
  } finally {
    process.chdir(before);
    await database.close();
  }
});

it('has nothing to do on the cluster that tests start from', async () => {
  const database = await openEmbeddedTestDatabase();
  expect(await migrateDatabase(database)).toEqual([]);
  await database.close();
});
