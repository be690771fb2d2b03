/** Loads the small fictional world of the demo and of the conversation scenarios: eleven customers and their cars. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Db, Tx } from '../db/connect.ts';
import { APPOINTMENT_STATUSES, appointments, customers, serviceHistory, vehicles } from '../db/schema.ts';
import facts from './demo-world.json' with { type: 'json' };
import {
  assertOnlyMockData,
  clearMockData,
  isDatabaseEmpty,
  labelContents,
  lockContents,
} from './mock-data.ts';

const worldSchema = z.object({
  /** The present of this world, on which its dates hang; give it to the clock as CLOCK_START. */
  now: z.iso.datetime({ offset: true }),
  /** The IANA zone of the local times below. */
  timezone: z.string(),
  customers: z.array(
    z.object({
      id: z.string(),
      first_name: z.string(),
      last_name: z.string(),
      phone_number: z.e164(),
      email: z.email().nullable(),
      date_of_birth: z.iso.date(),
      street_address: z.string(),
      city: z.string(),
      state: z.string(),
      zip_code: z.string(),
      receive_reminders: z.boolean(),
    }),
  ),
  vehicles: z.array(
    z.object({
      id: z.string(),
      customer: z.string(),
      year: z.int(),
      make: z.string(),
      model: z.string(),
      vin: z.string(),
      license_plate: z.string(),
      current_mileage: z.int(),
      next_service_due_mileage: z.int().optional(),
    }),
  ),
  appointments: z.array(
    z.object({
      id: z.string(),
      customer: z.string(),
      vehicle: z.string(),
      service_type: z.string(),
      scheduled_at: z.iso.datetime({ local: true }),
      duration_minutes: z.int(),
      status: z.enum(APPOINTMENT_STATUSES),
      actual_cost: z.number().optional(),
    }),
  ),
});

export type DemoWorld = z.infer<typeof worldSchema>;
type DemoAppointment = DemoWorld['appointments'][number];

export const demoWorld: DemoWorld = worldSchema.parse(facts);

/** The database id of `C1`, `V1`, `A1` …: the same in every database, so that a scenario can name its rows. */
export function demoId(symbol: string): string {
  const hash = createHash('sha256').update(`service-line demo ${symbol}`).digest();
  // Version 8 of RFC 9562: an id whose bits its maker chose.
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export interface LoadedCounts {
  customers: number;
  vehicles: number;
  appointments: number;
}

/**
 * Writes the world into an empty database, in one transaction, and returns how many rows it wrote.
 * Generated data already there is left as it is (all counts 0) or, with `replace`, cleared first.
 * Throws RealDataError when the database holds anything that no generator wrote.
 */
export async function loadDemoWorld(
  db: Db,
  { replace = false }: { replace?: boolean } = {},
): Promise<LoadedCounts> {
  return db.transaction(async (tx) => {
    await lockContents(tx);
    await assertOnlyMockData(tx);
    if (replace) await clearMockData(tx);
    else if (!(await isDatabaseEmpty(tx))) return { customers: 0, vehicles: 0, appointments: 0 };
    await insertWorld(tx, demoWorld);
    await labelContents(tx, 'demo');
    return {
      customers: demoWorld.customers.length,
      vehicles: demoWorld.vehicles.length,
      appointments: demoWorld.appointments.length,
    };
  });
}

async function insertWorld(tx: Tx, world: DemoWorld): Promise<void> {
  const now = new Date(world.now);
  const written = { createdAt: now, updatedAt: now };
  const visits = world.appointments.map((appointment) => ({
    ...appointment,
    startsAt: toInstant(appointment.scheduled_at, world.timezone),
    endsAt: toInstant(appointment.scheduled_at, world.timezone, appointment.duration_minutes),
  }));
  const completed = visits.filter((visit) => visit.status === 'completed');
  const bays = assignBays(visits);

  await tx.insert(customers).values(
    world.customers.map((customer) => ({
      id: demoId(customer.id),
      firstName: customer.first_name,
      lastName: customer.last_name,
      phoneNumber: customer.phone_number,
      email: customer.email,
      dateOfBirth: customer.date_of_birth,
      streetAddress: customer.street_address,
      city: customer.city,
      state: customer.state,
      zipCode: customer.zip_code,
      receiveReminders: customer.receive_reminders,
      mockSource: 'demo',
      ...written,
    })),
  );
  await tx.insert(vehicles).values(
    world.vehicles.map((vehicle, position) => {
      const lastVisit = completed.findLast((visit) => visit.vehicle === vehicle.id);
      return {
        id: demoId(vehicle.id),
        customerId: demoId(vehicle.customer),
        year: vehicle.year,
        make: vehicle.make,
        model: vehicle.model,
        vin: vehicle.vin,
        licensePlate: vehicle.license_plate,
        currentMileage: vehicle.current_mileage,
        nextServiceDueMileage: vehicle.next_service_due_mileage ?? null,
        lastServiceDate: lastVisit ? localDate(lastVisit) : null,
        lastServiceMileage: lastVisit ? vehicle.current_mileage : null,
        isPrimaryVehicle:
          world.vehicles.findIndex(({ customer }) => customer === vehicle.customer) === position,
        ...written,
      };
    }),
  );
  await tx.insert(appointments).values(
    visits.map((visit) => ({
      id: demoId(visit.id),
      customerId: demoId(visit.customer),
      vehicleId: demoId(visit.vehicle),
      scheduledAt: visit.startsAt,
      durationMinutes: visit.duration_minutes,
      endsAt: visit.endsAt,
      serviceType: visit.service_type,
      serviceCategory: CATEGORIES.get(visit.service_type) ?? 'maintenance',
      actualCost: visit.actual_cost?.toFixed(2) ?? null,
      status: visit.status,
      bay: bays.get(visit.id) ?? 1,
      bookedBy: 'demo',
      readyAt: visit.status === 'completed' ? visit.endsAt : null,
      completedAt: visit.status === 'completed' ? visit.endsAt : null,
      ...written,
    })),
  );
  await tx.insert(serviceHistory).values(
    completed.map((visit) => {
      const vehicle = world.vehicles.find(({ id }) => id === visit.vehicle);
      return {
        id: demoId(`${visit.id} history`),
        vehicleId: demoId(visit.vehicle),
        appointmentId: demoId(visit.id),
        serviceDate: localDate(visit),
        mileage: vehicle?.current_mileage ?? null,
        servicesPerformed: [visit.service_type],
        totalCost: visit.actual_cost?.toFixed(2) ?? null,
        nextServiceDueMileage: vehicle?.next_service_due_mileage ?? null,
        createdAt: now,
      };
    }),
  );
}

/** What is not maintenance. */
const CATEGORIES = new Map([
  ['engine_diagnostics', 'diagnosis'],
  ['brake_service', 'repair'],
  ['repair', 'repair'],
  ['recall', 'recall'],
  ['other', 'other'],
]);

const localDate = (appointment: DemoAppointment) => appointment.scheduled_at.slice(0, 10);

/** The instant of a local time, `minutes` later; throws for a time that the zone skips or has twice. */
function toInstant(local: string, timeZone: string, minutes = 0): Date {
  const start = Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone, { disambiguation: 'reject' });
  return new Date(start.add({ minutes }).epochMilliseconds);
}

/** The lowest bay, counted from 1, that is free when each visit begins. */
export function assignBays(
  visits: readonly { id: string; startsAt: Date; endsAt: Date }[],
): Map<string, number> {
  const bays = new Map<string, number>();
  const freeFrom: number[] = [];
  for (const visit of [...visits].sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime())) {
    const free = freeFrom.findIndex((end) => end <= visit.startsAt.getTime());
    const index = free === -1 ? freeFrom.length : free;
    freeFrom[index] = visit.endsAt.getTime();
    bays.set(visit.id, index + 1);
  }
  return bays;
}
