import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { demoWorld, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher, SARAH } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

let calls = 0;
let caller = '';
beforeEach(() => {
  calls += 1;
  caller = `+13125550${100 + calls}`;
});
const open = (phone: string | null) =>
  openDispatcher(database.db, { phone, callSid: `CA-customer-${calls}` });
const person = (changes = {}) => ({
  first_name: 'Dana',
  last_name: 'Whitfield',
  phone_number: null,
  email: null,
  ...changes,
});

async function find(phone: string) {
  const { rows } = await database.db.execute(
    sql`select first_name, last_name, email from customers where phone_number = ${phone}`,
  );
  return rows;
}

describe('creating a customer', () => {
  it('puts a new caller on file under the number of the call, and lets them book', async () => {
    const call = await open(caller);
    expect(await call.use('create_customer', person({ email: 'Dana@Example.com' }))).toMatchObject({
      success: true,
      data: { status: 'created' },
    });
    expect(await find(caller)).toEqual([
      { first_name: 'Dana', last_name: 'Whitfield', email: 'dana@example.com' },
    ]);
    expect(call.dispatcher.session).toMatchObject({ level: 1, firstName: 'Dana' });
    expect(call.sessions.at(-1)).toEqual(call.dispatcher.session);
  });

  it('uses the call-back number that the caller gave instead', async () => {
    const call = await open(caller);
    await call.use('create_customer', person({ phone_number: '312 555 0199' }));
    expect(await find('+13125550199')).toHaveLength(1);
    expect(await find(caller)).toEqual([]);
  });

  it('tells the model no id, and nothing that was not said', async () => {
    const call = await open(caller);
    const { record } = await call.dispatch('create_customer', person());
    expect(record.result).not.toContain(call.dispatcher.session.customerId);
    expect(Object.keys(JSON.parse(record.result))).toEqual(['success', 'data', 'message']);
  });

  it("reveals nothing of whoever has the number already, and leaves the caller's level alone", async () => {
    const call = await open(caller);
    const { record } = await call.dispatch('create_customer', person({ phone_number: SARAH }));
    expect(JSON.parse(record.result)).toMatchObject({ success: false, error: 'number_on_file' });
    const sarah = demoWorld.customers.find(({ phone_number }) => phone_number === SARAH);
    for (const fact of Object.values(sarah ?? {})) {
      if (typeof fact === 'string' && fact.length > 2) expect(record.result).not.toContain(fact);
    }
    expect(call.dispatcher.session).toMatchObject({ level: 0, customerId: null, vehicles: [] });
    expect(await find(SARAH)).toMatchObject([{ first_name: 'Sarah', last_name: 'Mitchell' }]);
  });

  it('asks a caller who withholds the number for one, and takes it', async () => {
    const call = await open(null);
    expect(await call.use('create_customer', person())).toMatchObject({
      error: 'invalid_args',
      message: expect.stringContaining('call-back number'),
    });
    expect(await call.use('create_customer', person({ phone_number: caller }))).toMatchObject({
      success: true,
    });
    expect(await find(caller)).toHaveLength(1);
  });

  it('changes nothing for a caller who is on file, whatever name they give', async () => {
    const call = await open(SARAH);
    const before = call.dispatcher.session;
    expect(await call.use('create_customer', person({ phone_number: caller }))).toMatchObject({
      data: { status: 'exists' },
    });
    expect(call.dispatcher.session).toEqual(before);
    expect(await find(caller)).toEqual([]);
  });

  it('makes one record when the name is corrected afterwards', async () => {
    const call = await open(caller);
    await call.use('create_customer', person());
    expect(await call.use('create_customer', person({ last_name: 'Whitfeld' }))).toMatchObject({
      data: { status: 'exists' },
    });
    expect(await find(caller)).toHaveLength(1);
  });

  it.each([
    ['an empty name', { first_name: ' ' }, /name/],
    ['a name that goes on and on', { last_name: 'x'.repeat(81) }, /name/],
    ['a number that is none', { phone_number: 'five five five' }, /telephone number/],
    ['an e-mail address that is none', { email: 'dana at example' }, /e-mail/],
  ])('refuses %s and can be asked again', async (_, changes, message) => {
    const call = await open(caller);
    expect(await call.use('create_customer', person(changes))).toMatchObject({
      error: 'invalid_args',
      message: expect.stringMatching(message),
    });
    expect(await call.use('create_customer', person())).toMatchObject({ success: true });
  });

  it.each(['"; DROP TABLE customers; --', "Robert'); --", '‮evil', '😀'])(
    'stores %s as a name and nothing else',
    async (name) => {
      const call = await open(caller);
      expect(await call.use('create_customer', person({ first_name: name }))).toMatchObject({
        success: true,
      });
      expect(await find(SARAH)).toHaveLength(1);
    },
  );
});
