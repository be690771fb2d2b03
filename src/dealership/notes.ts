/** Notes for people: what a caller wants somebody to look at. */
import { createHash } from 'node:crypto';
import { asc, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../db/connect.ts';
import { followUpNotes, type NOTE_CATEGORIES } from '../db/desk-schema.ts';
import { customers } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { type KeyReused, writeOnce } from './idempotency.ts';
import { normalizePhone } from './phone-number.ts';
import { cutText, isUuid } from './text.ts';
import type { Busy } from './transaction.ts';

const NOTE_MAX = 500;

type NoteCategory = (typeof NOTE_CATEGORIES)[number];
type NotePriority = 'normal' | 'high' | 'urgent';

export interface NewNote {
  /** Twilio's CallSid: the same note in the same call is one note. */
  callSid: string;
  /** Of the call log; anything but an id is left out. */
  callLogId?: string;
  customerId?: string;
  appointmentId?: string;
  category: NoteCategory;
  priority: NotePriority;
  /** Cut to 500 characters. */
  note: string;
  /** As it was said. */
  callbackNumber?: string;
  /** E.164; for a note without a call-back number of its own. */
  callerPhone?: string;
}

export type NoteRefusal = { code: 'empty' } | { code: 'invalid_phone' } | KeyReused | Busy;

export interface AddedNote {
  noteId: string;
  /** E.164; null when nobody can be called back. */
  callbackNumber: string | null;
}

const addedSchema = z.object({ noteId: z.uuid(), callbackNumber: z.string().nullable() });

/** Safe to repeat. A call-back number that cannot be one is refused, so that the caller can be asked again. */
export async function createNote(db: Db, wish: NewNote): Promise<Result<AddedNote, NoteRefusal>> {
  const note = cutText(wish.note, NOTE_MAX);
  if (note === '') return refuse({ code: 'empty' });
  const given = wish.callbackNumber?.trim();
  const callbackNumber = normalizePhone(given || (wish.callerPhone ?? '')) ?? null;
  if (given && callbackNumber === null) return refuse({ code: 'invalid_phone' });

  const { callSid, category, priority } = wish;
  const customerId = wish.customerId ?? null;
  const appointmentId = wish.appointmentId ?? null;
  const content = { category, priority, note, callbackNumber, customerId, appointmentId };
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 32);
  const written = await writeOnce<AddedNote, NoteRefusal>(db, {
    key: `${callSid}:note:${digest}`,
    params: content,
    answer: addedSchema,
    work: async (tx) => {
      const callId = wish.callLogId !== undefined && isUuid(wish.callLogId) ? wish.callLogId : null;
      const [added] = await tx
        .insert(followUpNotes)
        .values({ ...content, callId })
        .returning({ noteId: followUpNotes.id });
      if (added === undefined) throw new Error('The database stored no note and gave no reason.');
      return ok({ ...added, callbackNumber });
    },
  });
  return written.ok ? ok(written.value.value) : written;
}

export interface OpenNote {
  id: string;
  category: NoteCategory;
  priority: NotePriority;
  note: string;
  callbackNumber: string | null;
  customer: { id: string; firstName: string; lastName: string } | null;
  appointmentId: string | null;
  callId: string | null;
  createdAt: Date;
}

/** What nobody has done yet: the urgent first, then the oldest. */
export async function listOpenNotes(db: Db, { limit = 200 }: { limit?: number } = {}): Promise<OpenNote[]> {
  return db
    .select({
      id: followUpNotes.id,
      category: followUpNotes.category,
      priority: followUpNotes.priority,
      note: followUpNotes.note,
      callbackNumber: followUpNotes.callbackNumber,
      customer: { id: customers.id, firstName: customers.firstName, lastName: customers.lastName },
      appointmentId: followUpNotes.appointmentId,
      callId: followUpNotes.callId,
      createdAt: followUpNotes.createdAt,
    })
    .from(followUpNotes)
    .leftJoin(customers, eq(customers.id, followUpNotes.customerId))
    .where(isNull(followUpNotes.doneAt))
    .orderBy(
      sql`array_position(array['urgent', 'high', 'normal'], ${followUpNotes.priority})`,
      asc(followUpNotes.createdAt),
      asc(followUpNotes.id),
    )
    .limit(limit);
}
