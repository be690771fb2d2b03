/** A transaction as somewhere to run SQL: for a queue that keeps its jobs in the same database. */
import { type SQL, sql } from 'drizzle-orm';
import type { Tx } from '../db/connect.ts';

/**
 * Runs statements with `$1` parameters on the transaction's own connection, so that they commit, or are undone, with
 * everything else in it.
 */
export function sqlOf(tx: Tx) {
  return {
    async executeSql(text: string, values: readonly unknown[] = []) {
      const pieces = text.split(/\$(\d+)/);
      const chunks = pieces.map(
        (piece, at): SQL => (at % 2 === 0 ? sql.raw(piece) : sql`${sql.param(values[Number(piece) - 1])}`),
      );
      const { rows } = await tx.execute(sql.join(chunks));
      return { rows };
    },
  };
}
