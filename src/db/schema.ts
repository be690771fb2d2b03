/** The tables, as Drizzle sees them. Exclusion constraints and generated checks live in drizzle/*.sql. */
import { sql } from 'drizzle-orm';
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { instant, list, money, timestamps } from './columns.ts';

/** Two-letter codes of the 50 states and the District of Columbia. */
export const STATES =
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'.split(
    ' ',
  );

export const APPOINTMENT_STATUSES = [
  'scheduled',
  'confirmed',
  'checked_in',
  'in_progress',
  'completed',
  'cancelled',
  'no_show',
] as const;
export type AppointmentStatus = (typeof APPOINTMENT_STATUSES)[number];

/** An appointment in one of these states occupies its bay; the exclusion constraint covers exactly these. */
export const ACTIVE_STATUSES = ['scheduled', 'confirmed', 'checked_in', 'in_progress'] as const;

export const CANCELLATION_REASONS = [
  'schedule_conflict',
  'got_service_elsewhere',
  'vehicle_sold',
  'issue_resolved',
  'rescheduled',
  'other',
] as const;

/** Where the calendar stands: `pending` is owed to it, `synced` agrees, `conflict` needs a person, `off` is not mirrored. */
export const CALENDAR_SYNC_STATES = ['off', 'pending', 'synced', 'conflict', 'failed'] as const;

export const ENDED_REASONS = [
  'caller_hangup',
  'agent_end',
  'transferred',
  'transfer_failed',
  'no_input',
  'max_duration',
  'voicemail',
  'no_answer',
  'busy',
  'stt_error',
  'llm_error',
  'tts_error',
  'media_disconnect',
  'shutdown',
] as const;
export type EndedReason = (typeof ENDED_REASONS)[number];

export const customers = pgTable(
  'customers',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** E.164, e.g. +12175550101. */
    phoneNumber: text('phone_number').notNull(),
    email: text('email'),
    preferredContactMethod: text('preferred_contact_method').notNull().default('phone'),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    dateOfBirth: date('date_of_birth', { mode: 'string' }),
    streetAddress: text('street_address'),
    city: text('city'),
    state: text('state'),
    zipCode: text('zip_code'),
    customerSince: date('customer_since', { mode: 'string' }),
    customerType: text('customer_type').notNull().default('individual'),
    referralSource: text('referral_source'),
    preferredServiceAdvisor: text('preferred_service_advisor'),
    receiveReminders: boolean('receive_reminders').notNull().default(true),
    receivePromotions: boolean('receive_promotions').notNull().default(false),
    preferredAppointmentTime: text('preferred_appointment_time'),
    notes: text('notes'),
    /** Until then nobody can be verified for this record by voice (too many wrong answers). */
    verificationLockedUntil: instant('verification_locked_until'),
    lastContactAt: instant('last_contact_at'),
    /** Which generator wrote the row (`seed`, `demo`); null means a real customer. */
    mockSource: text('mock_source'),
    ...timestamps,
  },
  (t) => [
    uniqueIndex('customers_phone_number_key').on(t.phoneNumber),
    index('customers_last_name_idx').on(sql`lower(${t.lastName})`, sql`lower(${t.firstName})`),
    index('customers_email_idx').on(sql`lower(${t.email})`),
    check('customers_phone_e164', sql`${t.phoneNumber} ~ '^\\+[1-9][0-9]{6,14}$'`),
    check('customers_email_shape', sql`${t.email} ~ '^[^@[:space:]]+@[^@[:space:]]+\\.[^@[:space:]]+$'`),
    check('customers_state_us', sql`${t.state} in (${list(STATES)})`),
    check('customers_zip_shape', sql`${t.zipCode} ~ '^[0-9]{5}(-[0-9]{4})?$'`),
    check('customers_contact_method', sql`${t.preferredContactMethod} in ('phone', 'sms', 'email')`),
    check('customers_type', sql`${t.customerType} in ('individual', 'business', 'fleet')`),
    check(
      'customers_name_length',
      sql`char_length(${t.firstName}) between 1 and 80 and char_length(${t.lastName}) between 1 and 80`,
    ),
  ],
);

export const vehicles = pgTable(
  'vehicles',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    /** 17 characters, upper case; unknown until the car is seen. */
    vin: text('vin'),
    licensePlate: text('license_plate'),
    year: smallint('year').notNull(),
    make: text('make').notNull(),
    model: text('model').notNull(),
    trim: text('trim'),
    color: text('color'),
    purchaseDate: date('purchase_date', { mode: 'string' }),
    purchasedFromUs: boolean('purchased_from_us').notNull().default(false),
    /** Miles. */
    currentMileage: integer('current_mileage'),
    lastServiceDate: date('last_service_date', { mode: 'string' }),
    lastServiceMileage: integer('last_service_mileage'),
    nextServiceDueMileage: integer('next_service_due_mileage'),
    isPrimaryVehicle: boolean('is_primary_vehicle').notNull().default(false),
    status: text('status').notNull().default('active'),
    ...timestamps,
  },
  (t) => [
    uniqueIndex('vehicles_vin_key').on(t.vin),
    index('vehicles_customer_id_idx').on(t.customerId),
    index('vehicles_license_plate_idx').on(t.licensePlate),
    check('vehicles_vin_shape', sql`${t.vin} ~ '^[A-HJ-NPR-Z0-9]{17}$'`),
    check('vehicles_year_range', sql`${t.year} between 1900 and 2100`),
    check('vehicles_status', sql`${t.status} in ('active', 'sold', 'totaled', 'inactive')`),
    check('vehicles_mileage', sql`${t.currentMileage} between 0 and 2000000`),
  ],
);

export const appointments = pgTable(
  'appointments',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    customerId: uuid('customer_id')
      .notNull()
      .references(() => customers.id, { onDelete: 'cascade' }),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id, { onDelete: 'cascade' }),
    scheduledAt: instant('scheduled_at').notNull(),
    durationMinutes: integer('duration_minutes').notNull(),
    /** scheduled_at + duration_minutes; kept as a column because the exclusion constraint needs an immutable range. */
    endsAt: instant('ends_at').notNull(),
    serviceType: text('service_type').notNull(),
    serviceCategory: text('service_category').notNull().default('maintenance'),
    serviceDescription: text('service_description'),
    /** In the customer's own words. */
    customerConcerns: text('customer_concerns'),
    recommendedServices: text('recommended_services'),
    estimatedCost: money('estimated_cost'),
    actualCost: money('actual_cost'),
    status: text('status', { enum: APPOINTMENT_STATUSES }).notNull().default('scheduled'),
    cancellationReason: text('cancellation_reason', { enum: CANCELLATION_REASONS }),
    confirmationSent: boolean('confirmation_sent').notNull().default(false),
    reminderSent: boolean('reminder_sent').notNull().default(false),
    calendarEventId: text('calendar_event_id'),
    /** The event's version when we last wrote it; another one there means that a person changed it. */
    calendarEtag: text('calendar_etag'),
    calendarSync: text('calendar_sync', { enum: CALENDAR_SYNC_STATES }).notNull().default('off'),
    assignedTechnician: text('assigned_technician'),
    /** 1-based. */
    bay: smallint('bay').notNull(),
    bookingMethod: text('booking_method').notNull().default('phone'),
    /** Who booked it: `voice_agent`, an advisor's name, `seed`. */
    bookedBy: text('booked_by').notNull().default('voice_agent'),
    transport: text('transport'),
    promisedAt: instant('promised_at'),
    readyAt: instant('ready_at'),
    completedAt: instant('completed_at'),
    ...timestamps,
  },
  (t) => [
    index('appointments_customer_idx').on(t.customerId, t.scheduledAt),
    index('appointments_vehicle_idx').on(t.vehicleId, t.scheduledAt),
    index('appointments_scheduled_at_idx').on(t.scheduledAt, t.status),
    index('appointments_completed_at_idx').on(t.completedAt).where(sql`completed_at is not null`),
    index('appointments_calendar_pending_idx')
      .on(t.updatedAt)
      .where(sql`calendar_sync in ('pending', 'failed')`),
    check('appointments_status', sql`${t.status} in (${list(APPOINTMENT_STATUSES)})`),
    check(
      'appointments_cancellation',
      sql`(${t.status} = 'cancelled') = (${t.cancellationReason} is not null)`,
    ),
    check(
      'appointments_cancellation_reason',
      sql`${t.cancellationReason} in (${list(CANCELLATION_REASONS)})`,
    ),
    check('appointments_calendar_sync', sql`${t.calendarSync} in (${list(CALENDAR_SYNC_STATES)})`),
    check('appointments_duration', sql`${t.durationMinutes} between 5 and 600`),
    check(
      'appointments_ends_at',
      sql`extract(epoch from (${t.endsAt} - ${t.scheduledAt})) = ${t.durationMinutes} * 60`,
    ),
    check('appointments_bay', sql`${t.bay} between 1 and 100`),
    check('appointments_transport', sql`${t.transport} in ('waiter', 'drop_off', 'shuttle')`),
    check('appointments_booking_method', sql`${t.bookingMethod} in ('phone', 'online', 'walk_in', 'staff')`),
    check(
      'appointments_category',
      sql`${t.serviceCategory} in ('maintenance', 'repair', 'diagnosis', 'recall', 'other')`,
    ),
  ],
);

export const serviceHistory = pgTable(
  'service_history',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    vehicleId: uuid('vehicle_id')
      .notNull()
      .references(() => vehicles.id, { onDelete: 'cascade' }),
    appointmentId: uuid('appointment_id').references(() => appointments.id, { onDelete: 'set null' }),
    serviceDate: date('service_date', { mode: 'string' }).notNull(),
    mileage: integer('mileage'),
    servicesPerformed: text('services_performed').array().notNull(),
    partsReplaced: text('parts_replaced').array().notNull().default([]),
    totalCost: money('total_cost'),
    nextServiceType: text('next_service_type'),
    nextServiceDueDate: date('next_service_due_date', { mode: 'string' }),
    nextServiceDueMileage: integer('next_service_due_mileage'),
    technician: text('technician'),
    notes: text('notes'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [
    index('service_history_vehicle_idx').on(t.vehicleId, t.serviceDate),
    uniqueIndex('service_history_appointment_key').on(t.appointmentId),
  ],
);

export const callLogs = pgTable(
  'call_logs',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    /** Twilio's CallSid. */
    callSid: text('call_sid').notNull(),
    customerId: uuid('customer_id').references(() => customers.id, { onDelete: 'set null' }),
    direction: text('direction').notNull(),
    /** As Twilio reported it: E.164, or the word for a withheld number. */
    callerPhone: text('caller_phone').notNull(),
    flow: text('flow'),
    startedAt: instant('started_at').notNull().defaultNow(),
    answeredAt: instant('answered_at'),
    endedAt: instant('ended_at'),
    durationSeconds: integer('duration_seconds'),
    outcome: text('outcome'),
    endedReason: text('ended_reason', { enum: ENDED_REASONS }),
    sentiment: text('sentiment'),
    intent: text('intent'),
    appointmentId: uuid('appointment_id').references(() => appointments.id, { onDelete: 'set null' }),
    requiredHumanTransfer: boolean('required_human_transfer').notNull().default(false),
    model: text('model'),
    promptTokens: integer('prompt_tokens').notNull().default(0),
    cachedTokens: integer('cached_tokens').notNull().default(0),
    completionTokens: integer('completion_tokens').notNull().default(0),
    summary: text('summary'),
    /** The media stream's token was issued (real time, not the business clock) and used; each once per generation. */
    streamGeneration: smallint('stream_generation').notNull().default(1),
    streamTokenIssuedAt: instant('stream_token_issued_at'),
    streamClaimedAt: instant('stream_claimed_at'),
    ...timestamps,
  },
  (t) => [
    uniqueIndex('call_logs_call_sid_key').on(t.callSid),
    index('call_logs_customer_idx').on(t.customerId, t.startedAt),
    index('call_logs_started_at_idx').on(t.startedAt),
    index('call_logs_open_idx').on(t.startedAt).where(sql`ended_at is null`),
    check('call_logs_direction', sql`${t.direction} in ('inbound', 'outbound')`),
    check('call_logs_ended_reason', sql`${t.endedReason} in (${list(ENDED_REASONS)})`),
    check('call_logs_duration', sql`${t.durationSeconds} >= 0`),
  ],
);

export const callTurns = pgTable(
  'call_turns',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    callId: uuid('call_id')
      .notNull()
      .references(() => callLogs.id, { onDelete: 'cascade' }),
    /** 1, 2, 3 in the order things were said or done. */
    position: integer('position').notNull(),
    speaker: text('speaker').notNull(),
    /** What the other side heard; for a tool, its name. */
    text: text('text').notNull(),
    interrupted: boolean('interrupted').notNull().default(false),
    toolArguments: jsonb('tool_arguments'),
    toolResult: jsonb('tool_result'),
    /** Milliseconds: caller's last sound to end of turn; to the model's first token; to the first speech byte; to the first byte played. */
    endOfTurnMs: integer('end_of_turn_ms'),
    modelFirstTokenMs: integer('model_first_token_ms'),
    speechFirstByteMs: integer('speech_first_byte_ms'),
    responseMs: integer('response_ms'),
    toolMs: integer('tool_ms'),
    at: instant('at').notNull(),
  },
  (t) => [
    uniqueIndex('call_turns_call_position_key').on(t.callId, t.position),
    check('call_turns_speaker', sql`${t.speaker} in ('caller', 'agent', 'tool')`),
  ],
);

/** The answer given to a write, so that the same write asked again is answered and not repeated. */
export const idempotencyKeys = pgTable(
  'idempotency_keys',
  {
    key: text('key').primaryKey(),
    paramsHash: text('params_hash').notNull(),
    response: jsonb('response').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (t) => [index('idempotency_keys_created_at_idx').on(t.createdAt)],
);

/** One row that says what a database is (`demo`, `seed`): generated data may only be written over generated data. */
export const databaseInfo = pgTable('database_info', {
  key: text('key').primaryKey(),
  value: text('value').notNull(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
});
