import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CallSession } from '../../../src/agent/session.ts';
import type { Database } from '../../../src/db/connect.ts';
import { vehicles } from '../../../src/db/schema.ts';
import { demoId, demoWorld, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher, ROBERT } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

let calls = 0;
/** Robert, proved to be himself. */
const open = (session: Partial<CallSession> = { level: 2 }) => {
  calls += 1;
  return openDispatcher(database.db, { phone: ROBERT, callSid: `CA-vehicle-${calls}`, session });
};
const car = (changes = {}) => ({
  year: 2021,
  make: 'Mazda',
  model: `CX-${calls}`,
  vin: null,
  license_plate: null,
  mileage: null,
  ...changes,
});
const owned = () =>
  database.db
    .select()
    .from(vehicles)
    .where(eq(vehicles.customerId, demoId('C2')));

describe('adding a vehicle', () => {
  it('needs year, make and model, and gives the next handle', async () => {
    const call = await open();
    expect(await call.use('create_vehicle', car())).toMatchObject({ success: true, data: { vehicle: 'V3' } });
    const added = (await owned()).find(({ model }) => model === `CX-${calls}`);
    expect(added).toMatchObject({ year: 2021, make: 'Mazda', vin: null });
    expect(call.dispatcher.session.vehicles.at(-1)).toMatchObject({ handle: 'V3', id: added?.id });
  });

  it('that the customer has already answers with its own handle', async () => {
    const call = await open();
    const before = (await owned()).length;
    const known = car({ year: 2011, make: 'ford', model: 'F 150' });
    expect(await call.use('create_vehicle', known)).toMatchObject({ data: { vehicle: 'V2' } });
    expect(await owned()).toHaveLength(before);
  });

  it('keeps a VIN as it was read out, with spaces and in lower case', async () => {
    const call = await open();
    expect(await call.use('create_vehicle', car({ vin: '1hgcm 82633 a004352' }))).toMatchObject({
      success: true,
    });
    expect((await owned()).find(({ model }) => model === `CX-${calls}`)?.vin).toBe('1HGCM82633A004352');
  });

  it('keeps no VIN from a caller known by the number only, and tells them nothing of it', async () => {
    const known = demoWorld.vehicles.find(({ id }) => id === 'V2')?.vin;
    const answers = [];
    for (const vin of ['1HGCM82613A000008', known, null]) {
      const call = await open({});
      const vehicle = { ...car({ vin }), model: `Known ${calls}` };
      answers.push((await call.dispatch('create_vehicle', vehicle)).record.result.replace(/V\d+/g, 'V'));
      expect((await owned()).find(({ model }) => model === vehicle.model)).toMatchObject({ vin: null });
    }
    expect(new Set(answers).size).toBe(1);
  });

  it.each(['1HGCM82633A004353', 'IOQ45678901234567', 'short', '1HGCM82633A0043521'])(
    'goes on without a VIN that cannot be right (%s), and says so',
    async (vin) => {
      const call = await open();
      expect(await call.use('create_vehicle', car({ vin }))).toMatchObject({
        success: true,
        message: expect.stringContaining('left out'),
      });
      expect((await owned()).find(({ model }) => model === `CX-${calls}`)?.vin).toBeNull();
    },
  );

  it("with somebody else's VIN tells nothing of them and takes nothing from them", async () => {
    const sarahs = demoWorld.vehicles.find(({ id }) => id === 'V1');
    const call = await open();
    const { record } = await call.dispatch('create_vehicle', car({ vin: sarahs?.vin }));
    const plain = (await (await open()).dispatch('create_vehicle', car())).record.result;
    const anyHandle = (result: string) => result.replace(/V\d+/g, 'V');
    expect(anyHandle(record.result)).toBe(anyHandle(plain));
    const [stillSarahs] = await database.db
      .select()
      .from(vehicles)
      .where(eq(vehicles.id, demoId('V1')));
    expect(stillSarahs).toMatchObject({ customerId: demoId('C1'), vin: sarahs?.vin });
  });

  it.each([
    ['a year before cars like ours', { year: 1900 }],
    ['a year to come', { year: 2028 }],
    ['half a year', { year: 2020.5 }],
    ['no make', { make: ' ' }],
    ['a model without end', { model: 'x'.repeat(61) }],
    ['miles below zero', { mileage: -1 }],
    ['a plate that is none', { license_plate: 'ABCDEFGHIJKLMNOP' }],
  ])('refuses %s', async (_, changes) => {
    const call = await open();
    expect(await call.use('create_vehicle', car(changes))).toMatchObject({ error: 'invalid_args' });
    expect(call.dispatcher.session.vehicles).toHaveLength((await owned()).length);
  });
});
