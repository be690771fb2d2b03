/** Tells generated data from real data, so that a generator can only ever write over what a generator wrote. */
import { eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { appointments, callLogs, customers, databaseInfo, idempotencyKeys, vehicles } from '../db/schema.ts';

/** What a generator writes to `customers.mock_source` and to `database_info` under CONTENTS_KEY. */
const MOCK_SOURCES = ['demo', 'seed'] as const;
export type MockSource = (typeof MOCK_SOURCES)[number];

const CONTENTS_KEY = 'contents';

/** The database holds something no generator wrote; nothing was changed. */
export class RealDataError extends Error {
  readonly code = 'real_data';

  constructor(found: string) {
    super(
      `This database holds ${found}. Generated data is only written to an empty database or over generated data. ` +
        'Nothing was changed. Use another database (DATABASE_URL or DATA_DIR).',
    );
    this.name = 'RealDataError';
  }
}

export interface Contents {
  /** What the database says it is: `demo`, `seed`, or another word; undefined when it says nothing. */
  label: string | undefined;
  customers: number;
  /** Customers that no generator wrote. */
  realCustomers: number;
  vehicles: number;
  appointments: number;
  calls: number;
}

export async function describeContents(db: Db | Tx): Promise<Contents> {
  const [info] = await db
    .select({ value: databaseInfo.value })
    .from(databaseInfo)
    .where(eq(databaseInfo.key, CONTENTS_KEY));
  return {
    label: info?.value,
    customers: await db.$count(customers),
    realCustomers: await db.$count(customers, isNull(customers.mockSource)),
    vehicles: await db.$count(vehicles),
    appointments: await db.$count(appointments),
    calls: await db.$count(callLogs),
  };
}

/** No customers and no calls, whatever the label says: nothing could be lost by writing to it. */
export async function isDatabaseEmpty(db: Db | Tx): Promise<boolean> {
  return isEmpty(await describeContents(db));
}

// Vehicles and appointments need a customer, so they need no look of their own.
const isEmpty = (contents: Contents) => contents.customers === 0 && contents.calls === 0;

const isMockSource = (label: string | undefined) => MOCK_SOURCES.some((source) => source === label);

/** Throws RealDataError unless the database is empty, or says that it is generated and holds no real customer. */
export async function assertOnlyMockData(db: Db | Tx): Promise<void> {
  const contents = await describeContents(db);
  if (isEmpty(contents)) return;
  if (contents.realCustomers > 0) {
    throw new RealDataError(`${contents.realCustomers} customers that no generator wrote`);
  }
  if (!isMockSource(contents.label)) {
    throw new RealDataError(
      `${contents.customers} customers and ${contents.calls} calls and does not say that they are generated`,
    );
  }
}

/**
 * Deletes generated customers with all that hangs on them, and the remembered answers about them. Calls stay in the
 * log, without their customer. Throws RealDataError as assertOnlyMockData does. Returns how many customers went.
 */
export async function clearMockData(db: Db | Tx): Promise<number> {
  return db.transaction(async (tx) => {
    await lockContents(tx);
    await assertOnlyMockData(tx);
    const gone = await tx
      .delete(customers)
      .where(isNotNull(customers.mockSource))
      .returning({ id: customers.id });
    await tx.delete(idempotencyKeys);
    return gone.length;
  });
}

/** Lets one generator at a time decide what the database is; held to the end of the transaction. */
export async function lockContents(tx: Tx): Promise<void> {
  await tx.execute(sql`lock table ${databaseInfo} in exclusive mode`);
}

/** Writes down which generator filled the database. */
export async function labelContents(db: Db | Tx, source: MockSource): Promise<void> {
  await db
    .insert(databaseInfo)
    .values({ key: CONTENTS_KEY, value: source })
    .onConflictDoUpdate({ target: databaseInfo.key, set: { value: source, updatedAt: sql`now()` } });
}
