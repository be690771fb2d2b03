import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appointments, customers, vehicles } from '../../src/db/schema.ts';
import { demoId } from '../../src/dealership/demo-world.ts';
import { hearAnswer, readRecord, startTestApp, type TestApp } from '../support/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(async () => {
  await test?.close();
});

/** The call's record and transcript, once it is closed. */
async function readClosed(callSid: string) {
  await test.app.registry.settled(callSid);
  return readRecord(test, callSid);
}

describe('A new customer phones', () => {
  it('is understood, gets an appointment, and the appointment is in the database', async () => {
    const call = await test.dial('+12175550190');
    const heard = await test.converse(call, [
      "Hi, I'd like to get an oil change.",
      'Tuesday would be good, at nine in the morning.',
      'Daniel Ortiz. O R T I Z.',
      "Yes, this number's fine. My email is daniel dot ortiz at example dot com.",
      "It's a 2021 Honda Civic.",
      "Yes, that's right.",
    ]);
    await call.say("No, that's it, thanks. Bye.");
    expect(await call.ended).toMatchObject({ by: 'agent' });
    expect(heard[0]).toMatch(/Otto's Auto.*automated assistant/);
    expect(heard.at(-1)).toMatch(/booked for Tuesday, May twenty-sixth, at nine in the morning/);

    const { db } = test.app.database;
    const rows = await db
      .select({ appointment: appointments, customer: customers, vehicle: vehicles })
      .from(appointments)
      .innerJoin(customers, eq(customers.id, appointments.customerId))
      .innerJoin(vehicles, eq(vehicles.id, appointments.vehicleId))
      .where(eq(customers.phoneNumber, '+12175550190'));
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      customer: { firstName: 'Daniel', lastName: 'Ortiz', email: 'daniel.ortiz@example.com' },
      vehicle: { year: 2021, make: 'Honda', model: 'Civic' },
      appointment: {
        serviceType: 'oil_change',
        status: 'scheduled',
        scheduledAt: new Date('2026-05-26T14:00:00Z'),
      },
    });

    const { log, turns } = await readClosed(call.callSid);
    expect(log).toMatchObject({
      outcome: 'appointment_booked',
      endedReason: 'agent_end',
      // As the answers themselves said on the wire.
      model: 'rule-based-receptionist',
      customerId: rows[0]?.customer.id,
      appointmentId: rows[0]?.appointment.id,
    });
    expect(log.promptTokens).toBeGreaterThan(0);
    const agentSaid = turns.filter(({ speaker }) => speaker === 'agent').map(({ text }) => text);
    expect(agentSaid[0]).toMatch(/Thanks for calling/);
    expect(turns.filter(({ speaker }) => speaker === 'caller')).toHaveLength(7);
    expect(turns.map(({ position }) => position)).toEqual(turns.map((_, index) => index + 1));
  });
});

describe('A customer on file phones', () => {
  it('is known by the number, and is not asked for what is on file', async () => {
    const call = await test.dial('+12175550101');
    const heard = await test.converse(call, ['I need an oil change next Wednesday at two.', 'Yes please.']);
    call.hangUp();
    await call.ended;
    expect(heard[0]).toMatch(/Hi Sarah, how can I help you today/);
    expect(heard.join(' ')).not.toMatch(/your (name|number|e-?mail)/i);
    const rows = await test.app.database.db
      .select()
      .from(appointments)
      .where(eq(appointments.customerId, demoId('C1')));
    expect(rows.map(({ scheduledAt }) => scheduledAt.toISOString())).toContain('2026-05-27T19:00:00.000Z');
    const { log } = await readClosed(call.callSid);
    expect(log).toMatchObject({ endedReason: 'caller_hangup', outcome: 'appointment_booked' });
  });
});

describe('The caller speaks over the agent', () => {
  it('stops the agent, keeps only what was heard, and answers the interruption', async () => {
    const call = await test.dial('+12175550104');
    await hearAnswer(call);
    await call.say('Oil change for my Camry Tuesday at nine.');
    await new Promise<void>((resolve) => {
      const stop = call.onHeard(({ text }) => {
        if (!/Tuesday/.test(text)) return;
        stop();
        resolve();
      });
    });
    await call.say('No no sorry not Tuesday Friday the twenty-ninth.');
    const cutShort = await hearAnswer(call);
    expect(cutShort).not.toMatch(/\?/);
    const answer = await hearAnswer(call);
    expect(call.stats.clears).toBeGreaterThan(0);
    await call.say('Yes.');
    await hearAnswer(call);
    call.hangUp();
    await call.ended;
    expect(answer).toMatch(/Friday, May twenty-ninth/);

    const { turns } = await readClosed(call.callSid);
    const cut = turns.find(({ interrupted }) => interrupted);
    expect(cut?.text).toMatch(/Tuesday/);
    expect(cut?.text).not.toMatch(/\?/);
    // Every word in the transcript was played, in that order.
    const heardWords = plain(call.heardText());
    expect(heardWords).toContain(plain(cut?.text ?? ''));
    const rows = await test.app.database.db
      .select()
      .from(appointments)
      .where(eq(appointments.customerId, demoId('C4')));
    expect(rows.map(({ scheduledAt }) => scheduledAt.toISOString())).toContain('2026-05-29T14:00:00.000Z');
    expect(rows.map(({ scheduledAt }) => scheduledAt.toISOString())).not.toContain(
      '2026-05-26T14:00:00.000Z',
    );
  });
});

const plain = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z ]/g, '')
    .replace(/\s+/g, ' ')
    .trim();

describe('The end of a call', () => {
  it('leaves nothing open when the caller hangs up while the agent speaks', async () => {
    const call = await test.dial('+12175550107');
    await new Promise<void>((resolve) => {
      const stop = call.onHeard(() => {
        stop();
        resolve();
      });
    });
    call.hangUp();
    await call.ended;
    const { log, turns } = await readClosed(call.callSid);
    expect(log.endedReason).toBe('caller_hangup');
    expect(log.endedAt).not.toBeNull();
    expect(turns[0]?.interrupted).toBe(true);
    expect(test.app.registry.size).toBe(0);
    expect(test.app.sandbox.deepgram?.stats.open).toEqual({ listen: 0, speak: 0 });
  });

  it('comes after two questions when nobody speaks', async () => {
    const call = await test.dial('+12175550190');
    expect(await call.ended).toMatchObject({ by: 'agent' });
    expect(call.heardText()).toMatch(/still there\?.*still there\?.*Goodbye/);
    const { log } = await readClosed(call.callSid);
    expect(log).toMatchObject({ endedReason: 'no_input', outcome: 'no_input' });
  });
});
