/** How often identity may be guessed at: counted in the database, so that neither a second call nor a second server forgets. */
import { and, eq, gt, or, sql } from 'drizzle-orm';
import type { Tx } from '../db/connect.ts';
import { verificationAttempts } from '../db/desk-schema.ts';
import { customers } from '../db/schema.ts';

/** Wrong answers until there is nothing more to try. Five a day leave a birthday guessed blindly, one in some 20,000, for eleven years. */
const LIMITS = { call: 3, record: 5, caller: 10 };
/** The last two of them are over this span, and a record stays locked as long; milliseconds. */
const DAY_MS = 24 * 3_600_000;

/** Who guesses at whom. */
export interface GuessScope {
  callId: string;
  /** E.164 number of the record aimed at, whether there is one or not. */
  claimedPhone: string;
  /** E.164, null when withheld. */
  callerPhone: string | null;
  /** Epoch milliseconds. */
  now: number;
}

/** The record that is guessed at. */
export interface GuessedRecord {
  id: string;
  /** Null when it is not locked. A person may set it to null again. */
  lockedUntil: Date | null;
}

/** Belongs to no customer, so that a guess at nobody costs the same queries. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Guesses at one record, from one number or in one call are judged one after the other until the transaction ends.
 * All take these three locks in this order, so nobody waits in a circle.
 */
export async function queueGuesses(tx: Tx, { callId, claimedPhone, callerPhone }: GuessScope): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(${LOCK_SPACE}::int, hashtext(${`record ${claimedPhone}`}))`,
  );
  await tx.execute(
    sql`select pg_advisory_xact_lock(${LOCK_SPACE + 1}::int, hashtext(${`caller ${callerPhone ?? callId}`}))`,
  );
  await tx.execute(sql`select pg_advisory_xact_lock(${LOCK_SPACE + 2}::int, hashtext(${`call ${callId}`}))`);
}

/** Any numbers that no other lock of ours begins with. */
const LOCK_SPACE = 0x1d00;

/** Whether no guess may be made now, and how many the caller has left; the record's own count is never told. */
export async function readAllowance(
  tx: Tx,
  scope: GuessScope,
  record: GuessedRecord | undefined,
): Promise<{ isLocked: boolean; left: number; wrongForRecord: number }> {
  const since = new Date(scope.now - DAY_MS);
  const id = record?.id ?? NOBODY;
  const ofCall = eq(verificationAttempts.callId, scope.callId);
  const ofRecord = and(eq(verificationAttempts.customerId, id), gt(verificationAttempts.at, since));
  const ofCaller =
    scope.callerPhone === null
      ? sql`false`
      : and(eq(verificationAttempts.callerPhone, scope.callerPhone), gt(verificationAttempts.at, since));
  const [counted] = await tx
    .select({
      call: sql<number>`count(*) filter (where ${ofCall})::int`,
      record: sql<number>`count(*) filter (where ${ofRecord})::int`,
      caller: sql<number>`count(*) filter (where ${ofCaller})::int`,
    })
    .from(verificationAttempts)
    .where(and(eq(verificationAttempts.isSuccess, false), or(ofCall, ofRecord, ofCaller)));
  const wrong = counted ?? { call: LIMITS.call, record: LIMITS.record, caller: LIMITS.caller };
  const isRecordLocked = (record?.lockedUntil?.getTime() ?? 0) > scope.now;
  const left = Math.max(0, Math.min(LIMITS.call - wrong.call, LIMITS.caller - wrong.caller));
  return { isLocked: isRecordLocked || left === 0, left, wrongForRecord: wrong.record };
}

/** Keeps the guess; the wrong one that reaches the record's limit locks it for a day. */
export async function keepGuess(
  tx: Tx,
  scope: GuessScope,
  guess: { record: GuessedRecord | undefined; isSuccess: boolean; wrongBefore: number },
): Promise<void> {
  const at = new Date(scope.now);
  await tx.insert(verificationAttempts).values({
    callId: scope.callId,
    customerId: guess.record?.id ?? null,
    callerPhone: scope.callerPhone,
    isSuccess: guess.isSuccess,
    at,
  });
  const isLast = !guess.isSuccess && guess.wrongBefore + 1 >= LIMITS.record;
  const lockedUntil = isLast ? new Date(scope.now + DAY_MS) : (guess.record?.lockedUntil ?? null);
  await tx
    .update(customers)
    .set({ verificationLockedUntil: lockedUntil })
    .where(eq(customers.id, guess.record?.id ?? NOBODY));
}
