/** Loading generated rows into a database: all or nothing, and never over anything real. */
import { eq, isNotNull, sql } from 'drizzle-orm';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generateWorld, type SeedWorld } from '../../scripts/seed/generate.ts';
import { GeneratedDataError, loadWorld } from '../../scripts/seed/load.ts';
import { appointments, customers, databaseInfo, serviceHistory, vehicles } from '../../src/db/schema.ts';
import { loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { RealDataError } from '../../src/dealership/mock-data.ts';
import { loadProfile } from '../../src/dealership/profile.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const NOW = Date.parse('2026-05-21T10:00:00-05:00');

let world: SeedWorld;
let other: SeedWorld;
let database: TestDatabase;

beforeAll(async () => {
  const profile = await loadProfile(undefined);
  world = generateWorld({ customers: 60, seed: 1, now: NOW, profile });
  other = generateWorld({ customers: 30, seed: 2, now: NOW, profile });
});
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

async function counts() {
  const { db } = database;
  return {
    customers: await db.$count(customers),
    vehicles: await db.$count(vehicles),
    appointments: await db.$count(appointments),
    serviceHistory: await db.$count(serviceHistory),
  };
}
const sizeOf = (rows: SeedWorld) => ({
  customers: rows.customers.length,
  vehicles: rows.vehicles.length,
  appointments: rows.appointments.length,
  serviceHistory: rows.serviceHistory.length,
});

describe('loadWorld', () => {
  it('writes every row as it was generated, and what the database now is', async () => {
    const steps: string[] = [];
    await loadWorld(database, world, {
      replace: false,
      onProgress: (table, done, total) => steps.push(`${table} ${done}/${total}`),
    });
    const { db } = database;
    const inOrder = <T extends { id: string }>(rows: T[]) =>
      rows.toSorted((a, b) => a.id.localeCompare(b.id));
    expect(inOrder(await db.select().from(customers))).toEqual(inOrder(world.customers));
    expect(inOrder(await db.select().from(vehicles))).toEqual(inOrder(world.vehicles));
    expect(inOrder(await db.select().from(appointments))).toEqual(inOrder(world.appointments));
    expect(inOrder(await db.select().from(serviceHistory))).toEqual(inOrder(world.serviceHistory));
    const [info] = await db.select().from(databaseInfo).where(eq(databaseInfo.key, 'contents'));
    expect(info?.value).toBe('seed');
    const { customers: people, vehicles: cars, appointments: visits, serviceHistory: work } = sizeOf(world);
    expect(steps).toEqual([
      `customers ${people}/${people}`,
      `vehicles ${cars}/${cars}`,
      `appointments ${visits}/${visits}`,
      `serviceHistory ${work}/${work}`,
    ]);
  });

  it('refuses a database that holds a real customer and leaves it as it was', async () => {
    const { db } = database;
    await db.insert(customers).values({ firstName: 'Real', lastName: 'Person', phoneNumber: '+12175550199' });
    for (const replace of [false, true]) {
      await expect(loadWorld(database, world, { replace })).rejects.toThrow(RealDataError);
    }
    expect(await counts()).toEqual({ customers: 1, vehicles: 0, appointments: 0, serviceHistory: 0 });
  });

  it('refuses to add to generated rows, and replaces them when told to', async () => {
    await loadWorld(database, world, { replace: false });
    await expect(loadWorld(database, other, { replace: false })).rejects.toThrow(GeneratedDataError);
    expect(await counts()).toEqual(sizeOf(world));
    await loadWorld(database, other, { replace: true });
    expect(await counts()).toEqual(sizeOf(other));
  });

  it('replaces the demo world when told to', async () => {
    await loadDemoWorld(database.db);
    await loadWorld(database, world, { replace: true });
    expect(await counts()).toEqual(sizeOf(world));
  });

  it('leaves the old rows when a new one cannot be written', async () => {
    await loadWorld(database, world, { replace: false });
    const broken = {
      ...other,
      serviceHistory: other.serviceHistory.map((row, i) => (i === 5 ? { ...row, vehicleId: row.id } : row)),
    };
    await expect(loadWorld(database, broken, { replace: true })).rejects.toThrow();
    expect(await counts()).toEqual(sizeOf(world));
    expect(await database.db.$count(customers, isNotNull(customers.mockSource))).toBe(
      sizeOf(world).customers,
    );
  });

  it('writes nothing when it is interrupted half way', async () => {
    const interrupt = new AbortController();
    const load = loadWorld(database, world, {
      replace: false,
      signal: interrupt.signal,
      onProgress: (table) => {
        if (table === 'appointments') interrupt.abort(new Error('enough'));
      },
    });
    await expect(load).rejects.toThrow('enough');
    expect(await counts()).toEqual({ customers: 0, vehicles: 0, appointments: 0, serviceHistory: 0 });
  });

  it('gives back the limits of a call to whoever asks next', async () => {
    const limit = () => database.db.execute(sql`select current_setting('statement_timeout') as value`);
    const before = (await limit()).rows;
    await loadWorld(database, other, { replace: false });
    expect((await limit()).rows).toEqual(before);
  });
});
