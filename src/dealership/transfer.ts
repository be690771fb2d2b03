/** Handing a call over to a person: who can be reached, and what the call's record says until it is known how it went. */
import { and, eq, isNull, max, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { followUpNotes } from '../db/desk-schema.ts';
import { callLogs, callTurns, type EndedReason } from '../db/schema.ts';
import { ok, refuse } from '../lib/result.ts';
import { type FinishedCall, finishCall, renewStream, TRANSFER_PENDING } from './call-log.ts';
import { dayHours, isOpenAt, nextOpenDay } from './hours.ts';
import { toLocal } from './local-time.ts';
import type { DealershipProfile } from './profile.ts';
import { sayWhen } from './spoken-time.ts';
import { cutText, isUuid } from './text.ts';
import { inTransaction } from './transaction.ts';

/** Takes what no other department can be reached for. */
const FALLBACK = 'service_advisor';
/** What an advisor can read while the phone rings; characters. */
const SUMMARY_MAX = 600;

export type Reach =
  | { status: 'bridging'; department: string }
  /** `opens`: when the next open day begins, as the agent says it. */
  | { status: 'closed'; opens: string | undefined }
  | { status: 'unavailable' };

/** Decides whether a call can be put through now. `reachable`: departments that have a number. `now`: epoch milliseconds. */
export function findDepartment(
  profile: DealershipProfile,
  { department, reachable, now }: { department: string; reachable: readonly string[]; now: number },
): Reach {
  const target = [department, FALLBACK].find(
    (name) => profile.transferTargets.includes(name) && reachable.includes(name),
  );
  if (target === undefined) return { status: 'unavailable' };
  if (isOpenAt(profile, now)) return { status: 'bridging', department: target };
  return { status: 'closed', opens: sayNextOpening(profile, now) };
}

/** For trying transfers without real numbers: every department is at the main number. */
export function demoTransferNumbers(profile: DealershipProfile): Record<string, string> {
  return Object.fromEntries(profile.transferTargets.map((department) => [department, profile.mainPhone]));
}

function sayNextOpening(profile: DealershipProfile, nowMs: number): string | undefined {
  const now = toLocal(nowMs, profile.timeZone);
  const today = dayHours(profile, now.toPlainDate());
  const isBefore = today.isOpen && nowMs < today.opensAt.getTime();
  const date = isBefore ? now.toPlainDate() : nextOpenDay(profile, now.toPlainDate());
  const day = date && dayHours(profile, date);
  return day?.isOpen ? sayWhen(toLocal(day.opensAt, profile.timeZone), now) : undefined;
}

/** As an advisor should read it: one line of at most 600 characters. */
export const cleanSummary = (summary: string): string => cutText(summary, SUMMARY_MAX);

/** The caller needs a person: kept at once, whatever comes of the call. */
export async function noteNeedOfPerson(db: Db, callLogId: string, summary: string): Promise<void> {
  if (!isUuid(callLogId)) return;
  await db
    .update(callLogs)
    .set({ requiredHumanTransfer: true, summary: cleanSummary(summary), updatedAt: sql`now()` })
    .where(eq(callLogs.id, callLogId));
}

const isOpen = (callSid: string) => and(eq(callLogs.callSid, callSid), isNull(callLogs.endedAt));
const isPending = (callSid: string) => and(isOpen(callSid), eq(callLogs.outcome, TRANSFER_PENDING));

/** The line is about to move: the record stays open until it is known whether somebody answered. False when it is closed. */
export async function beginTransfer(
  db: Db,
  {
    callSid,
    flow,
    model,
    usage,
    appointmentId,
    customerId,
  }: Omit<FinishedCall, 'endedAt' | 'endedReason' | 'outcome'>,
): Promise<boolean> {
  const begun = await db
    .update(callLogs)
    .set({
      outcome: TRANSFER_PENDING,
      ...usage,
      ...(flow ? { flow } : {}),
      ...(model ? { model } : {}),
      ...(appointmentId ? { appointmentId } : {}),
      ...(customerId ? { customerId } : {}),
      updatedAt: sql`now()`,
    })
    .where(isOpen(callSid))
    .returning({ id: callLogs.id });
  return begun.length === 1;
}

/** Somebody took the call. False when its record was closed before, or no transfer of it was under way. */
export async function completeTransfer(db: Db, callSid: string, endedAt: Date): Promise<boolean> {
  if ((await db.$count(callLogs, isPending(callSid))) === 0) return false;
  return finishCall(db, {
    callSid,
    endedAt,
    endedReason: 'transferred',
    outcome: 'transferred',
    requiredHumanTransfer: true,
  });
}

export interface MissedTransfer {
  department: string;
  reason: string;
  summary: string;
  /** Why it failed, as Twilio puts it: `busy`, `no-answer`, `failed`, `canceled`. */
  why: string;
  callbackNumber: string | null;
  customerId: string | null;
}

const URGENCY: Readonly<Record<string, 'normal' | 'high' | 'urgent'>> = {
  safety: 'urgent',
  angry: 'high',
  complaint: 'high',
};

/**
 * Nobody took the call. Leaves a note for whoever should have, once, and either allows the caller a new stream (returns
 * its generation) or closes the record. Undefined when no transfer of it was under way any more.
 */
export async function failTransfer(
  db: Db,
  callSid: string,
  missed: MissedTransfer,
  next: { do: 'return' } | { do: 'close'; endedAt: Date; endedReason: EndedReason },
): Promise<{ generation: number } | undefined> {
  const result = await inTransaction(db, async (tx) => {
    const [call] = await tx
      .update(callLogs)
      .set({ outcome: 'transfer_failed', requiredHumanTransfer: true, updatedAt: sql`now()` })
      .where(isPending(callSid))
      .returning({
        id: callLogs.id,
        generation: callLogs.streamGeneration,
        summary: callLogs.summary,
      });
    if (call === undefined) return refuse({ code: 'not_pending' as const });
    await tx.insert(followUpNotes).values({
      callId: call.id,
      customerId: missed.customerId !== null && isUuid(missed.customerId) ? missed.customerId : null,
      category: 'transfer_failed',
      priority: URGENCY[missed.reason] ?? 'normal',
      note: `Could not be put through to ${asWords(missed.department)} (${missed.why}); reason: ${asWords(missed.reason)}. ${missed.summary || (call.summary ?? '')}`.trim(),
      callbackNumber: missed.callbackNumber,
    });
    if (next.do === 'close') {
      const { endedAt, endedReason } = next;
      await finishCall(tx, { callSid, endedAt, endedReason, outcome: 'transfer_failed' });
      return ok({ generation: call.generation });
    }
    const generation = await renewStream(tx, callSid, call.generation);
    return generation === undefined ? refuse({ code: 'not_pending' as const }) : ok({ generation });
  });
  if (!result.ok && result.refusal.code === 'busy')
    throw new Error('The call record is held by another write.');
  return result.ok ? result.value : undefined;
}

const asWords = (code: string) => code.replaceAll('_', ' ');

export interface StreamState {
  generation: number;
  isClaimed: boolean;
  isAnswered: boolean;
  endedReason: string | null;
  hasEnded: boolean;
  outcome: string | null;
}

/** What may come after a stream of the call; undefined for a call that has no record. */
export async function readStreamState(db: Db, callSid: string): Promise<StreamState | undefined> {
  const [row] = await db
    .select({
      generation: callLogs.streamGeneration,
      claimedAt: callLogs.streamClaimedAt,
      answeredAt: callLogs.answeredAt,
      endedAt: callLogs.endedAt,
      endedReason: callLogs.endedReason,
      outcome: callLogs.outcome,
    })
    .from(callLogs)
    .where(eq(callLogs.callSid, callSid));
  if (row === undefined) return undefined;
  const { generation, endedReason, outcome } = row;
  return {
    generation,
    endedReason,
    outcome,
    isClaimed: row.claimedAt !== null,
    isAnswered: row.answeredAt !== null,
    hasEnded: row.endedAt !== null,
  };
}

/** The position of the last turn that was kept; 0 when there is none. */
export async function lastPosition(db: Db, callLogId: string): Promise<number> {
  const [row] = await db
    .select({ last: max(callTurns.position) })
    .from(callTurns)
    .where(eq(callTurns.callId, callLogId));
  return row?.last ?? 0;
}
