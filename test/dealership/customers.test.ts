/** Customers and vehicles on file: found in one look, added once, and nothing told of anybody else. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { customers, vehicles } from '../../src/db/schema.ts';
import { createCustomer, findCustomerByPhone } from '../../src/dealership/customers.ts';
import { normalizePhone } from '../../src/dealership/phone-number.ts';
import { addVehicle, type NewVehicle } from '../../src/dealership/vehicles.ts';
import { openTestDatabase } from '../support/database.ts';
import { addOwner, NOW } from './world.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe('a phone number', () => {
  it.each([
    ['+12175550101', '+12175550101'],
    ['217-555-0101', '+12175550101'],
    ['(217) 555-0101', '+12175550101'],
    ['1 217 555 0101', '+12175550101'],
    ['+1 (416) 555-0199', '+14165550199'],
    ['+44 20 7946 0018', '+442079460018'],
  ])('written %j is %s', (text, expected) => {
    expect(normalizePhone(text)).toBe(expected);
  });

  it.each([
    '',
    'anonymous',
    'Restricted',
    '+266696687',
    '911',
    '217555010',
    '12345678901234567890',
    '+',
    "'; --",
  ])('cannot be %j', (text) => {
    expect(normalizePhone(text)).toBeUndefined();
  });
});

describe('customers', () => {
  const create = (changes: Partial<Parameters<typeof createCustomer>[1]> = {}) =>
    createCustomer(database.db, {
      firstName: 'Daniel',
      lastName: 'Ortiz',
      phoneNumber: '+12175550140',
      idempotencyKey: randomUUID(),
      ...changes,
    });

  it('are put on file once and found by any way of writing the number', async () => {
    const created = await create({ firstName: '  Dani\u0007el ', email: ' Daniel.Ortiz@Example.com ' });
    expect(created).toMatchObject({ ok: true, value: { firstName: 'Dani el', replayed: false } });
    expect(await findCustomerByPhone(database.db, '(217) 555-0140')).toEqual({
      id: created.ok && created.value.customerId,
      firstName: 'Dani el',
      lastName: 'Ortiz',
      phoneNumber: '+12175550140',
      receiveReminders: true,
      vehicles: [],
    });
    const [row] = await database.db.select().from(customers).where(eq(customers.phoneNumber, '+12175550140'));
    expect(row?.email).toBe('daniel.ortiz@example.com');
  });

  it('who share a number are not told of each other', async () => {
    await create({ phoneNumber: '+12175550141', firstName: 'Canary' });
    const refused = await create({ phoneNumber: '217 555 0141' });
    expect(refused).toEqual({ ok: false, refusal: { code: 'number_on_file' } });
  });

  it('asked twice with one key are one, even at the same moment', async () => {
    const asked = await Promise.all(
      Array.from({ length: 5 }, () =>
        create({ phoneNumber: '+12175550142', idempotencyKey: 'one-customer' }),
      ),
    );
    expect(new Set(asked.map((result) => result.ok && result.value.customerId)).size).toBe(1);
    expect(asked.filter((result) => result.ok && !result.value.replayed)).toHaveLength(1);
  });

  it.each([
    [{ firstName: ' \u0000 ' }, { code: 'invalid_name', field: 'firstName' }],
    [{ lastName: 'x'.repeat(81) }, { code: 'invalid_name', field: 'lastName' }],
    [{ phoneNumber: '555' }, { code: 'invalid_phone' }],
    [{ email: 'daniel at example' }, { code: 'invalid_email' }],
  ])('are not made of %j', async (changes, refusal) => {
    expect(await create({ phoneNumber: '+12175550143', ...changes })).toEqual({ ok: false, refusal });
    expect(await findCustomerByPhone(database.db, '+12175550143')).toBeUndefined();
  });

  it.each(['é'.repeat(80), '𝒜'.repeat(80), "O'Brien", 'Robert"); DROP TABLE customers;--'])(
    'may be called %s',
    async (lastName) => {
      const phoneNumber = `+1217555${String(1_000 + lastName.length + ((lastName.codePointAt(0) ?? 0) % 1_000))}`;
      expect(await create({ lastName, phoneNumber })).toMatchObject({ ok: true, value: { lastName } });
    },
  );

  it('come with the vehicles still in use, the primary one first', async () => {
    const created = await create({ phoneNumber: '+12175550144' });
    const customerId = created.ok ? created.value.customerId : '';
    await database.db.insert(vehicles).values([
      { customerId, year: 2011, make: 'Ford', model: 'F-150', status: 'active' },
      { customerId, year: 2016, make: 'Honda', model: 'CR-V', isPrimaryVehicle: true },
      { customerId, year: 1999, make: 'Saab', model: '9-3', status: 'sold' },
    ]);
    const found = await findCustomerByPhone(database.db, '+12175550144');
    expect(found?.vehicles.map(({ model, isPrimary }) => [model, isPrimary])).toEqual([
      ['CR-V', true],
      ['F-150', false],
    ]);
  });

  it('are nobody when the number is withheld', async () => {
    expect(await findCustomerByPhone(database.db, 'anonymous')).toBeUndefined();
  });
});

describe('vehicles', () => {
  const VIN = '1HGCV1F37KA014501';
  const add = (customerId: string, changes: Partial<NewVehicle> = {}) =>
    addVehicle(database.db, { customerId, year: 2020, make: 'Toyota', model: 'RAV4', now: NOW, ...changes });
  const stored = async (customerId: string) =>
    database.db.select().from(vehicles).where(eq(vehicles.customerId, customerId));

  it('are added once, whatever the case and dashes, and learn what was missing', async () => {
    const { customerId } = await addOwner(database.db);
    const first = await add(customerId, { make: ' Honda', model: 'CR-V', mileage: 40_000 });
    expect(first).toMatchObject({ ok: true, value: { existed: false, vinConflict: false } });
    const again = await add(customerId, {
      make: 'HONDA',
      model: 'crv',
      vin: '2hkrm4h56gh602112',
      mileage: 39_000,
    });
    expect(again).toMatchObject({ value: { existed: true, model: 'CR-V' } });
    expect(again.ok && again.value.vehicleId).toBe(first.ok && first.value.vehicleId);
    const rows = await stored(customerId);
    expect(rows).toHaveLength(2);
    expect(rows.find((row) => row.model === 'CR-V')).toMatchObject({
      vin: '2HKRM4H56GH602112',
      currentMileage: 40_000,
    });
  });

  it('of one kind are two when their VINs differ', async () => {
    const { customerId } = await addOwner(database.db);
    await add(customerId, { vin: '4T1B11HK0JU660918' });
    expect(await add(customerId, { vin: '4T1B11HK0JU702245' })).toMatchObject({ value: { existed: false } });
  });

  it('with a VIN from another record are stored without it, and flagged without a name', async () => {
    const one = await addOwner(database.db);
    const other = await addOwner(database.db);
    await add(one.customerId, { vin: VIN });
    const result = await add(other.customerId, { vin: VIN });
    expect(result).toEqual({
      ok: true,
      value: {
        vehicleId: expect.any(String),
        year: 2020,
        make: 'Toyota',
        model: 'RAV4',
        existed: false,
        vinConflict: true,
      },
    });
    const rows = await stored(other.customerId);
    expect(rows.every((row) => row.vin === null)).toBe(true);
  });

  it('added twice at the same moment are one', async () => {
    const { customerId } = await addOwner(database.db);
    const asked = await Promise.all(Array.from({ length: 5 }, () => add(customerId)));
    expect(new Set(asked.map((result) => result.ok && result.value.vehicleId)).size).toBe(1);
    expect(await stored(customerId)).toHaveLength(2);
  });

  it('of a new customer begin with the primary one', async () => {
    const [customer] = await database.db
      .insert(customers)
      .values({ firstName: 'New', lastName: 'Here', phoneNumber: '+12175550190' })
      .returning();
    const customerId = customer?.id ?? '';
    await add(customerId);
    await add(customerId, { model: 'Camry' });
    const rows = await stored(customerId);
    expect(rows.filter((row) => row.isPrimaryVehicle).map((row) => row.model)).toEqual(['RAV4']);
  });

  it.each([
    [{ year: 1949 }, { code: 'invalid_year', earliest: 1950, latest: 2027 }],
    [{ year: 2028 }, { code: 'invalid_year' }],
    [{ year: 2020.5 }, { code: 'invalid_year' }],
    [{ make: ' ' }, { code: 'invalid_make' }],
    [{ model: 'x'.repeat(61) }, { code: 'invalid_model' }],
    [{ vin: 'IOQ' }, { code: 'invalid_vin' }],
    [{ licensePlate: 'x'.repeat(13) }, { code: 'invalid_plate' }],
    [{ mileage: -1 }, { code: 'invalid_mileage' }],
    [{ customerId: randomUUID() }, { code: 'not_found' }],
    [{ customerId: 'C1' }, { code: 'not_found' }],
  ])('are not made of %j', async (changes, refusal) => {
    const { customerId } = await addOwner(database.db);
    expect(await add(customerId, changes)).toMatchObject({ ok: false, refusal });
    expect(await stored(customerId)).toHaveLength(1);
  });
});
