/** Texts to customers: stored before they are sent, sent once at most, and never to anybody who said no. */
import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { textMessages } from '../db/desk-schema.ts';
import { ACTIVE_STATUSES, appointments, customers } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import type { TextOutcome } from './ports.ts';
import type { DealershipProfile } from './profile.ts';
import { isUuid } from './text.ts';
import { composeConfirmation } from './text-wording.ts';
import { type Busy, inTransaction } from './transaction.ts';

/**
 * `queued`: to be sent. `sending`: handed to the vendor, no answer yet. `sent`: accepted. `refused`: the number has
 * answered STOP. `bad_number`: no text can reach it. `failed`: surely not sent, for another reason. `dropped`: not
 * worth sending any more. `unknown`: it may have been sent, so nobody sends it again.
 */
type TextStatus = 'queued' | 'sending' | 'sent' | 'refused' | 'bad_number' | 'failed' | 'dropped' | 'unknown';

/** A process that has not heard of its text by then is gone; an answer takes five seconds at most. */
const LOST_MS = 5 * 60_000;

const WAITING = 'queued' satisfies TextStatus;
const UNDER_WAY = 'sending' satisfies TextStatus;
const DROPPED = 'dropped' satisfies TextStatus;
/** These say that the customer never had the text. */
const NEVER_ARRIVED: readonly string[] = [
  'queued',
  'refused',
  'bad_number',
  'failed',
  'dropped',
] satisfies TextStatus[];
/** A number that has had one of these gets no text any more. */
const CLOSED_TO_US = ['refused', 'bad_number'] satisfies TextStatus[];

/** The first text about an appointment, and one more if it was moved afterwards. */
const CONFIRMATIONS = ['confirmation', 'moved'] as const;
const isConfirmation = (kind: string) => CONFIRMATIONS.some((known) => known === kind);

export type TextRefusal =
  /** No such appointment, not this customer's, over or cancelled. */
  | { code: 'not_found' }
  /** The customer does not want to hear from us. */
  | { code: 'opted_out' }
  /** Texts to the number on file do not arrive. */
  | { code: 'unreachable' }
  /** There was a text, and another after a change. */
  | { code: 'limit_reached' }
  | Busy;

/**
 * Puts the confirmation of an appointment in line for the number on file; committed when it resolves. Safe to repeat:
 * `isNew` is false when the same text has been sent, or may have been. A text still waiting is brought up to date.
 */
export async function queueConfirmation(
  db: Db,
  profile: DealershipProfile,
  wish: { appointmentId: string; customerId: string; now: number },
): Promise<Result<{ isNew: boolean }, TextRefusal>> {
  const { appointmentId, customerId, now } = wish;
  if (!isUuid(appointmentId) || !isUuid(customerId)) return refuse({ code: 'not_found' });
  return inTransaction<{ isNew: boolean }, TextRefusal>(db, async (tx) => {
    const facts = await readFacts(tx, appointmentId, now);
    if (facts?.customerId !== customerId) return refuse({ code: 'not_found' });
    if (!facts.receiveReminders) return refuse({ code: 'opted_out' });
    if (await isClosedToUs(tx, facts)) return refuse({ code: 'unreachable' });
    const text = {
      customerId,
      appointmentId,
      toPhone: facts.phoneNumber,
      body: composeConfirmation(profile, facts),
    };
    for (const kind of CONFIRMATIONS) {
      const [added] = await tx
        .insert(textMessages)
        .values({ ...text, kind, status: WAITING })
        .onConflictDoNothing({ target: [textMessages.appointmentId, textMessages.kind] })
        .returning({ id: textMessages.id });
      if (added) return ok({ isNew: true });
      const [known] = await tx
        .select()
        .from(textMessages)
        .where(and(eq(textMessages.appointmentId, appointmentId), eq(textMessages.kind, kind)))
        .for('update');
      if (!known) return refuse({ code: 'busy' });
      if (NEVER_ARRIVED.includes(known.status)) {
        await tx
          .update(textMessages)
          .set({ ...text, status: WAITING, sentAt: null })
          .where(eq(textMessages.id, known.id));
        return ok({ isNew: true });
      }
      if (known.body === text.body) return ok({ isNew: false });
    }
    return refuse({ code: 'limit_reached' });
  });
}

interface Facts {
  customerId: string;
  phoneNumber: string;
  receiveReminders: boolean;
  serviceType: string;
  scheduledAt: Date;
}

/** Of an appointment that is still to come. */
async function readFacts(tx: Tx, appointmentId: string, now: number): Promise<Facts | undefined> {
  const [facts] = await tx
    .select({
      customerId: customers.id,
      phoneNumber: customers.phoneNumber,
      receiveReminders: customers.receiveReminders,
      serviceType: appointments.serviceType,
      scheduledAt: appointments.scheduledAt,
    })
    .from(appointments)
    .innerJoin(customers, eq(customers.id, appointments.customerId))
    .where(
      and(
        eq(appointments.id, appointmentId),
        inArray(appointments.status, [...ACTIVE_STATUSES]),
        gt(appointments.scheduledAt, new Date(now)),
      ),
    );
  return facts;
}

async function isClosedToUs(tx: Tx, { customerId, phoneNumber }: Facts): Promise<boolean> {
  const closed = await tx
    .select({ id: textMessages.id })
    .from(textMessages)
    .where(
      and(
        eq(textMessages.customerId, customerId),
        eq(textMessages.toPhone, phoneNumber),
        inArray(textMessages.status, CLOSED_TO_US),
      ),
    )
    .limit(1);
  return closed.length > 0;
}

export interface ClaimedText {
  id: string;
  /** E.164. */
  to: string;
  body: string;
}

/**
 * Takes the oldest text in line, so that no other process sends it, and says it as things stand now. `dropped`: there
 * was one that is not to be sent any more. Undefined: the line is empty.
 */
export async function claimText(
  db: Db,
  profile: DealershipProfile,
  now: number,
): Promise<Result<ClaimedText | 'dropped' | undefined, Busy>> {
  return inTransaction<ClaimedText | 'dropped' | undefined, never>(db, async (tx) => {
    const oldest = tx
      .select({ id: textMessages.id })
      .from(textMessages)
      .where(eq(textMessages.status, WAITING))
      .orderBy(textMessages.createdAt, textMessages.id)
      .limit(1)
      .for('update', { skipLocked: true });
    const [claimed] = await tx
      .update(textMessages)
      .set({ status: UNDER_WAY, sentAt: sql`now()` })
      .where(and(eq(textMessages.status, WAITING), inArray(textMessages.id, oldest)))
      .returning();
    if (!claimed) return ok(undefined);
    const { id, appointmentId } = claimed;
    const facts = appointmentId === null ? undefined : await readFacts(tx, appointmentId, now);
    if (!facts?.receiveReminders || (await isClosedToUs(tx, facts))) {
      await tx.update(textMessages).set({ status: DROPPED, sentAt: null }).where(eq(textMessages.id, id));
      return ok('dropped');
    }
    const to = facts.phoneNumber;
    const body = isConfirmation(claimed.kind) ? composeConfirmation(profile, facts) : claimed.body;
    await tx.update(textMessages).set({ toPhone: to, body }).where(eq(textMessages.id, id));
    return ok({ id, to, body });
  });
}

const STATUS_AFTER: Record<TextOutcome['status'], TextStatus> = {
  accepted: 'sent',
  opted_out: 'refused',
  bad_number: 'bad_number',
  refused: 'failed',
  not_sent: 'queued',
  unknown: 'unknown',
};

/** Writes down what became of a claimed text; an accepted confirmation is noted on its appointment too. */
export async function recordOutcome(
  db: Db,
  id: string,
  outcome: TextOutcome,
): Promise<Result<undefined, Busy>> {
  return inTransaction<undefined, never>(db, async (tx) => {
    const status = STATUS_AFTER[outcome.status];
    const [text] = await tx
      .update(textMessages)
      .set({
        status,
        ...(outcome.status === 'accepted' ? { messageSid: outcome.messageSid } : {}),
        ...(status === WAITING ? { sentAt: null } : {}),
      })
      .where(and(eq(textMessages.id, id), inArray(textMessages.status, [UNDER_WAY, 'unknown'])))
      .returning();
    if (text?.appointmentId && status === 'sent' && isConfirmation(text.kind)) {
      await tx
        .update(appointments)
        .set({ confirmationSent: true })
        .where(eq(appointments.id, text.appointmentId));
    }
    return ok(undefined);
  });
}

/** Texts whose sender died between asking and hearing the answer: nobody knows, so nobody sends them. Returns how many. */
export async function giveUpLostTexts(db: Db): Promise<number> {
  const { rowCount } = await db
    .update(textMessages)
    .set({ status: 'unknown' satisfies TextStatus })
    .where(
      and(
        eq(textMessages.status, UNDER_WAY),
        sql`${textMessages.sentAt} < now() - ${LOST_MS} * interval '1 millisecond'`,
      ),
    );
  return rowCount ?? 0;
}
