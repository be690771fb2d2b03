/** The demo world: its rows, that loading it is safe to repeat, and that it never touches real data. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  appointments,
  callLogs,
  customers,
  databaseInfo,
  serviceHistory,
  vehicles,
} from '../../src/db/schema.ts';
import { assignBays, demoId, demoWorld, loadDemoWorld } from '../../src/dealership/demo-world.ts';
import {
  assertOnlyMockData,
  clearMockData,
  describeContents,
  isDatabaseEmpty,
  labelContents,
  RealDataError,
} from '../../src/dealership/mock-data.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const WORLD = { customers: 11, vehicles: 11, appointments: 7 };
const realCustomer = { phoneNumber: '+13125550199', firstName: 'Ada', lastName: 'Real' };

describe('in a database of its own', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await openTestDatabase();
  });
  afterEach(() => database.close());

  describe('loading the demo world', () => {
    it('fills an empty database and says what it is', async () => {
      const { db } = database;
      expect(await isDatabaseEmpty(db)).toBe(true);
      expect(await loadDemoWorld(db)).toEqual(WORLD);
      expect(await isDatabaseEmpty(db)).toBe(false);
      expect(await describeContents(db)).toEqual({ label: 'demo', realCustomers: 0, calls: 0, ...WORLD });
    });

    it('turns the local times of the facts into instants of the dealership’s zone', async () => {
      await loadDemoWorld(database.db);
      const [visit] = await database.db
        .select()
        .from(appointments)
        .where(eq(appointments.id, demoId('A1')));
      expect(visit).toMatchObject({
        customerId: demoId('C1'),
        vehicleId: demoId('V1'),
        scheduledAt: new Date('2026-05-22T14:00:00Z'),
        endsAt: new Date('2026-05-22T14:30:00Z'),
        status: 'scheduled',
        completedAt: null,
      });
    });

    it('writes the finished visit into the history of its car', async () => {
      const { db } = database;
      await loadDemoWorld(db);
      const [visit] = await db
        .select()
        .from(appointments)
        .where(eq(appointments.id, demoId('A6')));
      expect(visit).toMatchObject({ completedAt: new Date('2026-05-18T15:30:00Z'), actualCost: '412.50' });
      const history = await db.select().from(serviceHistory);
      expect(history).toHaveLength(1);
      expect(history[0]).toMatchObject({
        vehicleId: demoId('V6'),
        appointmentId: demoId('A6'),
        serviceDate: '2026-05-18',
        servicesPerformed: ['brake_service'],
        totalCost: '412.50',
        nextServiceDueMileage: 65_000,
      });
    });

    it('makes the first car of each customer the primary one', async () => {
      await loadDemoWorld(database.db);
      const cars = await database.db
        .select()
        .from(vehicles)
        .where(eq(vehicles.customerId, demoId('C2')));
      expect(Object.fromEntries(cars.map((car) => [car.id, car.isPrimaryVehicle]))).toEqual({
        [demoId('V2')]: true,
        [demoId('V3')]: false,
      });
    });

    it('leaves a loaded world as the demo has changed it, when asked to load again', async () => {
      const { db } = database;
      await loadDemoWorld(db);
      await db
        .update(customers)
        .set({ firstName: 'Sara' })
        .where(eq(customers.id, demoId('C1')));
      expect(await loadDemoWorld(db)).toEqual({ customers: 0, vehicles: 0, appointments: 0 });
      const [sarah] = await db
        .select()
        .from(customers)
        .where(eq(customers.id, demoId('C1')));
      expect(sarah?.firstName).toBe('Sara');
    });

    it('puts everything back, with the same ids, when asked to replace', async () => {
      const { db } = database;
      await loadDemoWorld(db);
      await db
        .update(appointments)
        .set({ status: 'cancelled', cancellationReason: 'other' })
        .where(eq(appointments.id, demoId('A1')));
      expect(await loadDemoWorld(db, { replace: true })).toEqual(WORLD);
      const [visit] = await db
        .select()
        .from(appointments)
        .where(eq(appointments.id, demoId('A1')));
      expect(visit?.status).toBe('scheduled');
      expect(await describeContents(db)).toMatchObject(WORLD);
    });

    it('loads one world when two processes load it at once', async () => {
      const loads = await Promise.all([loadDemoWorld(database.db), loadDemoWorld(database.db)]);
      expect(loads.map((load) => load.customers).sort((a, b) => a - b)).toEqual([0, 11]);
      expect(await describeContents(database.db)).toMatchObject(WORLD);
    });
  });

  describe('real data', () => {
    const cases: { name: string; arrange: (database: TestDatabase) => Promise<unknown> }[] = [
      {
        name: 'a customer that no generator wrote, in a database without a label',
        arrange: ({ db }) => db.insert(customers).values(realCustomer),
      },
      {
        name: 'one real customer among generated ones',
        async arrange({ db }) {
          await loadDemoWorld(db);
          await db.insert(customers).values(realCustomer);
        },
      },
      {
        name: 'generated customers in a database labelled as something else',
        async arrange({ db }) {
          await loadDemoWorld(db);
          await db.update(databaseInfo).set({ value: 'production' });
        },
      },
      {
        name: 'nothing but the log of a call',
        arrange: ({ db }) =>
          db.insert(callLogs).values({ callSid: 'CA1', direction: 'inbound', callerPhone: '+13125550199' }),
      },
    ];

    it.each(cases)('is never written over or cleared: $name', async ({ arrange }) => {
      const { db } = database;
      await arrange(database);
      const before = await describeContents(db);
      await expect(loadDemoWorld(db)).rejects.toThrow(RealDataError);
      await expect(loadDemoWorld(db, { replace: true })).rejects.toThrow(RealDataError);
      await expect(assertOnlyMockData(db)).rejects.toThrow(RealDataError);
      await expect(clearMockData(db)).rejects.toThrow(RealDataError);
      expect(await describeContents(db)).toEqual(before);
    });

    it('is not what an empty database holds, whatever its label says', async () => {
      await database.db.insert(databaseInfo).values({ key: 'contents', value: 'production' });
      expect(await loadDemoWorld(database.db)).toEqual(WORLD);
      expect((await describeContents(database.db)).label).toBe('demo');
    });

    it('keeps the log of calls when generated customers are cleared', async () => {
      const { db } = database;
      await loadDemoWorld(db);
      await db.insert(callLogs).values({
        callSid: 'CA1',
        direction: 'inbound',
        callerPhone: '+12175550101',
        customerId: demoId('C1'),
      });
      expect(await clearMockData(db)).toBe(WORLD.customers);
      expect(await db.select({ customerId: callLogs.customerId }).from(callLogs)).toEqual([
        { customerId: null },
      ]);
    });

    it('may follow in a database whose generated data was cleared and relabelled', async () => {
      const { db } = database;
      await loadDemoWorld(db);
      await clearMockData(db);
      await labelContents(db, 'seed');
      expect(await describeContents(db)).toMatchObject({ label: 'seed', customers: 0 });
    });
  });
});

describe('the facts', () => {
  it('name only customers and cars that exist', () => {
    const people = new Set(demoWorld.customers.map(({ id }) => id));
    const owners = new Map(demoWorld.vehicles.map(({ id, customer }) => [id, customer]));
    expect(demoWorld.vehicles.filter(({ customer }) => !people.has(customer))).toEqual([]);
    expect(
      demoWorld.appointments.filter(({ vehicle, customer }) => owners.get(vehicle) !== customer),
    ).toEqual([]);
  });

  it('use only the telephone numbers set aside for fiction', () => {
    expect(demoWorld.customers.filter(({ phone_number }) => !/^\+121755501\d\d$/.test(phone_number))).toEqual(
      [],
    );
  });

  it('get ids that are valid, stable and distinct', () => {
    const symbols = [...demoWorld.customers, ...demoWorld.vehicles, ...demoWorld.appointments].map(
      (it) => it.id,
    );
    const ids = symbols.map(demoId);
    expect(new Set(ids).size).toBe(symbols.length);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(demoId('C1')).toBe('78dee0ac-029c-8b2d-a6e0-ed1825cbc1d7');
  });
});

describe('bays', () => {
  const at = (id: string, from: number, to: number) => ({
    id,
    startsAt: new Date(from),
    endsAt: new Date(to),
  });

  it.each([
    ['visits that follow each other share a bay', [at('a', 0, 10), at('b', 10, 20)], { a: 1, b: 1 }],
    ['visits that meet do not', [at('a', 0, 11), at('b', 10, 20)], { a: 1, b: 2 }],
    [
      'a bay is used again once it is free',
      [at('c', 12, 20), at('a', 0, 11), at('b', 10, 20)],
      { a: 1, b: 2, c: 1 },
    ],
  ])('%s', (_, visits, expected) => {
    expect(Object.fromEntries(assignBays(visits))).toEqual(expected);
  });
});
