/** A write asked twice with one key is done once: the second time its answer is read back. */
import { createHash } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { Db, Tx } from '../db/connect.ts';
import { idempotencyKeys } from '../db/schema.ts';
import type { Json } from '../lib/key-value.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { type Busy, inTransaction } from './transaction.ts';

/** The key was used before for something else. */
export interface KeyReused {
  code: 'key_reused';
}

export interface Write<T, R> {
  /** Names one intention, such as one confirmed read-back in one call. */
  key: string;
  /** What is asked for. The same key with other parameters is refused. */
  params: Json;
  /** Reads a stored answer back. */
  answer: z.ZodType<T>;
  /** The write, inside the transaction that also stores its answer. A refusal undoes it and is not stored. */
  work: (tx: Tx) => Promise<Result<T, R>>;
}

/** The answer, and whether it was read back rather than made now. */
export interface Answered<T> {
  value: T;
  replayed: boolean;
}

/**
 * Does the write, or answers as it was answered. The key is claimed first: of concurrent calls with one key, the
 * others wait for the first to commit and then read its answer, or take its place when it was undone.
 */
export async function writeOnce<T, R>(
  db: Db,
  { key, params, answer, work }: Write<T, R>,
): Promise<Result<Answered<T>, R | KeyReused | Busy>> {
  const paramsHash = hashParams(params);
  return inTransaction<Answered<T>, R | KeyReused | Busy>(db, async (tx) => {
    const claimed = await tx
      .insert(idempotencyKeys)
      .values({ key, paramsHash, response: {} })
      .onConflictDoNothing()
      .returning({ key: idempotencyKeys.key });

    if (claimed.length === 0) {
      const [stored] = await tx.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, key));
      // Between the two statements the key was forgotten (it is older than a day): ask again.
      if (stored === undefined) return refuse({ code: 'busy' });
      if (stored.paramsHash !== paramsHash) return refuse({ code: 'key_reused' });
      return ok({ value: answer.parse(stored.response), replayed: true });
    }

    const result = await work(tx);
    if (!result.ok) return result;
    await tx.update(idempotencyKeys).set({ response: result.value }).where(eq(idempotencyKeys.key, key));
    return ok({ value: result.value, replayed: false });
  });
}

/** Removes answers older than `olderThanMs` (by the database's own clock). Returns how many. */
export async function forgetAnswers(db: Db, { olderThanMs }: { olderThanMs: number }): Promise<number> {
  const { rowCount } = await db
    .delete(idempotencyKeys)
    .where(sql`${idempotencyKeys.createdAt} < now() - ${olderThanMs} * interval '1 millisecond'`);
  return rowCount ?? 0;
}

/** Equal for equal values, whatever the order of their keys. */
export function hashParams(params: Json): string {
  return createHash('sha256').update(canonical(params)).digest('hex');
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`).join(',')}}`;
}
