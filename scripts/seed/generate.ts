/** Generates the mock CRM as rows, in memory: the same seed, moment, size and shop always give the same rows. */
import type { customers, vehicles } from '../../src/db/schema.ts';
import type { DealershipProfile } from '../../src/dealership/profile.ts';
import { type AppointmentRow, makeAppointment } from './appointments.ts';
import { type Car, makeCars, mileageOn } from './cars.ts';
import { dayOf, isoOf } from './days.ts';
import { createDice, type Dice, type Weighted } from './dice.ts';
import { type HistoryRow, makeOlderWork, recordWork } from './history.ts';
import { makePeople, type Person } from './people.ts';
import { ADVISORS, TECHNICIANS } from './services.ts';
import { openShop } from './shop.ts';
import { makeVisits } from './visits.ts';

type CustomerRow = typeof customers.$inferSelect;
type VehicleRow = typeof vehicles.$inferSelect;

export interface SeedWorld {
  customers: CustomerRow[];
  vehicles: VehicleRow[];
  appointments: AppointmentRow[];
  serviceHistory: HistoryRow[];
}

export interface SeedOptions {
  customers: number;
  seed: number;
  /** Epoch milliseconds: what is past and what is to come. */
  now: number;
  profile: DealershipProfile;
}

const VEHICLES_PER_CUSTOMER = 1.6;
const APPOINTMENTS_PER_CUSTOMER = 0.8;

/** Throws RangeError for more customers than there are fictional phone numbers. */
export function generateWorld({ customers: count, seed, now, profile }: SeedOptions): SeedWorld {
  const dice = createDice(seed);
  const shop = openShop(profile, now, count);
  const people = makePeople(dice, count, shop.today);
  const cars = makeCars(dice, people, Math.round(count * VEHICLES_PER_CUSTOMER), shop.today);
  const visits = makeVisits(dice, shop, cars, Math.round(count * APPOINTMENTS_PER_CUSTOMER));

  const lastVisitOf = new Map(visits.map((visit) => [visit.car.id, visit]));
  const appointments = visits.map((visit) =>
    makeAppointment(dice, visit, {
      now,
      mayBeSold: !visit.car.isPrimary && lastVisitOf.get(visit.car.id) === visit,
    }),
  );
  const finished = visits.flatMap((visit, i) => {
    const row = appointments[i];
    return row?.status === 'completed' ? [{ visit, row, doneAt: row.updatedAt.getTime() }] : [];
  });
  const firstVisitOf = new Map(visits.toReversed().map((visit) => [visit.car.id, visit]));
  const serviceHistory = [
    ...cars.flatMap((car) => {
      const before = Math.min(shop.today, firstVisitOf.get(car.id)?.place.openDay.day ?? shop.today);
      return makeOlderWork(dice, profile, car, before);
    }),
    ...finished.map(({ visit, row, doneAt }) => ({
      car: visit.car,
      service: visit.service,
      day: visit.place.openDay.day,
      doneAt,
      appointmentId: row.id,
      totalCost: row.actualCost,
      technician: row.assignedTechnician ?? dice.pick(TECHNICIANS),
    })),
  ].map((work) => recordWork(dice, profile, work));

  const known = traceCustomers(dice, people, cars, appointments, serviceHistory);
  const lastWorkOf = latestBy(
    serviceHistory,
    (row) => row.vehicleId,
    (row) => row.serviceDate,
  );
  const sold = new Set(
    appointments.filter((row) => row.cancellationReason === 'vehicle_sold').map((row) => row.vehicleId),
  );
  const advisors = profile.advisors.length > 0 ? profile.advisors : ADVISORS;
  return {
    customers: people.map((person) => customerRow(dice, person, known.get(person.id), advisors)),
    vehicles: cars.map((car) =>
      vehicleRow(car, {
        today: shop.today,
        knownSince: known.get(car.owner.id)?.since ?? car.boughtDay,
        last: lastWorkOf.get(car.id),
        isSold: sold.has(car.id),
      }),
    ),
    appointments,
    serviceHistory,
  };
}

interface Trace {
  /** The first day in our books, before the first visit; days since 1970-01-01. */
  since: number;
  /** Epoch milliseconds. */
  lastContact: number | null;
}

/** When each customer was first and last heard of: before everything that is written about them. */
function traceCustomers(
  dice: Dice,
  people: readonly Person[],
  cars: readonly Car[],
  appointments: readonly AppointmentRow[],
  history: readonly HistoryRow[],
): Map<string, Trace> {
  const firstDay = new Map<string, number>();
  const lastContact = new Map<string, number>();
  const ownerOf = new Map(cars.map((car) => [car.id, car.owner.id]));
  const note = (owner: string, day: number) =>
    firstDay.set(owner, Math.min(day, firstDay.get(owner) ?? Number.POSITIVE_INFINITY));

  for (const car of cars) if (car.isPrimary || car.purchasedFromUs) note(car.owner.id, car.boughtDay);
  for (const { vehicleId, serviceDate } of history) {
    const owner = ownerOf.get(vehicleId);
    if (owner !== undefined) note(owner, dayOf(serviceDate));
  }
  for (const { customerId, createdAt, updatedAt } of appointments) {
    note(customerId, dayOf(createdAt.toISOString().slice(0, 10)));
    lastContact.set(customerId, Math.max(updatedAt.getTime(), lastContact.get(customerId) ?? 0));
  }
  return new Map(
    people.map(({ id, adultDay }) => {
      const first = firstDay.get(id) ?? adultDay;
      const since = Math.max(adultDay, first - dice.between(1, 45));
      return [id, { since, lastContact: lastContact.get(id) ?? null }];
    }),
  );
}

function latestBy<T>(rows: readonly T[], key: (row: T) => string, order: (row: T) => string): Map<string, T> {
  const latest = new Map<string, T>();
  for (const row of rows) {
    const other = latest.get(key(row));
    if (other === undefined || order(row) >= order(other)) latest.set(key(row), row);
  }
  return latest;
}

const CONTACT_METHODS: Weighted<string> = [
  ['phone', 55],
  ['sms', 33],
  ['email', 12],
];
const REFERRALS: Weighted<string | null> = [
  [null, 35],
  ['friend or family', 20],
  ['bought a car here', 20],
  ['online search', 15],
  ['drove by', 10],
];
const TIMES_OF_DAY: Weighted<string | null> = [
  [null, 60],
  ['morning', 25],
  ['afternoon', 15],
];
const NOTES = [
  'Prefers to wait in the lounge.',
  'Hard of hearing; speak slowly.',
  'Always asks for a car wash.',
  'Drops off before opening, key box.',
  'Please call before any extra work.',
];

function customerRow(
  dice: Dice,
  { id, adultDay, type, address, ...person }: Person,
  trace: Trace | undefined,
  advisors: readonly string[],
): CustomerRow {
  const since = trace?.since ?? adultDay;
  const createdAt = new Date(Date.parse(`${isoOf(since)}T00:00:00Z`));
  const lastContactAt = trace?.lastContact == null ? null : new Date(trace.lastContact);
  const method = dice.weighted(CONTACT_METHODS);
  return {
    id,
    ...person,
    ...address,
    preferredContactMethod: method === 'email' && person.email === null ? 'phone' : method,
    customerSince: isoOf(since),
    customerType: type,
    referralSource: dice.weighted(REFERRALS),
    preferredServiceAdvisor: dice.chance(0.3) ? dice.pick(advisors) : null,
    receivePromotions: dice.chance(0.4),
    preferredAppointmentTime: dice.weighted(TIMES_OF_DAY),
    notes: dice.chance(0.05) ? dice.pick(NOTES) : null,
    verificationLockedUntil: null,
    lastContactAt,
    mockSource: 'seed',
    createdAt,
    updatedAt: lastContactAt ?? createdAt,
  };
}

function vehicleRow(
  car: Car,
  {
    today,
    knownSince,
    last,
    isSold,
  }: { today: number; knownSince: number; last: HistoryRow | undefined; isSold: boolean },
): VehicleRow {
  const createdAt = new Date(Date.parse(`${isoOf(Math.max(knownSince, car.boughtDay))}T00:00:00Z`));
  return {
    id: car.id,
    customerId: car.owner.id,
    vin: car.vin,
    licensePlate: car.licensePlate,
    year: car.year,
    make: car.model.make,
    model: car.model.model,
    trim: car.trim,
    color: car.color,
    purchaseDate: isoOf(car.boughtDay),
    purchasedFromUs: car.purchasedFromUs,
    currentMileage: mileageOn(car, today),
    lastServiceDate: last?.serviceDate ?? null,
    lastServiceMileage: last?.mileage ?? null,
    nextServiceDueMileage: last?.nextServiceDueMileage ?? null,
    isPrimaryVehicle: car.isPrimary,
    status: isSold ? 'sold' : 'active',
    createdAt,
    updatedAt: last?.createdAt ?? createdAt,
  };
}
