/** The record of every call: opened before it is answered, written turn by turn, closed once. */
import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { callLogs, callTurns, type EndedReason } from '../db/schema.ts';
import { isUuid } from './text.ts';

/** The `outcome` of an open record while its call is with a person, or on the way there. */
export const TRANSFER_PENDING = 'transfer_pending';
/** No call lasts longer at Twilio. */
const LONGEST_CALL_MS = 4 * 3_600_000;

/** A media stream's token is good for this long after it was issued, by the database's own clock. */
const TOKEN_SECONDS = 60;

export interface OpenedCall {
  id: string;
  /** False when this CallSid was seen before: a repeated or replayed webhook. */
  isNew: boolean;
  /** Which media stream of the call may be opened; 1 until `renewStream`. */
  generation: number;
  ended: boolean;
}

/** Opens the call's record, or finds it: one record per CallSid, however often this is asked. */
export async function openCall(
  db: Db,
  call: {
    callSid: string;
    direction: 'inbound' | 'outbound';
    /** As the carrier reported it. */
    callerPhone: string;
    customerId?: string;
    flow?: string;
    startedAt: Date;
  },
): Promise<OpenedCall> {
  const columns = {
    id: callLogs.id,
    generation: callLogs.streamGeneration,
    endedAt: callLogs.endedAt,
  };
  const [created] = await db.insert(callLogs).values(call).onConflictDoNothing().returning(columns);
  const [found = created] =
    created === undefined
      ? await db.select(columns).from(callLogs).where(eq(callLogs.callSid, call.callSid))
      : [];
  if (found === undefined) throw new Error('The call record vanished while it was being opened.');
  return {
    id: found.id,
    isNew: created !== undefined,
    generation: found.generation,
    ended: found.endedAt !== null,
  };
}

/**
 * Starts the 60 seconds of the stream's token, the first time it is asked; later ones do not extend it. Returns the
 * generation that the token must carry, or undefined when the call is unknown or over.
 */
export async function issueStreamToken(
  db: Db,
  callSid: string,
): Promise<{ generation: number; isFirst: boolean } | undefined> {
  const open = and(eq(callLogs.callSid, callSid), isNull(callLogs.endedAt));
  const columns = { generation: callLogs.streamGeneration };
  const [issued] = await db
    .update(callLogs)
    .set({ streamTokenIssuedAt: sql`now()` })
    .where(and(open, isNull(callLogs.streamTokenIssuedAt)))
    .returning(columns);
  if (issued !== undefined) return { ...issued, isFirst: true };
  const [earlier] = await db.select(columns).from(callLogs).where(open);
  return earlier === undefined ? undefined : { ...earlier, isFirst: false };
}

/**
 * True for exactly one caller per generation, within 60 seconds of the token's issue, and only while the call lasts.
 * The lifetime is real time: the business clock may run elsewhere.
 */
export async function claimStream(db: Db, callSid: string, generation: number): Promise<boolean> {
  const claimed = await db
    .update(callLogs)
    .set({ streamClaimedAt: sql`now()` })
    .where(
      and(
        eq(callLogs.callSid, callSid),
        eq(callLogs.streamGeneration, generation),
        isNull(callLogs.streamClaimedAt),
        isNull(callLogs.endedAt),
        sql`${callLogs.streamTokenIssuedAt} > now() - ${TOKEN_SECONDS} * interval '1 second'`,
      ),
    )
    .returning({ id: callLogs.id });
  return claimed.length === 1;
}

/**
 * Allows one more media stream after the claimed one of `generation` broke off; its token starts now. Returns the new
 * generation, or undefined when that stream was never claimed, was renewed already, or the call is over.
 */
export async function renewStream(
  db: Db | Tx,
  callSid: string,
  generation: number,
): Promise<number | undefined> {
  const [renewed] = await db
    .update(callLogs)
    .set({
      streamGeneration: generation + 1,
      streamTokenIssuedAt: sql`now()`,
      streamClaimedAt: null,
    })
    .where(
      and(
        eq(callLogs.callSid, callSid),
        eq(callLogs.streamGeneration, generation),
        sql`${callLogs.streamClaimedAt} is not null`,
        isNull(callLogs.endedAt),
      ),
    )
    .returning({ generation: callLogs.streamGeneration });
  return renewed?.generation;
}

/** Notes when the call was answered; the first time stands. */
export async function markAnswered(db: Db, callSid: string, answeredAt: Date): Promise<void> {
  await db
    .update(callLogs)
    .set({ answeredAt })
    .where(and(eq(callLogs.callSid, callSid), isNull(callLogs.answeredAt)));
}

export type CallTurn = Omit<typeof callTurns.$inferInsert, 'id' | 'callId' | 'speaker'> & {
  speaker: 'caller' | 'agent' | 'tool';
};

/** Stores finished turns. A position that is stored already is left as it is, so a batch may be sent again. */
export async function appendTurns(db: Db | Tx, callId: string, turns: readonly CallTurn[]): Promise<void> {
  if (turns.length === 0) return;
  await db
    .insert(callTurns)
    .values(turns.map((turn) => ({ ...turn, callId, text: turn.text.replaceAll('\0', '') })))
    .onConflictDoNothing({ target: [callTurns.callId, callTurns.position] });
}

export interface FinishedCall {
  callSid: string;
  endedAt: Date;
  endedReason: EndedReason;
  outcome: string;
  summary?: string;
  sentiment?: string;
  intent?: string;
  flow?: string;
  model?: string;
  usage?: { promptTokens: number; cachedTokens: number; completionTokens: number };
  appointmentId?: string;
  customerId?: string;
  requiredHumanTransfer?: boolean;
}

/** Closes the record once: false when it was closed before (nothing is changed) or is unknown. */
export async function finishCall(db: Db | Tx, call: FinishedCall): Promise<boolean> {
  const { callSid, usage, appointmentId, customerId, endedAt, ...facts } = call;
  const closed = await db
    .update(callLogs)
    .set({
      ...facts,
      ...usage,
      ...(isKnown(appointmentId) ? { appointmentId } : {}),
      ...(isKnown(customerId) ? { customerId } : {}),
      ...closing(endedAt),
    })
    .where(and(eq(callLogs.callSid, callSid), isNull(callLogs.endedAt)))
    .returning({ id: callLogs.id });
  return closed.length === 1;
}

/**
 * Closes records left open by a process that died: calls that began more than `olderThanMs` before `now` (epoch
 * milliseconds), and transferred ones after four hours, since people may talk that long. Returns their CallSids.
 */
export async function closeOrphanedCalls(
  db: Db,
  { olderThanMs, now }: { olderThanMs: number; now: number },
): Promise<string[]> {
  const closed = await db
    .update(callLogs)
    .set({
      ...closing(new Date(now)),
      endedReason: 'media_disconnect',
      outcome: sql`coalesce(${callLogs.outcome}, 'abandoned')`,
    })
    .where(
      and(
        isNull(callLogs.endedAt),
        lt(callLogs.startedAt, new Date(now - olderThanMs)),
        or(
          sql`${callLogs.outcome} is distinct from ${TRANSFER_PENDING}`,
          lt(callLogs.startedAt, new Date(now - LONGEST_CALL_MS)),
        ),
      ),
    )
    .returning({ callSid: callLogs.callSid });
  return closed.map((row) => row.callSid);
}

/** A clock set back must not fail the write: a call ends no earlier than it began. */
function closing(endedAt: Date) {
  const end = sql`greatest(${endedAt.toISOString()}::timestamptz, ${callLogs.startedAt})`;
  return {
    endedAt: end,
    durationSeconds: sql`round(extract(epoch from ${end} - ${callLogs.startedAt}))::int`,
    updatedAt: sql`now()`,
  };
}

function isKnown(id: string | undefined): id is string {
  return id !== undefined && isUuid(id);
}

/** The call as its record knows it, or undefined when there is none. */
export async function findCall(
  db: Db,
  callSid: string,
): Promise<
  | { id: string; direction: 'inbound' | 'outbound'; callerPhone: string; customerId: string | null }
  | undefined
> {
  const [row] = await db
    .select({
      id: callLogs.id,
      direction: callLogs.direction,
      callerPhone: callLogs.callerPhone,
      customerId: callLogs.customerId,
    })
    .from(callLogs)
    .where(eq(callLogs.callSid, callSid));
  return row && { ...row, direction: row.direction === 'outbound' ? 'outbound' : 'inbound' };
}
