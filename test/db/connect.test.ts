/** The pool on a real server: its limits, and that neither a dead connection nor a dead server can take the process down. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { callLogs } from '../../src/db/schema.ts';
import { openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';

const call = { direction: 'inbound', callerPhone: '+12175550101' } as const;

describeWithPostgres('a pool on a server', () => {
  let server: Awaited<ReturnType<typeof openRealTestDatabase>>;
  let database: Database;
  const idleErrors: Error[] = [];
  beforeAll(async () => {
    server = await openRealTestDatabase();
    database = await connectDatabase({ url: server.url, onError: (error) => idleErrors.push(error) });
  });
  afterAll(async () => {
    await database.close();
    await server.close();
  });

  it.each([
    ['statement_timeout', '3s'],
    ['lock_timeout', '300ms'],
    ['application_name', 'service-line'],
  ])('sets %s to %s on each connection', async (setting, value) => {
    const { rows } = await database.pool.query('select current_setting($1) as value', [setting]);
    expect(rows).toEqual([{ value }]);
  });

  it('gives up waiting for a lock with 55P03 and keeps the connection usable', async () => {
    await server.db.transaction(async (tx) => {
      await tx.execute(sql`lock table call_logs`);
      const blocked = database.db.insert(callLogs).values({ ...call, callSid: 'CA-blocked' });
      await expect(blocked).rejects.toMatchObject({ cause: { code: '55P03' } });
    });
    await database.db.insert(callLogs).values({ ...call, callSid: 'CA-free' });
  });

  it('tells its owner of an idle connection that died, and replaces it', async () => {
    await database.pool.query('select 1');
    await server.pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await expect
      .poll(() => idleErrors.map((error) => error.message))
      .toContainEqual(expect.stringContaining('terminating connection'));
    expect(await database.db.execute(sql`select 1 as one`)).toMatchObject({ rows: [{ one: 1 }] });
  });

  it('rolls back a transaction whose callback throws, and hands on what it threw', async () => {
    const refusal = new Error('changed my mind');
    const attempt = database.db.transaction(async (tx) => {
      await tx.insert(callLogs).values({ ...call, callSid: 'CA-undone' });
      throw refusal;
    });
    await expect(attempt).rejects.toBe(refusal);
    expect(await database.db.$count(callLogs, sql`call_sid = 'CA-undone'`)).toBe(0);
  });
});

describeWithPostgres('a pool of one connection, when the network fails it,', () => {
  let server: Awaited<ReturnType<typeof openRealTestDatabase>>;
  let proxy: PostgresProxy;
  let database: Database;
  beforeEach(async () => {
    server = await openRealTestDatabase();
    proxy = await startPostgresProxy(new URL(server.url));
    database = await connectDatabase({ url: proxy.url, poolSize: 1 });
  });
  afterEach(async () => {
    await database.close();
    await proxy.close();
    await server.close();
  });
  const log = (callSid: string) =>
    database.db.transaction((tx) => tx.insert(callLogs).values({ ...call, callSid }));
  const logged = async () => (await server.db.select().from(callLogs)).map(({ callSid }) => callSid).sort();

  it.each(['begin', 'insert', 'commit'])(
    'fails the transaction cut off at %s and serves the next',
    async (word) => {
      await log('CA-before');
      proxy.onNext(word, 'cut');
      await expect(log('CA-cut')).rejects.toThrow();
      await log('CA-after');
      expect(await logged()).toEqual(['CA-after', 'CA-before']);
    },
  );

  it('never lets the next borrower write into a transaction whose rollback was not answered', async () => {
    proxy.onNext('rollback', 'swallow');
    const attempt = database.db.transaction(async (tx) => {
      await tx.insert(callLogs).values({ ...call, callSid: 'CA-undone' });
      throw new Error('changed my mind');
    });
    await expect(attempt).rejects.toThrow();
    await database.db.insert(callLogs).values({ ...call, callSid: 'CA-kept' });
    expect(await logged()).toEqual(['CA-kept']);
  });

  it('survives a connection that dies between two statements of a transaction', async () => {
    const { promise: died, resolve } = Promise.withResolvers<void>();
    database.pool.once('acquire', (client) => client.once('end', resolve));
    const attempt = database.db.transaction(async (tx) => {
      await tx.execute(sql`select 1`);
      proxy.cutAll();
      await died;
      await tx.execute(sql`select 1`);
    });
    await expect(attempt).rejects.toThrow();
    await log('CA-after');
    expect(await logged()).toEqual(['CA-after']);
  });
});

it('rejects a query within the connection deadline when the server accepts but never answers', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const address = silent.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  const database = await connectDatabase({ url: `postgresql://nobody@127.0.0.1:${address.port}/none` });
  const startedAt = performance.now();
  await expect(database.db.execute(sql`select 1`)).rejects.toThrow(DrizzleQueryError);
  expect(performance.now() - startedAt).toBeLessThan(3_000);
  await database.close();
  silent.close();
});
