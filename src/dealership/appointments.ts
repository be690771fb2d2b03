/** Booking an appointment. The commit is the booking; the database's own rule keeps two out of one bay. */
import { randomUUID } from 'node:crypto';
import { and, eq, gt, gte, inArray, or } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { ACTIVE_STATUSES, appointments, vehicles } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { findBusyTimes, startOfDay } from './availability.ts';
import { type Booking, type BookingRecord, bookingSchema, calendarEventId, describe } from './booking.ts';
import { checkStart, nearestStarts, type StartRefusal } from './booking-rules.ts';
import { claimHolds, isFreeOfHolds, lockDay } from './holds.ts';
import { type KeyReused, writeOnce } from './idempotency.ts';
import { parseDate, parseLocal, toDate, toLocal } from './local-time.ts';
import { findService } from './menu.ts';
import { freeBays, isReserveReached, writeUpLimit } from './open-starts.ts';
import type { Outbox } from './ports.ts';
import type { DealershipProfile, Service, Transport } from './profile.ts';
import { cutText, isUuid } from './text.ts';
import type { Busy } from './transaction.ts';

/** Characters of the customer's own words that are kept. */
const CONCERNS_MAX = 500;
const MINUTE_MS = 60_000;

export interface BookingRequest {
  customerId: string;
  vehicleId: string;
  /** A code, spoken name or alias of the menu; the menu decides how long it takes. */
  serviceCode: string;
  /** Local, `YYYY-MM-DDTHH:MM`; needs its offset only when the clocks show that time twice. */
  start: string;
  /** In the customer's own words. Control characters are removed, and what exceeds 500 characters. */
  concerns?: string;
  transport?: Transport;
  idempotencyKey: string;
  /** The call that books: it gets what was held for it, and holds nothing afterwards. */
  callSid?: string;
  /** `voice_agent`, or an advisor's name. */
  bookedBy: string;
  /** `pending` when somebody will bring the calendar into line; default `off`. */
  calendarSync?: 'pending' | 'off';
  /** Is handed what is owed to the calendar, in the transaction of the booking. */
  outbox?: Outbox | undefined;
  /** Epoch milliseconds. */
  now: number;
}

export type TimeRefusal =
  | StartRefusal
  /** Not a date and time. `nearest` as in StartRefusal, where the meaning can be guessed: 24:00 is midnight. */
  | { code: 'invalid_time'; nearest: string[] }
  /** The clocks skip it. `nearest` as in StartRefusal. */
  | { code: 'no_such_time'; nearest: string[] }
  /** The clocks show it twice; ask which, and pass one of `choices`. */
  | { code: 'ambiguous_time'; choices: [string, string] };

export type PlaceRefusal =
  | { code: 'slot_unavailable' }
  /** `open`: the vehicle has as many appointments to come as allowed; `day`: as many that day; `overlap`: one at that time. */
  | { code: 'limit_reached'; limit: 'open' | 'day' | 'overlap' };

export type BookingRefusal =
  | TimeRefusal
  | PlaceRefusal
  /** No such vehicle, or not this customer's: the two are not told apart. */
  | { code: 'not_found' }
  | { code: 'unknown_service' }
  /** The dealership does not offer it, or a customer cannot wait for so long a service. */
  | { code: 'transport_unavailable' }
  | KeyReused
  | Busy;

/**
 * Books, all or nothing. The same key asked again, or the same customer's same vehicle, service and start, answers
 * with the appointment that exists and `replayed: true`. Throws only what the database throws.
 */
export async function bookAppointment(
  db: Db,
  profile: DealershipProfile,
  request: BookingRequest,
): Promise<Result<Booking, BookingRefusal>> {
  let existed = false;
  const result = await writeOnce<BookingRecord, BookingRefusal>(db, {
    key: request.idempotencyKey,
    params: {
      write: 'book_appointment',
      customerId: request.customerId,
      vehicleId: request.vehicleId,
      serviceCode: request.serviceCode,
      start: request.start,
      concerns: request.concerns ?? null,
      transport: request.transport ?? null,
    },
    answer: bookingSchema,
    work: async (tx) => {
      const placed = await place(tx, profile, request);
      if (!placed.ok) return placed;
      existed = placed.value.existed;
      if (!existed && request.calendarSync === 'pending') {
        await request.outbox?.calendarDue(tx, placed.value.booking.appointmentId);
      }
      return ok(placed.value.booking);
    },
  });
  if (!result.ok) return result;
  return ok({ ...result.value.value, replayed: result.value.replayed || existed });
}

async function place(
  tx: Tx,
  profile: DealershipProfile,
  request: BookingRequest,
): Promise<Result<{ booking: BookingRecord; existed: boolean }, BookingRefusal>> {
  const service = findService(profile, request.serviceCode);
  if (service === undefined) return refuse({ code: 'unknown_service' });
  const start = readStart(profile, { start: request.start, minutes: service.minutes, now: request.now });
  if (!start.ok) return start;
  const startsAt = start.value;
  const endsAt = new Date(startsAt.getTime() + service.minutes * MINUTE_MS);

  const vehicle = await lockVehicle(tx, request);
  if (vehicle === undefined) return refuse({ code: 'not_found' });
  const own = await activeAppointments(tx, profile, { vehicleId: vehicle.id, startsAt, now: request.now });
  const same = own.find(
    (row) =>
      row.customerId === request.customerId &&
      row.serviceType === service.code &&
      row.scheduledAt.getTime() === startsAt.getTime(),
  );
  if (same !== undefined) return ok({ booking: describe(profile, same, vehicle), existed: true });

  const forbidden =
    checkStart({ profile, startsAt, minutes: service.minutes, now: request.now }) ??
    checkTransport(profile, service, request.transport) ??
    checkLimits(profile, { held: own, startsAt, endsAt, now: request.now });
  if (forbidden !== undefined) return refuse(forbidden);

  const held = await claimHolds(tx, request.callSid, { startsAt, endsAt });
  for (const bay of await openBays(tx, profile, { startsAt, endsAt, held })) {
    const id = randomUUID();
    const [row] = await tx
      .insert(appointments)
      .values({
        id,
        customerId: request.customerId,
        vehicleId: vehicle.id,
        scheduledAt: startsAt,
        durationMinutes: service.minutes,
        endsAt,
        serviceType: service.code,
        serviceCategory: service.category,
        customerConcerns: cutText(request.concerns ?? '', CONCERNS_MAX) || null,
        transport: request.transport ?? null,
        bay,
        bookedBy: cutText(request.bookedBy, 80),
        calendarEventId: calendarEventId(id),
        calendarSync: request.calendarSync ?? 'off',
      })
      // Plain INSERTs into one bay wait for each other in circles; this one only ever waits for an earlier one.
      .onConflictDoNothing()
      .returning();
    if (row === undefined) continue;
    if (await isFreeOfHolds(tx, { bay, startsAt, endsAt })) {
      return ok({ booking: describe(profile, row, vehicle), existed: false });
    }
    await tx.delete(appointments).where(eq(appointments.id, id));
  }
  return refuse({ code: 'slot_unavailable' });
}

/** The instant of a local start, or why there is none. `minutes` and `now` choose what is named in its place. */
export function readStart(
  profile: DealershipProfile,
  { start, minutes, now }: { start: string; minutes: number; now: number },
): Result<Date, TimeRefusal> {
  const parsed = parseLocal(start, profile.timeZone);
  if (parsed.ok) return ok(toDate(parsed.value));
  if (parsed.refusal.code === 'repeated') {
    return refuse({ code: 'ambiguous_time', choices: parsed.refusal.choices });
  }
  const meant = guessInstant(start, profile.timeZone);
  const nearest = meant === undefined ? [] : nearestStarts({ profile, startsAt: meant, minutes, now });
  return refuse({ code: parsed.refusal.code === 'gap' ? 'no_such_time' : 'invalid_time', nearest });
}

/** About when a time that does not exist would be. */
function guessInstant(start: string, timeZone: string): Date | undefined {
  const [, day = '', hours = '', minutes = ''] = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})/.exec(start) ?? [];
  const date = parseDate(day);
  if (date === undefined || Number(hours) > 24 || Number(minutes) > 59) return undefined;
  const time = date.toPlainDateTime().add({ hours: Number(hours), minutes: Number(minutes) });
  return toDate(time.toZonedDateTime(timeZone));
}

/**
 * The customer's vehicle, locked until the transaction ends: two bookings for one vehicle are judged one after the
 * other. The lock does not hold up rows that merely refer to the vehicle.
 */
export async function lockVehicle(
  tx: Tx,
  { customerId, vehicleId }: { customerId: string; vehicleId: string },
): Promise<BookingRecord['vehicle'] | undefined> {
  if (!isUuid(customerId) || !isUuid(vehicleId)) return undefined;
  const [vehicle] = await tx
    .select({ id: vehicles.id, year: vehicles.year, make: vehicles.make, model: vehicles.model })
    .from(vehicles)
    .where(
      and(eq(vehicles.id, vehicleId), eq(vehicles.customerId, customerId), eq(vehicles.status, 'active')),
    )
    .for('no key update');
  return vehicle;
}

type AppointmentRow = typeof appointments.$inferSelect;

/** The vehicle's active appointments that are not over, or fall on the day in question. */
export async function activeAppointments(
  tx: Tx,
  profile: DealershipProfile,
  { vehicleId, startsAt, now }: { vehicleId: string; startsAt: Date; now: number },
): Promise<AppointmentRow[]> {
  const date = toLocal(startsAt, profile.timeZone).toPlainDate();
  const from = startOfDay(date, profile.timeZone);
  return tx
    .select()
    .from(appointments)
    .where(
      and(
        eq(appointments.vehicleId, vehicleId),
        inArray(appointments.status, [...ACTIVE_STATUSES]),
        or(gt(appointments.endsAt, new Date(now)), gte(appointments.scheduledAt, from)),
      ),
    );
}

/** Whether the vehicle may have one more appointment, besides those it holds. */
export function checkLimits(
  profile: DealershipProfile,
  asked: { held: readonly AppointmentRow[]; startsAt: Date; endsAt: Date; now: number },
): PlaceRefusal | undefined {
  const { held, startsAt, endsAt, now } = asked;
  const day = toLocal(startsAt, profile.timeZone).toPlainDate();
  const toCome = held.filter((row) => row.endsAt.getTime() > now);
  const thatDay = held.filter((row) => toLocal(row.scheduledAt, profile.timeZone).toPlainDate().equals(day));
  if (thatDay.length >= profile.maxAppointmentsPerVehiclePerDay) {
    return { code: 'limit_reached', limit: 'day' };
  }
  if (toCome.length >= profile.maxOpenAppointmentsPerVehicle) {
    return { code: 'limit_reached', limit: 'open' };
  }
  if (held.some((row) => row.scheduledAt < endsAt && row.endsAt > startsAt)) {
    return { code: 'limit_reached', limit: 'overlap' };
  }
  return undefined;
}

function checkTransport(
  profile: DealershipProfile,
  service: Service,
  transport: Transport | undefined,
): BookingRefusal | undefined {
  if (transport === undefined) return undefined;
  const isOffered = profile.transport.includes(transport) && (transport !== 'waiter' || service.waiter);
  return isOffered ? undefined : { code: 'transport_unavailable' };
}

/**
 * Bays that look free for the whole time, those held for the caller first, then the lowest; none when the advisors
 * take in no more cars then, or the rest of the day is kept for walk-ins. These two rules count the day, so where one
 * of them is set, writes for one day are judged one after the other until each has ended.
 */
export async function openBays(
  tx: Tx,
  profile: DealershipProfile,
  asked: { startsAt: Date; endsAt: Date; held: readonly number[]; except?: string },
): Promise<number[]> {
  const { startsAt, endsAt, held, except } = asked;
  const hasDayRules = profile.walkInReservePct > 0 || profile.writeUpsPerSlot !== null;
  if (hasDayRules) await lockDay(tx, profile, startsAt);
  const date = toLocal(startsAt, profile.timeZone).toPlainDate();
  const busy = await findBusyTimes(tx, {
    from: startOfDay(date, profile.timeZone),
    to: startOfDay(date.add({ days: 1 }), profile.timeZone),
    ...(except === undefined ? {} : { except }),
  });
  const minutes = (endsAt.getTime() - startsAt.getTime()) / MINUTE_MS;
  if (isReserveReached(profile, date, minutes, busy)) return [];
  if (writeUpLimit(profile, busy)(startsAt.getTime())) return [];
  return freeBays(profile, busy, startsAt, endsAt).toSorted(
    (a, b) => Number(held.includes(b)) - Number(held.includes(a)),
  );
}
