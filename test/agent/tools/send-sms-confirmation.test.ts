import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { textMessages } from '../../../src/db/desk-schema.ts';
import { customers } from '../../../src/db/schema.ts';
import { demoId, demoWorld, loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { setContactPreferences } from '../../../src/dealership/preferences.ts';
import { openTestDatabase } from '../../support/database.ts';
import { booking, openDispatcher, ROBERT, SARAH } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(textMessages);
  await database.db.update(customers).set({ receiveReminders: true });
});

let calls = 0;
async function open(phone = ROBERT, session = {}) {
  calls += 1;
  let wakes = 0;
  const call = await openDispatcher(database.db, {
    phone,
    callSid: `CA-text-${calls}`,
    session,
    wakeTexts: () => {
      wakes += 1;
    },
  });
  return {
    ...call,
    wakes: () => wakes,
    text: (appointment: string | null = null) => call.use('send_sms_confirmation', { appointment }),
  };
}
const texts = () => database.db.select().from(textMessages).orderBy(textMessages.createdAt);
const known = { appointments: [{ handle: 'A1', id: demoId('A1') }] };

describe('a text with the appointment', () => {
  it('that was just booked is stored for the number on file, and then sent', async () => {
    const call = await open();
    await call.use('book_appointment', booking({ scheduled_at: '2026-06-03T09:00' }));
    const answer = await call.text();
    expect(answer).toMatchObject({ success: true, data: { queued: true } });
    expect(await texts()).toMatchObject([
      {
        customerId: demoId('C2'),
        kind: 'confirmation',
        status: 'queued',
        toPhone: ROBERT,
        body: expect.stringContaining('oil change is on Wednesday, June 3 at 9:00 AM'),
      },
    ]);
    expect(call.wakes()).toBe(1);
    expect(JSON.stringify(answer)).not.toContain('555');
  });

  it('says nothing of the car or the customer', async () => {
    const call = await open(SARAH, known);
    await call.text('A1');
    const [text] = await texts();
    const facts = [
      ...demoWorld.vehicles.flatMap(({ vin, license_plate, make, model }) => [
        vin,
        license_plate,
        make,
        model,
      ]),
      ...demoWorld.customers.flatMap(({ first_name, last_name }) => [first_name, last_name]),
    ];
    expect(text?.body).toContain('Reply STOP to opt out.');
    expect(facts.filter((fact) => text?.body.includes(fact))).toEqual([]);
  });

  it('asked twice is one, and for a second booking of the same call it is another', async () => {
    const call = await open();
    await call.use('book_appointment', booking({ scheduled_at: '2026-06-04T09:00' }));
    await call.text();
    await call.text();
    expect(await texts()).toHaveLength(1);
    await call.use('book_appointment', booking({ vehicle: 'V2', scheduled_at: '2026-06-04T11:00' }));
    expect(await call.text()).toMatchObject({ success: true });
    expect((await texts()).map(({ body }) => /at (\d+:\d+)/.exec(body)?.[1])).toEqual(['9:00', '11:00']);
  });

  it('of an appointment that the call knows by its handle', async () => {
    const call = await open(SARAH, known);
    expect(await call.text('A1')).toMatchObject({ success: true });
    expect(await texts()).toMatchObject([{ appointmentId: demoId('A1'), toPhone: SARAH }]);
  });

  it("never goes out for somebody else's appointment, whatever the session holds", async () => {
    const call = await open(ROBERT, known);
    expect(await call.text('A1')).toMatchObject({ success: false, error: 'not_found' });
    expect(await texts()).toEqual([]);
    expect(call.wakes()).toBe(0);
  });

  it.each([[null], ['A9'], [demoId('A1')], ['+13125550142']])(
    'needs an appointment of this call (%s)',
    async (appointment) => {
      const call = await open(SARAH);
      expect(await call.text(appointment)).toMatchObject({ success: false, error: 'not_found' });
      expect(await texts()).toEqual([]);
    },
  );

  it('is not for a caller whom nobody knows', async () => {
    const call = await openDispatcher(database.db, { phone: null, callSid: 'CA-text-nobody' });
    expect(await call.use('send_sms_confirmation', { appointment: null })).toMatchObject({
      error: 'verification_required',
    });
  });

  it('takes no number to send it to', async () => {
    const call = await open(SARAH, known);
    expect(
      await call.use('send_sms_confirmation', { appointment: 'A1', phone_number: '+13125550142' }),
    ).toMatchObject({ error: 'invalid_args' });
    expect(await texts()).toEqual([]);
  });

  it('is refused, without a reason to repeat aloud, to who wants no texts', async () => {
    await setContactPreferences(database.db, { customerId: demoId('C1'), receiveReminders: false });
    const call = await open(SARAH, known);
    expect(await call.text('A1')).toMatchObject({
      success: false,
      error: 'unavailable',
      message: expect.stringContaining('Say the day and time once more'),
    });
    expect(await texts()).toEqual([]);
  });
});
