import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { verificationAttempts } from '../../../src/db/desk-schema.ts';
import { customers } from '../../../src/db/schema.ts';
import { demoId, demoWorld, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher, ROBERT, SARAH, STRANGER } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(verificationAttempts);
  await database.db.update(customers).set({ verificationLockedUntil: null });
});

let calls = 0;
const open = (options: Parameters<typeof openDispatcher>[1] = {}) => {
  calls += 1;
  return openDispatcher(database.db, { callSid: `CA-verify-${calls}`, ...options });
};

const NOTHING = {
  date_of_birth: null,
  vin: null,
  street_address: null,
  zip_code: null,
  phone_on_file: null,
};
const claim = (factors: Partial<Record<keyof typeof NOTHING, string>>) => ({ ...NOTHING, ...factors });

function factsOf(symbol: string) {
  const customer = demoWorld.customers.find(({ id }) => id === symbol);
  const vehicle = demoWorld.vehicles.find((one) => one.customer === symbol);
  if (!customer || !vehicle) throw new Error('No such customer.');
  return { ...customer, vin: vehicle.vin };
}
const sarah = factsOf('C1');
const robert = factsOf('C2');
const WRONG = claim({ date_of_birth: '1970-01-01' });

describe('from the phone on file', () => {
  it.each([
    ['the date of birth', { date_of_birth: sarah.date_of_birth }],
    ['the whole VIN', { vin: sarah.vin.toLowerCase() }],
    ['the last eight of the VIN', { vin: sarah.vin.slice(-8) }],
    ['the address', { street_address: sarah.street_address.toUpperCase(), zip_code: sarah.zip_code }],
  ])('%s is enough', async (_, factors) => {
    const call = await open({ phone: SARAH });
    const answer = await call.use('verify_customer', claim(factors));
    expect(answer).toMatchObject({ success: true, data: { status: 'verified', first_name: 'Sarah' } });
    expect(call.dispatcher.session).toMatchObject({ level: 2, customerId: demoId('C1') });
  });

  it('one right and one wrong factor are not, and nobody is told which', async () => {
    const both = await open({ phone: SARAH });
    const answer = await both.use(
      'verify_customer',
      claim({ date_of_birth: sarah.date_of_birth, vin: robert.vin }),
    );
    const wrong = await (await open({ phone: SARAH })).use('verify_customer', WRONG);
    expect({ ...answer, data: {} }).toEqual({ ...wrong, data: {} });
    expect(answer.data).toMatchObject({ status: 'not_verified' });
    expect(both.dispatcher.session.level).toBe(1);
  });

  it("somebody else's facts prove nothing", async () => {
    const call = await open({ phone: SARAH });
    expect(await call.use('verify_customer', claim({ date_of_birth: robert.date_of_birth }))).toMatchObject({
      data: { status: 'not_verified', attempts_left: 2 },
    });
  });

  it('what the caller has put on file in this call proves nothing', async () => {
    const call = await open({ phone: ROBERT });
    await call.use('create_vehicle', {
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      vin: '1HGCM82633A004352',
      license_plate: null,
      mileage: null,
    });
    for (const vin of ['1HGCM82633A004352', '3A004352']) {
      expect(await call.use('verify_customer', claim({ vin }))).toMatchObject({
        data: { status: 'not_verified' },
      });
    }
  });
});

describe('from another phone', () => {
  const two = { date_of_birth: sarah.date_of_birth, vin: sarah.vin.slice(-8) };

  it.each([
    ['a stranger’s', STRANGER],
    ['another customer’s', ROBERT],
    ['a withheld', null],
  ])('(%s) two factors and the number on file are enough', async (_, phone) => {
    const call = await open({ phone });
    const answer = await call.use('verify_customer', claim({ ...two, phone_on_file: '(217) 555-0101' }));
    expect(answer).toMatchObject({ success: true, data: { status: 'verified', first_name: 'Sarah' } });
    const { session } = call.dispatcher;
    expect(session).toMatchObject({ level: 2, customerId: demoId('C1'), firstName: 'Sarah' });
    expect(session.vehicles.map(({ model }) => model)).toEqual(['Accord']);
  });

  it('nothing of the record that the number belongs to stays within reach', async () => {
    const call = await open({ phone: ROBERT });
    const before = call.dispatcher.session.vehicles.map(({ handle }) => handle);
    await call.use('verify_customer', claim({ ...two, phone_on_file: SARAH }));
    const after = call.dispatcher.session.vehicles.map(({ handle }) => handle);
    expect(after.filter((handle) => before.includes(handle))).toEqual([]);
    expect(await call.use('get_vehicle_info', { vehicle: 'V1' })).toMatchObject({ error: 'not_found' });
  });

  it('one factor is asked for another, and is no attempt', async () => {
    const call = await open({ phone: STRANGER });
    const one = claim({ date_of_birth: sarah.date_of_birth, phone_on_file: SARAH });
    expect(await call.use('verify_customer', one)).toMatchObject({ error: 'invalid_args' });
    expect(await database.db.$count(verificationAttempts)).toBe(0);
  });

  it('without the number on file it is asked for', async () => {
    const call = await open({ phone: null });
    expect(await call.use('verify_customer', claim(two))).toMatchObject({ error: 'invalid_args' });
  });

  it('an unknown record and a wrong factor read the same, to the byte', async () => {
    const answers = [];
    for (const phone_on_file of [SARAH, '+13095550199']) {
      const call = await open({ phone: STRANGER });
      for (const year of [1971, 1972, 1973, 1974]) {
        const wrong = claim({ ...two, date_of_birth: `${year}-03-04`, phone_on_file });
        answers.push((await call.dispatch('verify_customer', wrong)).record.result);
      }
    }
    expect(answers.slice(0, 4)).toEqual(answers.slice(4));
  });
});

describe('what cannot be right', () => {
  it.each([
    ['a two-digit year', { date_of_birth: '85-06-15' }],
    ['a day that does not exist', { date_of_birth: '1990-02-30' }],
    ['a day to come', { date_of_birth: '2026-05-22' }],
    ['a VIN with an O', { vin: 'A01450O1' }],
    ['half an address', { zip_code: '62704' }],
    ['nothing', {}],
  ])('(%s) is asked again and counts as no attempt', async (_, factors) => {
    const call = await open({ phone: SARAH });
    expect(await call.use('verify_customer', claim(factors))).toMatchObject({ error: 'invalid_args' });
    expect(await database.db.$count(verificationAttempts)).toBe(0);
  });
});

describe('the limits', () => {
  it('a call has three wrong answers; then the right one is not even heard', async () => {
    const call = await open({ phone: SARAH });
    const seen = [];
    for (const year of [1971, 1972, 1973]) {
      const { data } = await call.use('verify_customer', claim({ date_of_birth: `${year}-01-01` }));
      seen.push(data);
    }
    expect(seen).toEqual([
      { status: 'not_verified', attempts_left: 2 },
      { status: 'not_verified', attempts_left: 1 },
      { status: 'locked', attempts_left: 0 },
    ]);
    const right = claim({ date_of_birth: sarah.date_of_birth });
    expect(await call.use('verify_customer', right)).toMatchObject({ data: { status: 'locked' } });
    expect(call.dispatcher.session.level).toBe(1);
  });

  it('a wrong answer repeated at once is one attempt', async () => {
    const call = await open({ phone: SARAH });
    await Promise.all([call.use('verify_customer', WRONG), call.use('verify_customer', WRONG)]);
    expect(await database.db.$count(verificationAttempts)).toBe(1);
  });

  it('of a call are not forgotten when its line was cut and it is taken up again', async () => {
    for (const year of [1971, 1972, 1973]) {
      const again = await open({ phone: SARAH, callSid: 'CA-cut' });
      await again.use('verify_customer', claim({ date_of_birth: `${year}-01-01` }));
    }
    const again = await open({ phone: SARAH, callSid: 'CA-cut' });
    const right = claim({ date_of_birth: sarah.date_of_birth });
    expect(await again.use('verify_customer', right)).toMatchObject({ data: { status: 'locked' } });
  });
});

describe('a success', () => {
  it('reveals nothing that could prove it again', async () => {
    const call = await open({ phone: SARAH });
    const { record, spoken } = await call.dispatch(
      'verify_customer',
      claim({ date_of_birth: sarah.date_of_birth }),
    );
    const told = record.result + spoken;
    for (const fact of [sarah.date_of_birth, sarah.street_address, sarah.vin, sarah.email, sarah.last_name]) {
      expect(told).not.toContain(fact);
    }
  });

  it('is kept, so that it can be seen who was verified and when', async () => {
    const call = await open({ phone: SARAH });
    await call.use('verify_customer', claim({ date_of_birth: sarah.date_of_birth }));
    const kept = await database.db
      .select()
      .from(verificationAttempts)
      .where(eq(verificationAttempts.isSuccess, true));
    expect(kept).toMatchObject([
      { customerId: demoId('C1'), callerPhone: SARAH, callId: call.dispatcher.session.callLogId },
    ]);
  });
});
