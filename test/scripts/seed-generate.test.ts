/** The generated CRM, looked at as a whole: it must be possible, agree with itself, and come out the same again. */
import parsePhone from 'libphonenumber-js/max';
import { beforeAll, describe, expect, it } from 'vitest';
import { dayOf } from '../../scripts/seed/days.ts';
import { generateWorld, type SeedWorld } from '../../scripts/seed/generate.ts';
import { openShop } from '../../scripts/seed/shop.ts';
import { dayHours } from '../../src/dealership/hours.ts';
import { toLocal } from '../../src/dealership/local-time.ts';
import { type DealershipProfile, loadProfile } from '../../src/dealership/profile.ts';
import { isValidVin, vinMake, vinModelYear } from '../../src/dealership/vin.ts';

const CUSTOMERS = 500;
/** A Thursday, ten in the morning in Chicago. */
const NOW = Date.parse('2026-05-21T10:00:00-05:00');
const ACTIVE = new Set(['scheduled', 'confirmed']);

let profile: DealershipProfile;
let world: SeedWorld;
const generate = (options: Partial<{ customers: number; seed: number; now: number }> = {}) =>
  generateWorld({ customers: CUSTOMERS, seed: 1, now: NOW, profile, ...options });

beforeAll(async () => {
  profile = await loadProfile(undefined);
  world = generate();
});

/** The value stored under a key that is known to be there. */
function get<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value === undefined) throw new Error(`nothing under ${String(key)}`);
  return value;
}
const byId = <T extends { id: string }>(rows: readonly T[]) => new Map(rows.map((row) => [row.id, row]));
const localOf = (at: Date) => toLocal(at, profile.timeZone);
const countDistinct = (values: readonly unknown[]) => new Set(values).size;

describe('the generated world', () => {
  it('is the same again for the same seed and moment, and another for another seed or size', () => {
    expect(generate()).toEqual(world);
    expect(generate({ seed: 2 }).customers[0]).not.toEqual(world.customers[0]);
    expect(generate({ seed: 2 }).customers).toHaveLength(CUSTOMERS);
  });

  it('has 1.6 vehicles and 0.8 appointments a customer, each customer at least one vehicle', () => {
    expect(world.customers).toHaveLength(CUSTOMERS);
    expect(world.vehicles).toHaveLength(CUSTOMERS * 1.6);
    expect(world.appointments).toHaveLength(CUSTOMERS * 0.8);
    expect(countDistinct(world.vehicles.map((car) => car.customerId))).toBe(CUSTOMERS);
  });

  it.each([1, 2, 3, 7])('can be as small as %i customers', (customers) => {
    const small = generate({ customers });
    expect(small.customers).toHaveLength(customers);
    expect(small.appointments).toHaveLength(Math.round(customers * 0.8));
  });

  it('gives every row its own id', () => {
    const ids = [world.customers, world.vehicles, world.appointments, world.serviceHistory].flatMap(
      (rows: { id: string }[]) => rows.map(({ id }) => id),
    );
    expect(countDistinct(ids)).toBe(ids.length);
    expect(
      ids.every((id) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });

  it('marks every customer as generated', () => {
    expect(world.customers.every(({ mockSource }) => mockSource === 'seed')).toBe(true);
  });
});

describe('a generated customer', () => {
  it('has a number of its own that is set aside for fiction, and not one of the demonstration numbers', () => {
    const phones = world.customers.map(({ phoneNumber }) => phoneNumber);
    expect(countDistinct(phones)).toBe(phones.length);
    for (const phone of phones) {
      expect(phone).toMatch(/^\+1[2-9]\d{2}55501\d{2}$/);
      expect(phone).not.toMatch(/^\+1217/);
      expect(parsePhone(phone)?.country).toBe('US');
      expect(parsePhone(phone)?.isValid()).toBe(true);
    }
  });

  it('has, if any, a mail address of its own at example.com', () => {
    const emails = world.customers.flatMap(({ email }) => email ?? []);
    expect(emails.length).toBeGreaterThan(CUSTOMERS * 0.85);
    expect(countDistinct(emails)).toBe(emails.length);
    for (const email of emails) expect(email).toMatch(/^[a-z]+\.[a-z]+\d*@example\.com$/);
  });

  it('is 18 to 90 years old, and was 18 when it became a customer', () => {
    const today = Temporal.PlainDate.from('2026-05-21');
    for (const { dateOfBirth, customerSince } of world.customers) {
      const born = Temporal.PlainDate.from(dateOfBirth ?? '');
      const { years } = born.until(today, { largestUnit: 'year' });
      expect(years).toBeGreaterThanOrEqual(18);
      expect(years).toBeLessThanOrEqual(90);
      const since = Temporal.PlainDate.from(customerSince ?? '');
      expect(Temporal.PlainDate.compare(since, born.add({ years: 18 }))).toBeGreaterThanOrEqual(0);
    }
  });

  it('lives in a town whose ZIP code and state belong together, mostly in and around Springfield', () => {
    const prefixes: Record<string, RegExp> = { IL: /^6[0-2]/, MO: /^6[3-5]/, IA: /^5[0-2]/, IN: /^4[67]/ };
    for (const { city, state, zipCode, streetAddress } of world.customers) {
      expect(zipCode).toMatch(prefixes[state ?? ''] ?? /never/);
      expect(zipCode?.startsWith('627')).toBe(city === 'Springfield');
      expect(streetAddress).toMatch(/^\d+ \S+ (Street|Avenue|Drive|Road|Lane|Court|Boulevard)( Apt \d+)?$/);
    }
    const near = world.customers.filter(({ zipCode }) => zipCode?.startsWith('62'));
    expect(near.length / CUSTOMERS).toBeGreaterThan(0.92);
    expect(near.length).toBeLessThan(CUSTOMERS);
  });

  it('was a customer before the first visit, and was written down before anything about it', () => {
    const customers = byId(world.customers);
    const vehicles = byId(world.vehicles);
    for (const { vehicleId, serviceDate } of world.serviceHistory) {
      const { customerSince } = get(customers, get(vehicles, vehicleId).customerId);
      expect(dayOf(customerSince ?? '')).toBeLessThan(dayOf(serviceDate));
    }
    for (const { customerId, vehicleId, createdAt } of world.appointments) {
      expect(get(customers, customerId).createdAt.getTime()).toBeLessThan(createdAt.getTime());
      expect(get(vehicles, vehicleId).createdAt.getTime()).toBeLessThan(createdAt.getTime());
    }
  });
});

describe('a generated vehicle', () => {
  it('has a VIN of its own whose check digit, year and make are right', () => {
    expect(countDistinct(world.vehicles.map(({ vin }) => vin))).toBe(world.vehicles.length);
    for (const { vin, year, make } of world.vehicles) {
      expect(isValidVin(vin ?? '')).toBe(true);
      expect(vinModelYear(vin ?? '')).toBe(year);
      expect(vinMake(vin ?? '')).toBe(make);
    }
  });

  it('has a plate of its own in the shape of its state', () => {
    expect(countDistinct(world.vehicles.map(({ licensePlate }) => licensePlate))).toBe(world.vehicles.length);
    const customers = byId(world.customers);
    for (const { licensePlate, customerId } of world.vehicles) {
      const isLocal = get(customers, customerId).state === 'IL';
      expect(licensePlate).toMatch(isLocal ? /^([A-Z]{2}\d{5}|[A-Z]\d{6})$/ : /^[A-Z]{3}\d{4}$/);
    }
  });

  it('has been driven about 12,000 miles for each year of its life', () => {
    const rates = world.vehicles
      .filter(({ year }) => year <= 2024)
      .map(({ year, currentMileage }) => (currentMileage ?? 0) / (2026.4 - (year - 0.1)));
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(mean).toBeGreaterThan(10_500);
    expect(mean).toBeLessThan(13_500);
    expect(Math.max(...rates)).toBeLessThan(27_000);
    expect(Math.min(...rates)).toBeGreaterThan(2_500);
  });

  it('comes from at least twelve makes, none of which is half of them', () => {
    const makes = Map.groupBy(world.vehicles, ({ make }) => make);
    expect(makes.size).toBeGreaterThanOrEqual(12);
    expect(Math.max(...Array.from(makes.values(), (cars) => cars.length))).toBeLessThan(
      world.vehicles.length / 4,
    );
  });

  it("is one of its owner's, exactly one of which is the primary one and not sold", () => {
    for (const [, cars] of Map.groupBy(world.vehicles, ({ customerId }) => customerId)) {
      const primary = cars.filter(({ isPrimaryVehicle }) => isPrimaryVehicle);
      expect(primary).toHaveLength(1);
      expect(primary[0]?.status).toBe('active');
    }
  });

  it('agrees with its history about the last service and the next, and no odometer runs backwards', () => {
    const history = Map.groupBy(world.serviceHistory, ({ vehicleId }) => vehicleId);
    for (const car of world.vehicles) {
      const rows = (history.get(car.id) ?? []).toSorted((a, b) => a.serviceDate.localeCompare(b.serviceDate));
      const last = rows.at(-1);
      expect(car.lastServiceDate).toBe(last?.serviceDate ?? null);
      expect(car.lastServiceMileage).toBe(last?.mileage ?? null);
      expect(car.nextServiceDueMileage).toBe(last?.nextServiceDueMileage ?? null);
      const miles = [...rows.map((row) => row.mileage ?? -1), car.currentMileage ?? -1];
      expect(miles).toEqual(miles.toSorted((a, b) => a - b));
    }
    expect(history.size).toBeGreaterThan(CUSTOMERS * 0.6);
  });
});

describe('a generated appointment', () => {
  it('is past in 70 of 100, to come in 15 and cancelled in 15; a third of those to come are confirmed', () => {
    const total = world.appointments.length;
    const cancelled = world.appointments.filter(({ status }) => status === 'cancelled');
    const coming = world.appointments.filter(({ status }) => ACTIVE.has(status));
    expect(cancelled).toHaveLength(total * 0.15);
    expect(coming).toHaveLength(total * 0.15);
    const noShows = world.appointments.filter(({ status }) => status === 'no_show').length;
    const completed = world.appointments.filter(({ status }) => status === 'completed').length;
    expect(noShows + completed).toBe(total * 0.7);
    expect(noShows).toBeGreaterThan(0);
    expect(noShows / completed).toBeLessThan(0.1);
    const confirmed = coming.filter(({ status }) => status === 'confirmed').length;
    expect(confirmed / coming.length).toBeGreaterThan(0.15);
    expect(confirmed / coming.length).toBeLessThan(0.55);
  });

  it('has a status that agrees with its dates', () => {
    const horizon = NOW + (profile.bookingHorizonDays + 1) * 86_400_000;
    for (const row of world.appointments) {
      const start = row.scheduledAt.getTime();
      expect(row.createdAt.getTime()).toBeLessThan(start);
      expect(row.createdAt.getTime()).toBeLessThan(NOW);
      expect(row.updatedAt.getTime()).toBeGreaterThanOrEqual(row.createdAt.getTime());
      expect(row.updatedAt.getTime()).toBeLessThanOrEqual(NOW);
      expect(row.cancellationReason !== null).toBe(row.status === 'cancelled');
      expect(row.completedAt !== null).toBe(row.status === 'completed');
      expect(start).toBeLessThan(horizon);
      if (ACTIVE.has(row.status)) expect(start).toBeGreaterThan(NOW);
      else if (row.status !== 'cancelled') expect(row.endsAt.getTime()).toBeLessThanOrEqual(NOW);
      if (row.completedAt) {
        expect(row.completedAt.getTime()).toBeGreaterThan(start);
        expect(row.completedAt.getTime()).toBeLessThanOrEqual(NOW);
      }
    }
  });

  it('begins on a half hour while the shop is open and ends before it closes', () => {
    for (const { scheduledAt, endsAt, durationMinutes } of world.appointments) {
      const day = dayHours(profile, localOf(scheduledAt).toPlainDate());
      if (!day.isOpen) throw new Error(`closed: ${day.reason}`);
      expect(scheduledAt.getTime()).toBeGreaterThanOrEqual(day.opensAt.getTime());
      expect(endsAt.getTime()).toBeLessThanOrEqual(day.closesAt.getTime());
      expect((scheduledAt.getTime() - day.opensAt.getTime()) % 1_800_000).toBe(0);
      expect(endsAt.getTime() - scheduledAt.getTime()).toBe(durationMinutes * 60_000);
    }
  });

  it('never lies over another in its bay, unless it was cancelled', () => {
    const held = world.appointments.filter(({ status }) => status !== 'cancelled');
    expect(new Set(held.map(({ bay }) => bay))).toEqual(new Set([1, 2, 3]));
    for (const [, rows] of Map.groupBy(held, ({ bay }) => bay)) {
      const inOrder = rows.toSorted((a, b) => a.scheduledAt.getTime() - b.scheduledAt.getTime());
      inOrder.slice(1).forEach((row, i) => {
        expect(row.scheduledAt.getTime()).toBeGreaterThanOrEqual(inOrder[i]?.endsAt.getTime() ?? 0);
      });
    }
  });

  it("is the only one of its customer that day, and its vehicle is the customer's", () => {
    const vehicles = byId(world.vehicles);
    const days = world.appointments.map(
      (row) => `${row.customerId} ${localOf(row.scheduledAt).toPlainDate().toString()}`,
    );
    expect(countDistinct(days)).toBe(days.length);
    for (const { vehicleId, customerId } of world.appointments) {
      expect(get(vehicles, vehicleId).customerId).toBe(customerId);
    }
  });

  it('takes the time and the price of the menu, and is billed near its estimate', () => {
    const menu = new Map(profile.services.map((service) => [service.code, service]));
    for (const row of world.appointments) {
      const service = get(menu, row.serviceType);
      expect(row.durationMinutes).toBe(service.minutes);
      expect(row.serviceCategory).toBe(service.category);
      if (row.transport === 'waiter') expect(service.waiter).toBe(true);
      const estimate = row.estimatedCost === null ? null : Number(row.estimatedCost);
      expect(estimate === null).toBe(service.price === null);
      if (estimate !== null && service.price) {
        expect(estimate).toBeGreaterThanOrEqual(service.price.min);
        expect(estimate).toBeLessThanOrEqual(service.price.max);
      }
      expect(row.actualCost !== null).toBe(row.status === 'completed');
      if (row.actualCost !== null && estimate !== null) {
        expect(Math.abs(Number(row.actualCost) - estimate)).toBeLessThanOrEqual(estimate * 0.2 + 0.01);
      }
    }
  });

  it('leaves a car that was sold with no visit after that', () => {
    const many = generate({ customers: 3_000 });
    const sold = many.appointments.filter(({ cancellationReason }) => cancellationReason === 'vehicle_sold');
    expect(sold.length).toBeGreaterThan(0);
    const vehicles = byId(many.vehicles);
    for (const { vehicleId, scheduledAt } of sold) {
      expect(get(vehicles, vehicleId).status).toBe('sold');
      const later = many.appointments.filter(
        (row) => row.vehicleId === vehicleId && row.scheduledAt > scheduledAt,
      );
      expect(later).toEqual([]);
    }
  });

  it('has, when completed, exactly one history row with the same day, work and bill', () => {
    const done = world.appointments.filter(({ status }) => status === 'completed');
    const history = world.serviceHistory.filter(({ appointmentId }) => appointmentId !== null);
    expect(history).toHaveLength(done.length);
    const visits = byId(done);
    for (const row of history) {
      const visit = get(visits, row.appointmentId ?? '');
      expect(row.vehicleId).toBe(visit.vehicleId);
      expect(row.serviceDate).toBe(localOf(visit.scheduledAt).toPlainDate().toString());
      expect(row.servicesPerformed).toContain(visit.serviceType);
      expect(row.totalCost).toBe(visit.actualCost);
    }
  });
});

describe('the calendar of the generated world', () => {
  it.each([
    ['in spring', '2026-03-06T09:00:00-06:00', { '2026-03-07': '15:00', '2026-03-09': '13:00' }],
    ['in autumn', '2026-10-30T09:00:00-05:00', { '2026-10-31': '14:00', '2026-11-02': '14:00' }],
  ])('opens at the same hours by the wall clock when the clocks change %s', (_, now, opensAtUtc) => {
    const { coming } = openShop(profile, Date.parse(now), 1);
    const days = new Map(
      coming.map(({ date, opensAt }) => [date, new Date(opensAt).toISOString().slice(11, 16)]),
    );
    for (const [date, opensAt] of Object.entries(opensAtUtc)) expect(days.get(date)).toBe(opensAt);

    const { appointments } = generate({ customers: 1_000, now: Date.parse(now) });
    const hours = appointments.map(({ scheduledAt }) => localOf(scheduledAt).hour);
    expect(Math.min(...hours)).toBe(8);
    expect(Math.max(...hours)).toBe(17);
  });

  it("keeps Sundays, the dealership's closures and public holidays free", () => {
    const winter = generate({ customers: 2_000, now: Date.parse('2026-11-20T12:00:00-06:00') });
    const days = new Set(winter.appointments.map((row) => localOf(row.scheduledAt).toPlainDate().toString()));
    for (const closed of [
      '2026-11-26',
      '2026-12-25',
      '2026-01-01',
      '2026-05-25',
      '2025-12-25',
      '2026-09-07',
    ]) {
      expect(days).not.toContain(closed);
    }
    expect([...days].some((day) => Temporal.PlainDate.from(day).dayOfWeek === 7)).toBe(false);
    expect([...days].some((day) => Temporal.PlainDate.from(day).dayOfWeek === 6)).toBe(true);
  });

  it.each([
    '2026-05-21T02:00:00-05:00',
    '2026-05-21T08:00:00-05:00',
    '2026-05-21T17:59:00-05:00',
    '2026-05-24T12:00:00-05:00',
    '2026-05-21T23:30:00-05:00',
  ])('has nothing under way at %s, whatever the hour', (moment) => {
    const now = Date.parse(moment);
    const { appointments } = generate({ customers: 1_000, now });
    for (const row of appointments) {
      if (ACTIVE.has(row.status)) expect(row.scheduledAt.getTime()).toBeGreaterThan(now);
      if (row.status === 'completed' || row.status === 'no_show') {
        expect(row.endsAt.getTime()).toBeLessThanOrEqual(now);
      }
    }
  });

  it('holds all 1,200 coming appointments of 10,000 customers in three bays, and leaves room on every day', () => {
    const { appointments } = generate({ customers: 10_000 });
    const coming = appointments.filter(({ status }) => ACTIVE.has(status));
    expect(coming).toHaveLength(1_200);
    const days = Map.groupBy(coming, (row) => localOf(row.scheduledAt).toPlainDate().toString());
    for (const [date, rows] of days) {
      const day = dayHours(profile, Temporal.PlainDate.from(date));
      if (!day.isOpen) throw new Error(`closed on ${date}`);
      const bayMinutes = ((day.closesAt.getTime() - day.opensAt.getTime()) / 60_000) * profile.bays;
      expect(rows.reduce((sum, row) => sum + row.durationMinutes, 0)).toBeLessThan(bayMinutes);
    }
  });

  it('refuses more customers than there are fictional numbers', () => {
    expect(() => generate({ customers: 100_000 })).toThrow(/fictional numbers/);
  });
});
