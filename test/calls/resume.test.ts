import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { appointments, customers } from '../../src/db/schema.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';
import { callForm, parametersOf, post, ring } from '../http/from-twilio.ts';
import { readRecord, startTestApp, type TestApp } from '../support/app.ts';

const WAIT = { deadlineMs: 60_000 };

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test?.close());

const read = (callSid: string) => readRecord(test, callSid);

const hears = (call: PhoneCall, words: RegExp) =>
  new Promise<void>((resolve) => {
    const stop = call.onHeard(({ text }) => {
      if (!words.test(text)) return;
      stop();
      resolve();
    });
  });

describe('A call whose stream breaks', () => {
  it('goes on in the middle of a booking: one customer, one appointment, no question asked anew', async () => {
    const call = await test.dial('+12175550191');
    await test.converse(call, [
      "Hi, I'd like to get an oil change.",
      'Wednesday would be good, at ten in the morning.',
    ]);
    await call.say('Daniel Ortiz. O R T I Z.');
    await hears(call, /\w/);
    call.dropSocket();
    const back = await call.nextAgentTurn(WAIT);
    const again = /cut out/.test(back) ? back : await call.nextAgentTurn(WAIT);
    expect(again).toMatch(/Sorry, the line cut out for a second\..*\?$/);
    await call.say("Yes, this number's fine. My email is daniel dot ortiz at example dot com.");
    const heard = await test.converse(call, ["It's a 2021 Honda Civic.", "Yes, that's right."]);
    expect(heard.at(-1)).toMatch(/booked for Wednesday, May twenty-seventh, at ten/);
    call.hangUp();
    await call.ended;
    await test.app.registry.settled(call.callSid);

    const { db } = test.app.database;
    const rows = await db
      .select({ id: appointments.id })
      .from(appointments)
      .innerJoin(customers, eq(customers.id, appointments.customerId))
      .where(eq(customers.phoneNumber, '+12175550191'));
    expect(rows).toHaveLength(1);
    const { log, turns } = await read(call.callSid);
    expect(log).toMatchObject({
      endedReason: 'caller_hangup',
      outcome: 'appointment_booked',
      streamGeneration: 2,
    });
    expect(turns.map(({ position }) => position)).toEqual(turns.map((_, index) => index + 1));
    const written = turns.filter(({ speaker, text }) => speaker === 'tool' && /^(create|book)/.test(text));
    expect(new Set(written.map(({ text }) => text)).size).toBe(written.length);
  });

  it('answers the question that had no answer yet', async () => {
    const call = await test.dial('+12175550107');
    await call.nextAgentTurn(WAIT);
    await call.say('What are your hours on Saturday?');
    await vi.waitFor(() =>
      expect(
        test.events.some(
          ({ callSid, event }) =>
            callSid === call.callSid && event.type === 'turn.settled' && event.turn.speaker === 'caller',
        ),
      ).toBe(true),
    );
    call.dropSocket();
    const heard = await call.nextAgentTurn({ ...WAIT, gapMs: 4_000 });
    expect(heard).toMatch(/line cut out.*nine in the morning/i);
    call.hangUp();
    await call.ended;
  });

  it('ends with an apology when it breaks again', async () => {
    const call = await test.dial('+12175550107');
    await hears(call, /Thanks/);
    call.dropSocket();
    await hears(call, /line/);
    call.dropSocket();
    expect(await call.ended).toMatchObject({ by: 'agent' });
    expect(call.heardText()).toMatch(/line keeps cutting out/);
    const { log, turns } = await read(call.callSid);
    expect(log).toMatchObject({ endedReason: 'media_disconnect', streamGeneration: 2 });
    expect(turns.map(({ position }) => position)).toEqual(turns.map((_, index) => index + 1));
    expect(test.app.registry.size).toBe(0);
    expect(test.app.sandbox.deepgram?.stats.open).toEqual({ listen: 0, speak: 0 });
  });

  it('is closed after half a minute when it does not come back', async () => {
    const call = await test.dial('+12175550107');
    await hears(call, /Thanks/);
    // Twilio itself goes away with the stream: nobody asks what comes next.
    call.faults.webhookDelayMs = 120_000;
    const brokeAt = test.app.clock.elapsed();
    call.dropSocket();
    await vi.waitFor(
      async () => expect((await read(call.callSid)).log).toMatchObject({ endedReason: 'media_disconnect' }),
      { timeout: 15_000 },
    );
    expect(test.app.clock.elapsed() - brokeAt).toBeGreaterThanOrEqual(30_000);
    call.hangUp();
    await call.ended;
  });
});

describe('A callback after a stream', () => {
  it('gives one token a generation, however often it is asked, and none for a stream that is talking', async () => {
    const call = await test.dial('+12175550107', { faults: { duplicateWebhooks: true } });
    await hears(call, /Thanks/);
    call.dropSocket();
    await hears(call, /second/);
    expect((await read(call.callSid)).log.streamGeneration).toBe(2);
    const late = await post(test, '/after-stream?generation=1', callForm(call.callSid));
    expect(parametersOf(late.text)).toEqual({});
    expect(test.app.registry.has(call.callSid)).toBe(true);
    expect((await read(call.callSid)).log.streamGeneration).toBe(2);
    call.hangUp();
    await call.ended;
    await test.app.registry.settled(call.callSid);
    const over = await post(test, '/after-stream?generation=2', callForm(call.callSid));
    expect(parametersOf(over.text)).toEqual({});
  });

  it.each(['0', '2', '-1', '99999', 'x', '1e3', ''])(
    'cannot skip to another generation: %j',
    async (generation) => {
      const { callSid } = await ring(test);
      const answer = await post(test, `/after-stream?generation=${generation}`, callForm(callSid));
      expect(parametersOf(answer.text)).toEqual({});
      expect((await read(callSid)).log.streamGeneration).toBe(1);
    },
  );
});
