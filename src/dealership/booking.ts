/** An appointment as the rest of the house sees it. */
import { and, asc, eq, gt, inArray, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../db/connect.ts';
import {
  ACTIVE_STATUSES,
  APPOINTMENT_STATUSES,
  appointments,
  CANCELLATION_REASONS,
  vehicles,
} from '../db/schema.ts';
import { formatLocal, toLocal } from './local-time.ts';
import { findService } from './menu.ts';
import type { DealershipProfile } from './profile.ts';
import { sayWhen } from './spoken-time.ts';
import { isUuid } from './text.ts';

/** The form in which an answer is stored as JSON and read back. */
export const bookingSchema = z.object({
  appointmentId: z.uuid(),
  customerId: z.uuid(),
  /** Local, `YYYY-MM-DDTHH:MM`; with its offset when the clocks show that time twice. */
  start: z.string(),
  startsAt: z.coerce.date(),
  endsAt: z.coerce.date(),
  durationMinutes: z.int(),
  /** 1-based. */
  bay: z.int(),
  serviceCode: z.string(),
  /** The service in plain words. */
  serviceSay: z.string(),
  vehicle: z.object({ id: z.uuid(), year: z.int(), make: z.string(), model: z.string() }),
  status: z.enum(APPOINTMENT_STATUSES),
  cancellationReason: z.enum(CANCELLATION_REASONS).nullable(),
  concerns: z.string().nullable(),
  transport: z.string().nullable(),
  /** `Tuesday, May twenty-sixth, at nine in the morning`. */
  spokenWhen: z.string(),
  calendarEventId: z.string().nullable(),
});
export type BookingRecord = z.infer<typeof bookingSchema>;

/** `replayed`: nothing was written; it had been done already. */
export type Booking = BookingRecord & { replayed: boolean };

/** The calendar's id of an appointment: characters the calendar allows, and always the same for one appointment. */
export function calendarEventId(appointmentId: string): string {
  return `apt${appointmentId.replaceAll('-', '')}`;
}

async function select(db: Db | Tx, profile: DealershipProfile, where: SQL | undefined) {
  const rows = await db
    .select({
      appointment: appointments,
      vehicle: {
        id: vehicles.id,
        year: vehicles.year,
        make: vehicles.make,
        model: vehicles.model,
      },
    })
    .from(appointments)
    .innerJoin(vehicles, eq(vehicles.id, appointments.vehicleId))
    .where(where)
    .orderBy(asc(appointments.scheduledAt), asc(appointments.id));
  return rows.map((row) => describe(profile, row.appointment, row.vehicle));
}

/** What a row says, in words and local time. */
export function describe(
  profile: DealershipProfile,
  row: typeof appointments.$inferSelect,
  vehicle: BookingRecord['vehicle'],
): BookingRecord {
  const local = toLocal(row.scheduledAt, profile.timeZone);
  return {
    appointmentId: row.id,
    customerId: row.customerId,
    start: formatLocal(local),
    startsAt: row.scheduledAt,
    endsAt: row.endsAt,
    durationMinutes: row.durationMinutes,
    bay: row.bay,
    serviceCode: row.serviceType,
    serviceSay: findService(profile, row.serviceType)?.say ?? row.serviceType.replaceAll('_', ' '),
    vehicle,
    status: row.status,
    cancellationReason: row.cancellationReason,
    concerns: row.customerConcerns,
    transport: row.transport,
    spokenWhen: sayWhen(local),
    calendarEventId: row.calendarEventId,
  };
}

/** The customer's appointments that are still to come or under way, soonest first. `now` in epoch milliseconds. */
export async function listUpcoming(
  db: Db | Tx,
  profile: DealershipProfile,
  { customerId, now }: { customerId: string; now: number },
): Promise<BookingRecord[]> {
  if (!isUuid(customerId)) return [];
  return select(
    db,
    profile,
    and(
      eq(appointments.customerId, customerId),
      inArray(appointments.status, [...ACTIVE_STATUSES]),
      gt(appointments.endsAt, new Date(now)),
    ),
  );
}

/** One appointment of that customer; another customer's answers as one that does not exist. */
export async function findAppointment(
  db: Db | Tx,
  profile: DealershipProfile,
  { appointmentId, customerId }: { appointmentId: string; customerId: string },
): Promise<BookingRecord | undefined> {
  if (!isUuid(appointmentId) || !isUuid(customerId)) return undefined;
  const [found] = await select(
    db,
    profile,
    and(eq(appointments.id, appointmentId), eq(appointments.customerId, customerId)),
  );
  return found;
}
