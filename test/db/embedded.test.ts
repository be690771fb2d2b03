/** The embedded database: its life on disk, through kills, and that it never holds up the main thread. */
import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { DataFolderInUseError } from '../../src/db/data-folder-lock.ts';
import { EmbeddedDatabaseError, startEmbedded } from '../../src/db/embedded.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { callLogs } from '../../src/db/schema.ts';
import { openEmbeddedTestDatabase } from '../support/database.ts';
import { type Child, startChild } from './child.ts';

const WRITER = new URL('./write-calls.ts', import.meta.url);

describe('the embedded database in a folder', { timeout: 60_000 }, () => {
  let dataDir: string;
  let opened: { close(): Promise<void> }[];
  let children: Child[];
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'service-line-data-'));
    opened = [];
    children = [];
  });
  afterEach(async () => {
    await Promise.all(children.map((child) => child.kill()));
    await Promise.all(opened.map((database) => database.close()));
    await rm(dataDir, { recursive: true });
  });

  async function open(): Promise<Database> {
    const database = await connectDatabase({ dataDir });
    opened.push(database);
    await migrateDatabase(database);
    return database;
  }

  function startWriter(round: number): Child {
    const child = startChild(WRITER, dataDir, String(round));
    children.push(child);
    return child;
  }

  it('keeps its rows when closed, lets go of the folder, and may be closed twice', async () => {
    const first = await open();
    await first.db
      .insert(callLogs)
      .values({ callSid: 'CA1', direction: 'inbound', callerPhone: '+12175550101' });
    await first.close();
    await first.close();
    const second = await open();
    expect(await second.db.$count(callLogs)).toBe(1);
  });

  it('is refused to a second opener while the first has it', async () => {
    await open();
    await expect(connectDatabase({ dataDir })).rejects.toThrow(DataFolderInUseError);
  });

  it('holds every call whose commit was acknowledged before kill -9, round after round', async () => {
    const acknowledged = new Set<unknown>();
    for (const [round, commits] of [1, 20, 45].entries()) {
      const writer = startWriter(round);
      for (let commit = 0; commit < commits; commit += 1) acknowledged.add(await writer.next());
      await writer.kill();
      const database = await open();
      const rows = await database.db.select({ callSid: callLogs.callSid }).from(callLogs);
      const found = new Set<unknown>(rows.map((row) => row.callSid));
      expect([...acknowledged].filter((callSid) => !found.has(callSid))).toEqual([]);
      await database.close();
    }
  });

  it('starts afresh, and keeps what was there, when its very first start was killed half way', async () => {
    // What a kill can leave: the mark of a whole cluster, and not the cluster.
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
    const database = await open();
    expect(await database.db.$count(callLogs)).toBe(0);
    const aside = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.interrupted-'));
    expect(aside).toHaveLength(1);
    expect(await readdir(join(dataDir, aside[0] ?? ''))).toEqual(['PG_VERSION']);
  });

  it('fails with one clear error, and lets go of the folder, when its files are no database', async () => {
    await writeFile(join(dataDir, 'initialised'), '');
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '18\n');
    const failed = connectDatabase({ dataDir });
    await expect(failed).rejects.toThrow(EmbeddedDatabaseError);
    await expect(failed).rejects.toThrow(`The embedded database in ${dataDir} did not start.`);
    await rm(join(dataDir, 'postgres'), { recursive: true });
    await open();
  });
});

describe('the embedded database in memory', () => {
  let database: Database;
  beforeEach(async () => {
    database = await openEmbeddedTestDatabase();
  });
  afterEach(() => database.close());

  it('leaves the main thread free while a query runs', async () => {
    const QUERY_MS = 1_500;
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    const startedAt = performance.now();
    await database.pool.query(
      `do $$ declare until timestamptz := clock_timestamp() + interval '${QUERY_MS} ms';
       begin while clock_timestamp() < until loop end loop; end $$`,
    );
    const took = performance.now() - startedAt;
    delay.disable();
    expect(took).toBeGreaterThanOrEqual(QUERY_MS);
    expect(delay.max / 1e6).toBeLessThan(QUERY_MS / 4);
  });

  it('gives each of many callers at once its own answer, however large the statements', async () => {
    const large = 'x'.repeat(300_000);
    const rows = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const result =
          index % 2
            ? await database.pool.query('select $2::int as index, length($1::text)', [large, index])
            : await database.pool.query('select $1::int as index', [index]);
        return z.object({ index: z.number() }).parse(result.rows[0]).index;
      }),
    );
    expect(rows).toEqual(rows.map((_, index) => index));
  });

  it('fails a query on the pool inside a transaction instead of waiting for ever', async () => {
    const nested = database.db.transaction(() => database.db.$count(callLogs));
    await expect(nested).rejects.toThrow();
    expect(await database.db.$count(callLogs)).toBe(0);
  });

  it('listens where only its own user can reach it, and leaves nothing behind', async () => {
    const embedded = await startEmbedded({ inMemory: {} }, () => {});
    const { host } = embedded.address;
    if (process.platform === 'win32') expect(host).toBe('127.0.0.1');
    else await access(join(host, '.s.PGSQL.5432'));
    await embedded.stop();
    await expect(access(host)).rejects.toThrow('ENOENT');
  });
});
