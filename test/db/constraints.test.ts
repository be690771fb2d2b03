/** What the tables themselves refuse, whatever the code above them forgets. */
import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseError } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { appointments, callLogs, customers, serviceHistory, vehicles } from '../../src/db/schema.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';

const CUSTOMER = '11111111-1111-4111-8111-111111111111';
const VEHICLE = '22222222-2222-4222-8222-222222222222';
const CHECK = '23514';
const UNIQUE = '23505';
const FOREIGN_KEY = '23503';
const EXCLUSION = '23P01';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db
    .insert(customers)
    .values({ id: CUSTOMER, phoneNumber: '+12175550101', firstName: 'Sarah', lastName: 'Mitchell' });
  await database.db.insert(vehicles).values({
    id: VEHICLE,
    customerId: CUSTOMER,
    year: 2019,
    make: 'Honda',
    model: 'Accord',
    vin: '1HGCV1F37KA014501',
  });
});
afterEach(async () => {
  await database.db.delete(customers);
  await database.db.delete(callLogs);
});

/** The SQLSTATE and the constraint with which the statement was refused, or `accepted`. */
async function outcome(statement: PromiseLike<unknown>) {
  try {
    await statement;
    return 'accepted';
  } catch (error) {
    const cause = error instanceof DrizzleQueryError ? error.cause : undefined;
    if (cause instanceof DatabaseError) return `${cause.code} ${cause.constraint}`;
    throw error;
  }
}

describe('a customer', () => {
  type Change = Partial<typeof customers.$inferInsert>;
  const other = { phoneNumber: '+12175550102', firstName: 'Robert', lastName: 'Johnson' };

  it.each<[string, Change, string]>([
    ['a telephone number without +', { phoneNumber: '2175550102' }, `${CHECK} customers_phone_e164`],
    ['a telephone number with a dash', { phoneNumber: '+1217-5550102' }, `${CHECK} customers_phone_e164`],
    [
      'a telephone number of 16 digits',
      { phoneNumber: '+1234567890123456' },
      `${CHECK} customers_phone_e164`,
    ],
    ['a country code of 0', { phoneNumber: '+02175550102' }, `${CHECK} customers_phone_e164`],
    ['a second line after the number', { phoneNumber: '+12175550102\n' }, `${CHECK} customers_phone_e164`],
    [
      'the number of another customer',
      { phoneNumber: '+12175550101' },
      `${UNIQUE} customers_phone_number_key`,
    ],
    ['an e-mail address without @', { email: 'robert.example.com' }, `${CHECK} customers_email_shape`],
    ['an e-mail address without a domain', { email: 'robert@example' }, `${CHECK} customers_email_shape`],
    ['an e-mail address with a space', { email: 'rob ert@example.com' }, `${CHECK} customers_email_shape`],
    ['a state that is none', { state: 'XX' }, `${CHECK} customers_state_us`],
    ['a state in lower case', { state: 'il' }, `${CHECK} customers_state_us`],
    ['a ZIP code of four digits', { zipCode: '6270' }, `${CHECK} customers_zip_shape`],
    ['a way of contact that is none', { preferredContactMethod: 'fax' }, `${CHECK} customers_contact_method`],
    ['a kind that is none', { customerType: 'robot' }, `${CHECK} customers_type`],
    ['an empty name', { firstName: '' }, `${CHECK} customers_name_length`],
  ])('may not have %s', async (_, change, refusal) => {
    expect(await outcome(database.db.insert(customers).values({ ...other, ...change }))).toBe(refusal);
  });

  it.each<[string, Change]>([
    ['nothing but a name and a number', {}],
    ['a number outside the country', { phoneNumber: '+442079460000' }],
    ['the capital for a state', { state: 'DC' }],
    ['a long ZIP code', { zipCode: '62704-1234' }],
    ['an e-mail address with a plus', { email: 'robert+car@mail.example.com' }],
  ])('may have %s', async (_, change) => {
    expect(await outcome(database.db.insert(customers).values({ ...other, ...change }))).toBe('accepted');
  });
});

describe('a vehicle', () => {
  type Change = Partial<typeof vehicles.$inferInsert>;
  const other = { customerId: CUSTOMER, year: 2016, make: 'Honda', model: 'CR-V' };

  it.each<[string, Change, string]>([
    ['a VIN of 16 characters', { vin: '2HKRM4H56GH60211' }, `${CHECK} vehicles_vin_shape`],
    ['a VIN with the letter O', { vin: '2HKRM4H56GH6O2112' }, `${CHECK} vehicles_vin_shape`],
    ['a VIN in lower case', { vin: '2hkrm4h56gh602112' }, `${CHECK} vehicles_vin_shape`],
    ['the VIN of another vehicle', { vin: '1HGCV1F37KA014501' }, `${UNIQUE} vehicles_vin_key`],
    ['a year before cars', { year: 1899 }, `${CHECK} vehicles_year_range`],
    ['a mileage below zero', { currentMileage: -1 }, `${CHECK} vehicles_mileage`],
    ['a status that is none', { status: 'stolen' }, `${CHECK} vehicles_status`],
    [
      'an owner that does not exist',
      { customerId: VEHICLE },
      `${FOREIGN_KEY} vehicles_customer_id_customers_id_fk`,
    ],
  ])('may not have %s', async (_, change, refusal) => {
    expect(await outcome(database.db.insert(vehicles).values({ ...other, ...change }))).toBe(refusal);
  });

  it('may share an unknown VIN with any number of others', async () => {
    expect(await outcome(database.db.insert(vehicles).values([other, other]))).toBe('accepted');
  });
});

type Appointment = typeof appointments.$inferInsert;

/** An appointment of this many minutes from `from`, given as HH:MM of one day. */
function visit(from: string, durationMinutes: number, change: Partial<Appointment> = {}): Appointment {
  const scheduledAt = new Date(`2026-05-27T${from}:00Z`);
  return {
    customerId: CUSTOMER,
    vehicleId: VEHICLE,
    scheduledAt,
    durationMinutes,
    endsAt: new Date(scheduledAt.getTime() + durationMinutes * 60_000),
    serviceType: 'oil_change',
    bay: 1,
    ...change,
  };
}
const cancelled = { status: 'cancelled', cancellationReason: 'other' } as const;

describe('an appointment', () => {
  it.each<[string, Partial<Appointment>, string]>([
    ['be cancelled without a reason', { status: 'cancelled' }, `${CHECK} appointments_cancellation`],
    [
      'have a reason without being cancelled',
      { cancellationReason: 'other' },
      `${CHECK} appointments_cancellation`,
    ],
    [
      'end at another time than its length says',
      { endsAt: new Date('2026-05-27T15:00Z') },
      `${CHECK} appointments_ends_at`,
    ],
    ['have a bay below one', { bay: 0 }, `${CHECK} appointments_bay`],
    ['come by a transport that is none', { transport: 'taxi' }, `${CHECK} appointments_transport`],
    ['be booked in a way that is none', { bookingMethod: 'fax' }, `${CHECK} appointments_booking_method`],
    ['have a category that is none', { serviceCategory: 'magic' }, `${CHECK} appointments_category`],
    ['belong to nobody', { customerId: VEHICLE }, `${FOREIGN_KEY} appointments_customer_id_customers_id_fk`],
  ])('may not %s', async (_, change, refusal) => {
    expect(await outcome(database.db.insert(appointments).values(visit('14:00', 30, change)))).toBe(refusal);
  });

  it('may not last four minutes', async () => {
    expect(await outcome(database.db.insert(appointments).values(visit('14:00', 4)))).toBe(
      `${CHECK} appointments_duration`,
    );
  });

  it('may not have a status that is none, even from SQL that no type checks', async () => {
    await database.db.insert(appointments).values(visit('14:00', 30));
    await expect(database.pool.query(`update appointments set status = 'maybe'`)).rejects.toMatchObject({
      code: CHECK,
      constraint: 'appointments_status',
    });
  });
});

describe('two appointments, the first from 10:00 to 11:00 in bay 1,', () => {
  const refused = `${EXCLUSION} appointments_bay_no_overlap`;

  it.each<[string, Appointment, Partial<Appointment>, string]>([
    ['may not be the same', visit('10:00', 60), {}, refused],
    ['may not overlap by the end', visit('10:55', 30), {}, refused],
    ['may not overlap by the start', visit('09:35', 30), {}, refused],
    ['may not lie within each other', visit('10:15', 30), {}, refused],
    ['may not overlap once one is being worked on', visit('10:15', 30), { status: 'in_progress' }, refused],
    ['may follow at once', visit('11:00', 30), {}, 'accepted'],
    ['may precede at once', visit('09:30', 30), {}, 'accepted'],
    ['may overlap in different bays', visit('10:15', 30, { bay: 2 }), {}, 'accepted'],
    ['may overlap when the first is cancelled', visit('10:15', 30), cancelled, 'accepted'],
    ['may overlap when the second is cancelled', visit('10:15', 30, cancelled), {}, 'accepted'],
    ['may overlap when the first is over', visit('10:15', 30), { status: 'completed' }, 'accepted'],
    ['may overlap when nobody came to the first', visit('10:15', 30), { status: 'no_show' }, 'accepted'],
  ])('%s', async (_, second, firstChange, expected) => {
    await database.db.insert(appointments).values(visit('10:00', 60, firstChange));
    expect(await outcome(database.db.insert(appointments).values(second))).toBe(expected);
  });

  it('may not be brought to overlap by taking back a cancellation', async () => {
    await database.db.insert(appointments).values([visit('10:00', 60), visit('10:15', 30, cancelled)]);
    const reopened = database.db.update(appointments).set({ status: 'scheduled', cancellationReason: null });
    expect(await outcome(reopened)).toBe(refused);
  });

  it('are settled without an error when the second asks to do nothing on conflict', async () => {
    await database.db.insert(appointments).values(visit('10:00', 60));
    const rows = await database.db
      .insert(appointments)
      .values(visit('10:15', 30))
      .onConflictDoNothing()
      .returning({ id: appointments.id });
    expect(rows).toEqual([]);
  });
});

describe('deleting', () => {
  it('a customer takes cars, appointments and history along and leaves the calls', async () => {
    const { db } = database;
    const [kept] = await db
      .insert(appointments)
      .values(visit('10:00', 60))
      .returning({ id: appointments.id });
    await db.insert(serviceHistory).values({
      vehicleId: VEHICLE,
      appointmentId: kept?.id ?? null,
      serviceDate: '2026-05-27',
      servicesPerformed: ['oil_change'],
    });
    await db.insert(callLogs).values({
      callSid: 'CA1',
      customerId: CUSTOMER,
      appointmentId: kept?.id ?? null,
      direction: 'inbound',
      callerPhone: '+12175550101',
    });
    await db.delete(customers);
    expect(await db.$count(appointments)).toBe(0);
    expect(await db.$count(serviceHistory)).toBe(0);
    expect(await db.select().from(callLogs)).toMatchObject([{ customerId: null, appointmentId: null }]);
  });
});

describe('the log of a call', () => {
  const call = { callSid: 'CA1', direction: 'inbound', callerPhone: 'anonymous' };

  it.each<[string, Partial<typeof callLogs.$inferInsert>, string]>([
    ['for the same call twice', {}, `${UNIQUE} call_logs_call_sid_key`],
    [
      'in a direction that is none',
      { callSid: 'CA2', direction: 'sideways' },
      `${CHECK} call_logs_direction`,
    ],
    ['shorter than nothing', { callSid: 'CA2', durationSeconds: -1 }, `${CHECK} call_logs_duration`],
  ])('is not written %s', async (_, change, refusal) => {
    await database.db.insert(callLogs).values(call);
    expect(await outcome(database.db.insert(callLogs).values({ ...call, ...change }))).toBe(refusal);
  });
});
