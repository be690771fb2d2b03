import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../../src/db/connect.ts';
import { customers } from '../../../src/db/schema.ts';
import { createCustomerCache } from '../../../src/dealership/customer-cache.ts';
import { findCustomerByPhone } from '../../../src/dealership/customers.ts';
import { demoId, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { setContactPreferences } from '../../../src/dealership/preferences.ts';
import { createMemoryKeyValue } from '../../../src/lib/memory-key-value.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher, SARAH, STRANGER } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());
beforeEach(() => database.db.update(customers).set({ receiveReminders: true }));

let calls = 0;
const open = (level: 1 | 2, forgotten: string[] = []) => {
  calls += 1;
  return openDispatcher(database.db, {
    phone: SARAH,
    callSid: `CA-preferences-${calls}`,
    session: { level },
    forgetCustomer: (phone) => {
      forgotten.push(phone);
      return Promise.resolve();
    },
  });
};
const wantsReminders = async (id = 'C1') => {
  const [row] = await database.db
    .select()
    .from(customers)
    .where(eq(customers.id, demoId(id)));
  return row?.receiveReminders;
};

describe('no more calls and texts', () => {
  it('is taken from whoever calls from the number on file, and stored before the answer', async () => {
    const forgotten: string[] = [];
    const call = await open(1, forgotten);
    expect(await call.use('update_contact_preferences', { receive_reminders: false })).toMatchObject({
      success: true,
      data: { receive_reminders: false },
      message: expect.stringContaining('in force now'),
    });
    expect(await wantsReminders()).toBe(false);
    expect(await wantsReminders('C2')).toBe(true);
    expect(forgotten).toEqual([SARAH]);
  });

  it('is not taken from a number that nobody has, and changes nobody', async () => {
    const call = await openDispatcher(database.db, { phone: STRANGER, callSid: 'CA-nobody' });
    expect(await call.use('update_contact_preferences', { receive_reminders: false })).toMatchObject({
      error: 'verification_required',
    });
    const all = await database.db.select().from(customers);
    expect(all.every(({ receiveReminders }) => receiveReminders)).toBe(true);
  });

  it('is what a changed mind comes back to: off, on, and off again are three writes', async () => {
    const call = await open(2);
    for (const wish of [false, true, false]) {
      expect(await call.use('update_contact_preferences', { receive_reminders: wish })).toMatchObject({
        success: true,
      });
      expect(await wantsReminders()).toBe(wish);
    }
  });
});

describe('calls and texts again', () => {
  it('needs proof of who is calling: a number can be borrowed', async () => {
    await setContactPreferences(database.db, { customerId: demoId('C1'), receiveReminders: false });
    expect(
      await (await open(1)).use('update_contact_preferences', { receive_reminders: true }),
    ).toMatchObject({
      success: false,
      error: 'verification_required',
      message: expect.stringContaining('Not changed'),
    });
    expect(await wantsReminders()).toBe(false);
    expect(
      await (await open(2)).use('update_contact_preferences', { receive_reminders: true }),
    ).toMatchObject({ success: true });
    expect(await wantsReminders()).toBe(true);
  });
});

it('a customer whom a cache remembers is seen with the new wish at once', async () => {
  const cache = createCustomerCache({
    keyValue: createMemoryKeyValue(),
    hashKey: 'k',
    schema: z.object({ receiveReminders: z.boolean() }),
    find: (phone) => findCustomerByPhone(database.db, phone),
    onError: () => {},
  });
  expect(await cache.find(SARAH)).toMatchObject({ receiveReminders: true });
  const call = await openDispatcher(database.db, {
    phone: SARAH,
    callSid: 'CA-cached',
    forgetCustomer: (phone) => cache.invalidate(phone),
  });
  await call.use('update_contact_preferences', { receive_reminders: false });
  expect(await cache.find(SARAH)).toMatchObject({ receiveReminders: false });
});

it.each(['nobody', demoId('C99')])('a customer who does not exist (%s) is refused', async (customerId) => {
  expect(await setContactPreferences(database.db, { customerId, receiveReminders: false })).toEqual({
    ok: false,
    refusal: { code: 'not_found' },
  });
});
