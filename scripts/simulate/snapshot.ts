/** What the database holds at a moment, as plain rows with local times, so that two moments can be compared. */
import type { Database } from '../../src/db/connect.ts';

export type Row = Readonly<Record<string, unknown>>;
/** Rows by table. */
export type Snapshot = ReadonlyMap<string, readonly Row[]>;

/** Machinery that holds nothing of the dealership's business. */
const LEFT_OUT = new Set(['__drizzle_migrations', 'database_info', 'idempotency_keys', 'slot_holds']);

export async function takeSnapshot({ pool }: Database, timeZone: string): Promise<Snapshot> {
  const { rows: tables } = await pool.query<{ tablename: string }>(
    "select tablename from pg_tables where schemaname = 'public' order by tablename",
  );
  const snapshot = new Map<string, Row[]>();
  for (const { tablename } of tables) {
    if (LEFT_OUT.has(tablename)) continue;
    const { rows } = await pool.query<{ row: Row }>(`select to_jsonb(t) as row from "${tablename}" t`);
    snapshot.set(
      tablename,
      rows.map(({ row }) => localised(row, timeZone)),
    );
  }
  return snapshot;
}

/** Instants become local times, `2026-05-26T09:00`, as scenarios write them. */
function localised(row: Row, timeZone: string): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === 'string' && INSTANT.test(value) ? toLocalTime(value, timeZone) : value,
    ]),
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)$/;

const toLocalTime = (instant: string, timeZone: string) =>
  Temporal.Instant.from(instant)
    .toZonedDateTimeISO(timeZone)
    .toPlainDateTime()
    .toString({ smallestUnit: 'minute' });
