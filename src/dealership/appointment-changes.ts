/** Moving, confirming and cancelling an appointment. The row, and so its id and calendar event, stays the same one. */
import { randomUUID } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { appointments, type CANCELLATION_REASONS } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import {
  activeAppointments,
  checkLimits,
  lockVehicle,
  openBays,
  type PlaceRefusal,
  readStart,
  type TimeRefusal,
} from './appointments.ts';
import { type Booking, type BookingRecord, bookingSchema, describe, findAppointment } from './booking.ts';
import { checkStart } from './booking-rules.ts';
import { claimHolds, isFreeOfHolds, type Span } from './holds.ts';
import { type KeyReused, writeOnce } from './idempotency.ts';
import type { Outbox } from './ports.ts';
import type { DealershipProfile } from './profile.ts';
import { isUuid } from './text.ts';
import type { Busy } from './transaction.ts';

export type CancellationReason = (typeof CANCELLATION_REASONS)[number];
type AppointmentRow = typeof appointments.$inferSelect;

export interface ChangeRequest {
  appointmentId: string;
  /** The caller; an appointment of anybody else answers as one that does not exist. */
  customerId: string;
  idempotencyKey: string;
  /** The call that asks: it gets the time that was held for it. */
  callSid?: string;
  /** Epoch milliseconds. */
  now: number;
  /** `pending` when somebody will bring the calendar into line. Left out: as the row has it, `off` staying `off`. */
  calendarSync?: 'pending' | 'off';
  /** Is handed what is owed to the calendar, in the transaction of the change. */
  outbox?: Outbox | undefined;
}

export type ChangeRefusal =
  | { code: 'not_found' }
  /** It is over, under way, or was cancelled: `status` says which. */
  | { code: 'not_changeable'; status: BookingRecord['status'] }
  | KeyReused
  | Busy;

export type RescheduleRefusal = ChangeRefusal | TimeRefusal | PlaceRefusal;

/** A moved booking, and where it was before. `previousStart` equals `start` when it was there already. */
export type Moved = Booking & { previousStart: string };

const movedSchema = bookingSchema.extend({ previousStart: bookingSchema.shape.start });

/**
 * Moves the appointment, or refuses and leaves it exactly where it was. It keeps its length, and is asked to be
 * confirmed and reminded anew.
 *
 * How: the new time is first taken with a stand-in row (INSERT .. ON CONFLICT DO NOTHING), which is then removed and
 * the real row moved onto it, all in one transaction. Nobody sees the stand-in; whoever wants that time meanwhile
 * waits for this transaction. By then nothing else can hold the time, so the UPDATE waits for nobody. Without the
 * stand-in, concurrent UPDATEs against the no-overlap rule wait for each other in circles; with cancel-and-insert in
 * its place the appointment would get another id, and two customers swapping times could block each other.
 */
export async function rescheduleAppointment(
  db: Db,
  profile: DealershipProfile,
  request: ChangeRequest & { newStart: string },
): Promise<Result<Moved, RescheduleRefusal>> {
  const { appointmentId, customerId, newStart } = request;
  let isUnmoved = false;
  const result = await writeOnce<Omit<Moved, 'replayed'>, RescheduleRefusal>(db, {
    key: request.idempotencyKey,
    params: { write: 'reschedule_appointment', appointmentId, customerId, newStart },
    answer: movedSchema,
    work: async (tx) => {
      const before = await lockChangeable(tx, profile, request);
      if (!before.ok) return before;
      const { row, vehicle } = before.value;
      const start = readStart(profile, { start: newStart, minutes: row.durationMinutes, now: request.now });
      if (!start.ok) return start;
      const { start: previousStart } = describe(profile, row, vehicle);

      isUnmoved = row.scheduledAt.getTime() === start.value.getTime();
      if (isUnmoved) return ok({ ...describe(profile, row, vehicle), previousStart });

      const moved = await move(tx, profile, { row, startsAt: start.value, request });
      if (!moved.ok) return moved;
      await oweCalendar(tx, moved.value, request);
      return ok({ ...describe(profile, moved.value, vehicle), previousStart });
    },
  });
  if (!result.ok) return result;
  return ok({ ...result.value.value, replayed: result.value.replayed || isUnmoved });
}

async function move(
  tx: Tx,
  profile: DealershipProfile,
  { row, startsAt, request }: { row: AppointmentRow; startsAt: Date; request: ChangeRequest },
): Promise<Result<AppointmentRow, RescheduleRefusal>> {
  const { now } = request;
  const minutes = row.durationMinutes;
  const endsAt = new Date(startsAt.getTime() + minutes * 60_000);
  const held = await activeAppointments(tx, profile, { vehicleId: row.vehicleId, startsAt, now });
  const others = held.filter((other) => other.id !== row.id);
  const forbidden =
    checkStart({ profile, startsAt, minutes, now }) ??
    checkLimits(profile, { held: others, startsAt, endsAt, now });
  if (forbidden !== undefined) return refuse(forbidden);

  const claimed = await claimHolds(tx, request.callSid, { startsAt, endsAt });
  for (const bay of await openBays(tx, profile, { startsAt, endsAt, held: claimed, except: row.id })) {
    const needed = bay === row.bay ? missingPart(row, { startsAt, endsAt }) : { startsAt, endsAt };
    if (!(await takeAndRelease(tx, row, bay, needed))) continue;
    const [moved] = await tx
      .update(appointments)
      .set({
        scheduledAt: startsAt,
        endsAt,
        bay,
        status: 'scheduled',
        confirmationSent: false,
        reminderSent: false,
        calendarSync: nextSync(row, request),
        updatedAt: new Date(now),
      })
      .where(eq(appointments.id, row.id))
      .returning();
    if (moved !== undefined) return ok(moved);
  }
  return refuse({ code: 'slot_unavailable' });
}

/** What of the new time, equally long, the appointment does not hold already in its own bay. */
function missingPart(row: AppointmentRow, wanted: Span): Span {
  if (wanted.startsAt >= row.endsAt || wanted.endsAt <= row.scheduledAt) return wanted;
  return wanted.startsAt > row.scheduledAt
    ? { startsAt: row.endsAt, endsAt: wanted.endsAt }
    : { startsAt: wanted.startsAt, endsAt: row.scheduledAt };
}

/** Whether the time could be taken. Others keep waiting for it until this transaction ends. */
async function takeAndRelease(tx: Tx, row: AppointmentRow, bay: number, span: Span): Promise<boolean> {
  const id = randomUUID();
  const taken = await tx
    .insert(appointments)
    .values({
      id,
      customerId: row.customerId,
      vehicleId: row.vehicleId,
      scheduledAt: span.startsAt,
      endsAt: span.endsAt,
      durationMinutes: (span.endsAt.getTime() - span.startsAt.getTime()) / 60_000,
      serviceType: row.serviceType,
      bay,
    })
    .onConflictDoNothing()
    .returning({ id: appointments.id });
  if (taken.length === 0) return false;
  const isFree = await isFreeOfHolds(tx, { bay, ...span });
  await tx.delete(appointments).where(eq(appointments.id, id));
  return isFree;
}

/** Cancels; asked again, answers that it is cancelled with `replayed: true`. Frees the bay at once. */
export async function cancelAppointment(
  db: Db,
  profile: DealershipProfile,
  request: ChangeRequest & { reason: CancellationReason },
): Promise<Result<Booking, ChangeRefusal>> {
  return setStatus(db, profile, request, {
    write: 'cancel_appointment',
    status: 'cancelled',
    cancellationReason: request.reason,
  });
}

/** The customer says that they will come. Asked again, answers with `replayed: true`. */
export async function confirmAppointment(
  db: Db,
  profile: DealershipProfile,
  request: ChangeRequest,
): Promise<Result<Booking, ChangeRefusal>> {
  return setStatus(db, profile, request, {
    write: 'confirm_appointment',
    status: 'confirmed',
    cancellationReason: null,
  });
}

async function setStatus(
  db: Db,
  profile: DealershipProfile,
  request: ChangeRequest,
  change: {
    write: string;
    status: 'cancelled' | 'confirmed';
    cancellationReason: CancellationReason | null;
  },
): Promise<Result<Booking, ChangeRefusal>> {
  const { appointmentId, customerId } = request;
  let wasSo = false;
  const result = await writeOnce<BookingRecord, ChangeRefusal>(db, {
    key: request.idempotencyKey,
    params: { write: change.write, appointmentId, customerId, reason: change.cancellationReason },
    answer: bookingSchema,
    work: async (tx) => {
      const before = await lockChangeable(tx, profile, request, change.status);
      if (!before.ok) return before;
      const { row, vehicle } = before.value;
      wasSo = row.status === change.status;
      if (wasSo) return ok(describe(profile, row, vehicle));
      const [changed] = await tx
        .update(appointments)
        .set({
          status: change.status,
          cancellationReason: change.cancellationReason,
          calendarSync: nextSync(row, request),
          updatedAt: new Date(request.now),
        })
        .where(eq(appointments.id, row.id))
        .returning();
      if (changed === undefined) return refuse({ code: 'not_found' });
      await oweCalendar(tx, changed, request);
      return ok(describe(profile, changed, vehicle));
    },
  });
  if (!result.ok) return result;
  return ok({ ...result.value.value, replayed: result.value.replayed || wasSo });
}

/**
 * The customer's appointment, locked, when it is still to come and neither under way nor over (or is already in the
 * state asked for). The vehicle is locked first, as when booking: one order for all, so that nobody waits in a circle.
 */
async function lockChangeable(
  tx: Tx,
  profile: DealershipProfile,
  { appointmentId, customerId, now }: ChangeRequest,
  orAlready?: BookingRecord['status'],
): Promise<Result<{ row: AppointmentRow; vehicle: BookingRecord['vehicle'] }, ChangeRefusal>> {
  if (!isUuid(appointmentId) || !isUuid(customerId)) return refuse({ code: 'not_found' });
  const found = await findAppointment(tx, profile, { appointmentId, customerId });
  if (found === undefined) return refuse({ code: 'not_found' });
  await lockVehicle(tx, { customerId, vehicleId: found.vehicle.id });
  const [row] = await tx
    .select()
    .from(appointments)
    .where(and(eq(appointments.id, appointmentId), eq(appointments.customerId, customerId)))
    .for('update');
  if (row === undefined) return refuse({ code: 'not_found' });

  if (row.status === orAlready) return ok({ row, vehicle: found.vehicle });
  const isAhead = row.scheduledAt.getTime() > now;
  if (isAhead && (row.status === 'scheduled' || row.status === 'confirmed')) {
    return ok({ row, vehicle: found.vehicle });
  }
  return refuse({ code: 'not_changeable', status: row.status });
}

function nextSync(row: AppointmentRow, request: ChangeRequest): AppointmentRow['calendarSync'] {
  return request.calendarSync ?? (row.calendarSync === 'off' ? 'off' : 'pending');
}

async function oweCalendar(tx: Tx, row: AppointmentRow, { outbox }: ChangeRequest): Promise<void> {
  if (row.calendarSync === 'pending') await outbox?.calendarDue(tx, row.id);
}
