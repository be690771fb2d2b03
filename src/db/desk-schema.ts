/** The tables of the desk behind the calls: proof of identity, held times, notes for people, the calendar's busy times, texts. */
import { sql } from 'drizzle-orm';
import { boolean, check, index, pgTable, smallint, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { instant, list } from './columns.ts';
import { appointments, callLogs, customers } from './schema.ts';

/** Every try to prove who is calling, so that guessing is limited across calls. */
export const verificationAttempts = pgTable(
  'verification_attempts',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    callId: uuid('call_id').references(() => callLogs.id, { onDelete: 'set null' }),
    /** Whose record was tried for; null when nobody has what was claimed. */
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'cascade' }),
    /** The number called from, or null when withheld. */
    callerPhone: text('caller_phone'),
    isSuccess: boolean('is_success').notNull(),
    at: instant('at').notNull(),
  },
  (t) => [
    index('verification_attempts_customer_idx').on(t.customerId, t.at),
    index('verification_attempts_caller_idx').on(t.callerPhone, t.at),
    index('verification_attempts_call_idx').on(t.callId),
  ],
);

/** A start that was offered to one caller: free for them, taken for others, until it expires. */
export const slotHolds = pgTable(
  'slot_holds',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    callSid: text('call_sid').notNull(),
    bay: smallint('bay').notNull(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    /** Real time: a hold is about people waiting, not about the business clock. */
    expiresAt: instant('expires_at').notNull(),
  },
  (t) => [
    index('slot_holds_call_idx').on(t.callSid),
    index('slot_holds_time_idx').on(t.startsAt, t.endsAt),
    check('slot_holds_order', sql`${t.endsAt} > ${t.startsAt}`),
  ],
);

export const NOTE_CATEGORIES = [
  'callback',
  'concern',
  'complaint',
  'safety',
  'transfer_failed',
  'wrong_number',
  'follow_up',
  'calendar_conflict',
  'vin_conflict',
  'other',
] as const;

/** What a person has to look at. */
export const followUpNotes = pgTable(
  'follow_up_notes',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'cascade' }),
    appointmentId: uuid('appointment_id').references(() => appointments.id, { onDelete: 'set null' }),
    callId: uuid('call_id').references(() => callLogs.id, { onDelete: 'set null' }),
    category: text('category', { enum: NOTE_CATEGORIES }).notNull(),
    priority: text('priority', { enum: ['normal', 'high', 'urgent'] })
      .notNull()
      .default('normal'),
    /** In the caller's words where it is theirs. */
    note: text('note').notNull(),
    /** E.164, when somebody should be called. */
    callbackNumber: text('callback_number'),
    doneAt: instant('done_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('follow_up_notes_open_idx').on(t.createdAt).where(sql`done_at is null`),
    index('follow_up_notes_customer_idx').on(t.customerId),
    check('follow_up_notes_category', sql`${t.category} in (${list(NOTE_CATEGORIES)})`),
    check('follow_up_notes_priority', sql`${t.priority} in ('normal', 'high', 'urgent')`),
    check('follow_up_notes_phone', sql`${t.callbackNumber} ~ '^\\+[1-9][0-9]{6,14}$'`),
  ],
);

/** Busy times of the dealership's calendar that are not our appointments. */
export const calendarBlocks = pgTable(
  'calendar_blocks',
  {
    eventId: text('event_id').primaryKey(),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at').notNull(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [
    index('calendar_blocks_time_idx').on(t.startsAt, t.endsAt),
    check('calendar_blocks_order', sql`${t.endsAt} > ${t.startsAt}`),
  ],
);

/** Texts to customers: what was sent, and what became of it. */
export const textMessages = pgTable(
  'text_messages',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'cascade' }),
    appointmentId: uuid('appointment_id').references(() => appointments.id, { onDelete: 'set null' }),
    kind: text('kind').notNull(),
    toPhone: text('to_phone').notNull(),
    body: text('body').notNull(),
    status: text('status').notNull().default('queued'),
    /** Twilio's MessageSid. */
    messageSid: text('message_sid'),
    createdAt: instant('created_at').notNull().defaultNow(),
    sentAt: instant('sent_at'),
  },
  (t) => [
    uniqueIndex('text_messages_once').on(t.appointmentId, t.kind),
    index('text_messages_customer_idx').on(t.customerId),
    check(
      'text_messages_kind',
      sql`${t.kind} in ('confirmation', 'reminder', 'missed_reminder', 'moved', 'cancelled')`,
    ),
    check('text_messages_phone', sql`${t.toPhone} ~ '^\\+[1-9][0-9]{6,14}$'`),
  ],
);
