/** Writing once: keys, stored answers, and the retry of what the database cut off. */
import { isDeepStrictEqual } from 'node:util';
import { sql } from 'drizzle-orm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../src/db/connect.ts';
import { customers, idempotencyKeys } from '../../src/db/schema.ts';
import { forgetAnswers, hashParams, writeOnce } from '../../src/dealership/idempotency.ts';
import { inTransaction, sqlState } from '../../src/dealership/transaction.ts';
import { ok, refuse } from '../../src/lib/result.ts';
import { openTestDatabase } from '../support/database.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const fail = (code: string) =>
  Object.assign(new Error('wrapped'), { cause: Object.assign(new Error(), { code }) });

describe('a hash of parameters', () => {
  it('does not depend on the order of keys', () => {
    expect(hashParams({ a: 1, b: { c: [1, 2], d: null } })).toBe(
      hashParams({ b: { d: null, c: [1, 2] }, a: 1 }),
    );
  });

  it('is equal for equal values and differs for any others', () => {
    const plain = (value: unknown) => z.json().parse(JSON.parse(JSON.stringify(value)));
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [one, two] = [plain(a), plain(b)];
        expect(hashParams(one) === hashParams(two)).toBe(isDeepStrictEqual(one, two));
      }),
    );
  });
});

describe('a transaction', () => {
  it.each(['40P01', '40001', '55P03'])(
    'is tried again after %s, and only its last attempt counts',
    async (code) => {
      let attempts = 0;
      const result = await inTransaction(database.db, async (tx) => {
        attempts += 1;
        await tx
          .insert(idempotencyKeys)
          .values({ key: `attempt-${code}-${attempts}`, paramsHash: '', response: {} });
        if (attempts < 3) throw fail(code);
        return ok(attempts);
      });
      expect(result).toEqual({ ok: true, value: 3 });
      const kept = await database.db.execute(
        sql`select key from idempotency_keys where key like ${`attempt-${code}-%`}`,
      );
      expect(kept.rows).toEqual([{ key: `attempt-${code}-3` }]);
    },
  );

  it('says that the database is busy after the third attempt', async () => {
    let attempts = 0;
    const result = await inTransaction(database.db, async () => {
      attempts += 1;
      throw fail('40P01');
    });
    expect([result, attempts]).toEqual([{ ok: false, refusal: { code: 'busy' } }, 3]);
  });

  it('does not try again after any other error', async () => {
    let attempts = 0;
    const run = inTransaction(database.db, async (tx) => {
      attempts += 1;
      await tx.insert(customers).values({ firstName: '', lastName: 'x', phoneNumber: 'not a number' });
      return ok(null);
    });
    await expect(run).rejects.toSatisfy((error) => sqlState(error) === '23514');
    expect(attempts).toBe(1);
  });

  it('waits 300 ms for a lock and 3 s for a statement', async () => {
    const result = await inTransaction(database.db, async (tx) => {
      const { rows } = await tx.execute(
        sql`select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement`,
      );
      return ok(rows);
    });
    expect(result).toEqual({ ok: true, value: [{ lock: '300ms', statement: '3s' }] });
  });
});

describe('writing once', () => {
  const answer = z.object({ at: z.coerce.date() });

  it('reads a stored answer back through its schema', async () => {
    const write = { key: 'dated', params: {}, answer, work: async () => ok({ at: new Date(5) }) };
    await writeOnce(database.db, write);
    expect(await writeOnce(database.db, write)).toEqual({
      ok: true,
      value: { value: { at: new Date(5) }, replayed: true },
    });
  });

  it('undoes everything when the work refuses, the key included', async () => {
    const result = await writeOnce(database.db, {
      key: 'refused',
      params: {},
      answer,
      work: async (tx) => {
        await tx.insert(customers).values({ firstName: 'A', lastName: 'B', phoneNumber: '+12175550199' });
        return refuse({ code: 'no' });
      },
    });
    expect(result).toEqual({ ok: false, refusal: { code: 'no' } });
    expect(await database.db.select().from(customers)).toEqual([]);
    const { rows } = await database.db.execute(sql`select 1 from idempotency_keys where key = 'refused'`);
    expect(rows).toEqual([]);
  });

  it('forgets answers that are old and keeps the others', async () => {
    await database.db.delete(idempotencyKeys);
    await database.db.insert(idempotencyKeys).values([
      { key: 'old', paramsHash: '', response: {}, createdAt: new Date(0) },
      { key: 'new', paramsHash: '', response: {} },
    ]);
    expect(await forgetAnswers(database.db, { olderThanMs: 86_400_000 })).toBe(1);
    expect((await database.db.select().from(idempotencyKeys)).map((row) => row.key)).toEqual(['new']);
  });
});
