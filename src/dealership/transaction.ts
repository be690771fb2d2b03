/** One short transaction that gives up waiting quickly and tries again when the database asks it to. */
import { setTimeout as wait } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { type Result, refuse } from '../lib/result.ts';

/** A caller is listening: a lock held longer than this is worth a fresh attempt rather than more silence. */
const LOCK_TIMEOUT_MS = 300;
const STATEMENT_TIMEOUT_MS = 3_000;
const ATTEMPTS = 3;
/** Upper bounds of the random pause before the second and third attempt. */
const PAUSES_MS = [40, 120];

/** Deadlock found, serialisation failure, lock not available in time: all undone, and all may go well next time. */
const RETRYABLE = new Set(['40P01', '40001', '55P03']);

/** Others held what this write needed, three times in a row. Nothing was changed; asking again may work. */
export interface Busy {
  code: 'busy';
}

/** Carries a refusal out of the transaction, so that everything it did is undone. */
class Undo extends Error {
  readonly refusal: unknown;
  constructor(refusal: unknown) {
    super('The transaction was undone by a refusal.');
    this.refusal = refusal;
  }
}

/**
 * Runs `work` in a transaction (read committed) with a lock timeout of 300 ms. A refusal rolls everything back.
 * `work` may run up to three times and must touch nothing but `tx`: the embedded database has one connection, and any
 * other query would wait for this one for ever. Other database errors are thrown as they come.
 */
export async function inTransaction<T, R>(
  db: Db,
  work: (tx: Tx) => Promise<Result<T, R>>,
): Promise<Result<T, R | Busy>> {
  for (let attempt = 1; ; attempt += 1) {
    let refusal: { value: R } | undefined;
    try {
      return await db.transaction(
        async (tx) => {
          await tx.execute(
            sql`select set_config('lock_timeout', ${`${LOCK_TIMEOUT_MS}ms`}, true), set_config('statement_timeout', ${`${STATEMENT_TIMEOUT_MS}ms`}, true)`,
          );
          const result = await work(tx);
          if (result.ok) return result;
          refusal = { value: result.refusal };
          throw new Undo(result.refusal);
        },
        { isolationLevel: 'read committed' },
      );
    } catch (error) {
      if (error instanceof Undo && refusal !== undefined) return refuse(refusal.value);
      if (!RETRYABLE.has(sqlState(error) ?? '')) throw error;
      if (attempt === ATTEMPTS) return refuse({ code: 'busy' });
    }
    await wait(Math.random() * (PAUSES_MS[attempt - 1] ?? 0));
  }
}

/** PostgreSQL's five-character error code, wherever in the chain of causes it stands. */
export function sqlState(error: unknown): string | undefined {
  let cause = error;
  for (let depth = 0; depth < 5 && cause instanceof Error; depth += 1) {
    if ('code' in cause && typeof cause.code === 'string' && /^[0-9A-Z]{5}$/.test(cause.code)) {
      return cause.code;
    }
    cause = cause.cause;
  }
  return undefined;
}
