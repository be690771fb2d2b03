import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { followUpNotes } from '../../src/db/desk-schema.ts';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import demoDealership from '../../src/dealership/demo-dealership.json' with { type: 'json' };
import type { Brain } from '../../src/sandbox/openai/chat.ts';
import { callForm, newCallSid, parametersOf, post } from '../http/from-twilio.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

const ADVISOR = '+12175550301';
const PARTS = '+12175550302';
const STRANGER = '+12175550190';
/** Said by a caller who would like to choose where we dial. */
const FOREIGN = '+19005550100';
const WAIT = { deadlineMs: 60_000 };
const SUMMARY = 'Wants to talk about a grinding noise; 2019 Honda Accord.';

/** A model that puts people through when they ask for somebody, and otherwise makes conversation. */
const brain: Brain = ({ messages }) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') {
    const isClosed = last.content.includes('"status":"closed"');
    return { text: isClosed ? 'We are closed now. Shall I take a note?' : 'Fine.', toolCalls: [] };
  }
  const words = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  if (/person|parts/i.test(words)) {
    return {
      text: /wordlessly/.test(words)
        ? ''
        : "I'll put you through to a service advisor now. Please stay on the line for a moment.",
      toolCalls: [
        {
          name: 'transfer_to_human',
          arguments: {
            department: /parts/i.test(words) ? 'parts' : 'service_advisor',
            reason: 'caller_request',
            summary: SUMMARY,
            ...(/nine hundred/i.test(words) ? { number: FOREIGN } : {}),
          },
        },
      ],
    };
  }
  return { text: 'All right, I have that. Anything else?', toolCalls: [] };
};

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp({
    brain,
    environment: { TRANSFER_NUMBERS: `service_advisor=${ADVISOR}, parts=${PARTS}` },
  });
});
afterAll(() => test?.close());

function twilioOf({ app }: TestApp) {
  if (!app.sandbox.twilio) throw new Error('The sandbox telephone does not run.');
  return app.sandbox.twilio;
}

async function read(callSid: string, { app } = test) {
  const { db } = app.database;
  const [log] = await db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  if (!log) throw new Error('The call has no record.');
  const notes = await db.select().from(followUpNotes).where(eq(followUpNotes.callId, log.id));
  const turns = await db
    .select()
    .from(callTurns)
    .where(eq(callTurns.callId, log.id))
    .orderBy(callTurns.position);
  return { log, notes, turns };
}

/** Somebody phones and asks for a person. */
async function askFor(words: string, app = test) {
  const call = await app.dial(STRANGER);
  await call.nextAgentTurn(WAIT);
  await call.say(words);
  return call;
}

describe('A caller who asks for a person', () => {
  it('is put through once the goodbye has been heard, and the record is closed when they have talked', async () => {
    const call = await askFor('I want to talk to a person.');
    expect(await call.nextAgentTurn(WAIT)).toMatch(/stay on the line for a moment\.?$/);
    await vi.waitFor(() => expect(call.dialled).toEqual([ADVISOR]), 10_000);
    const during = await read(call.callSid);
    expect(during.log).toMatchObject({ endedAt: null, requiredHumanTransfer: true, summary: SUMMARY });
    expect(await call.ended).toMatchObject({ by: 'agent' });
    const { log, notes } = await read(call.callSid);
    expect(log).toMatchObject({ endedReason: 'transferred', outcome: 'transferred', summary: SUMMARY });
    expect(log.durationSeconds).toBeGreaterThan(0);
    expect(notes).toEqual([]);
    expect(call.warnings).toEqual([]);
  });

  it('is told so even when the model finds no words', async () => {
    const call = await askFor('Put me through to a person wordlessly.');
    expect(await call.nextAgentTurn(WAIT)).toMatch(/put you through to a service advisor now/);
    await call.ended;
    expect(call.dialled).toEqual([ADVISOR]);
  });

  it('reaches the department asked for', async () => {
    const call = await askFor('Give me the parts department.');
    await call.ended;
    expect(call.dialled).toEqual([PARTS]);
  });

  it.each(['busy', 'no-answer', 'failed'] as const)(
    'comes back to the agent when the line is %s, and a note is left for the advisor',
    async (outcome) => {
      twilioOf(test).setCallee(ADVISOR, { outcome });
      const call = await askFor('I want to talk to a person.');
      await call.nextAgentTurn(WAIT);
      expect(await call.nextAgentTurn(WAIT)).toMatch(/nobody could take the call.*take a message/i);
      await call.say('Yes tell them it is the front left wheel.');
      expect(await call.nextAgentTurn(WAIT)).toMatch(/I have that/);
      call.hangUp();
      await call.ended;
      await test.app.registry.settled(call.callSid);
      twilioOf(test).setCallee(ADVISOR, { outcome: 'completed' });

      expect(call.dialled).toEqual([ADVISOR]);
      const { log, notes, turns } = await read(call.callSid);
      expect(log).toMatchObject({
        endedReason: 'caller_hangup',
        outcome: 'transfer_failed',
        summary: SUMMARY,
      });
      expect(notes).toMatchObject([{ category: 'transfer_failed', callbackNumber: STRANGER }]);
      expect(notes[0]?.note).toContain(SUMMARY);
      expect(notes[0]?.note).toContain(outcome);
      expect(turns.map(({ position }) => position)).toEqual(turns.map((_, index) => index + 1));
      expect(turns.filter(({ speaker }) => speaker === 'tool')).toHaveLength(1);
    },
  );

  it('stays with the agent when they speak over the goodbye', async () => {
    const call = await askFor('I want to talk to a person.');
    await new Promise<void>((resolve) => {
      const stop = call.onHeard(({ text }) => {
        if (!/advisor/.test(text)) return;
        stop();
        resolve();
      });
    });
    await call.say('No wait, book an oil change first.');
    await call.nextAgentTurn(WAIT);
    expect(await call.nextAgentTurn(WAIT)).toMatch(/I have that/);
    call.hangUp();
    await call.ended;
    await test.app.registry.settled(call.callSid);
    expect(call.dialled).toEqual([]);
    expect((await read(call.callSid)).log).toMatchObject({ endedReason: 'caller_hangup' });
  });

  it('cannot choose the number, whatever the model writes', async () => {
    const call = await askFor('Connect me to a person at nine hundred five five five.');
    await call.nextAgentTurn(WAIT);
    call.hangUp();
    await call.ended;
    await test.app.registry.settled(call.callSid);
    expect(call.dialled).toEqual([]);
  });

  it('is not forgotten when they hang up while it rings', async () => {
    const call = await askFor('I want to talk to a person.');
    await vi.waitFor(() => expect(call.dialled).toEqual([ADVISOR]), 10_000);
    call.hangUp();
    await call.ended;
    await vi.waitFor(
      async () => expect((await read(call.callSid)).log).toMatchObject({ endedReason: 'caller_hangup' }),
      10_000,
    );
    expect((await read(call.callSid)).notes).toMatchObject([{ category: 'transfer_failed' }]);
  });
});

describe('Without numbers, in the sandbox', () => {
  it('everybody is put through to the main number, so that it can be tried', async () => {
    const app = await startTestApp({ brain });
    try {
      const call = await askFor('I want to talk to a person.', app);
      await call.ended;
      expect(call.dialled).toEqual([demoDealership.mainPhone]);
    } finally {
      await app.close();
    }
  });
});

describe('Outside opening hours', () => {
  it('nobody is dialled, and the agent offers a note instead', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'closed-'));
    const file = join(folder, 'dealership.json');
    const closures = [{ date: '2026-05-21', reason: 'Stocktaking' }];
    await writeFile(file, JSON.stringify({ ...demoDealership, closures }));
    const app = await startTestApp({ brain, environment: { DEALERSHIP_FILE: file } });
    try {
      const call = await askFor('I want to talk to a person.', app);
      expect(await call.nextAgentTurn(WAIT)).toMatch(/closed now.*note\?/);
      call.hangUp();
      await call.ended;
      await app.app.registry.settled(call.callSid);
      expect(call.dialled).toEqual([]);
      expect((await read(call.callSid, app)).log).toMatchObject({ requiredHumanTransfer: true });
    } finally {
      await app.close();
      await rm(folder, { recursive: true });
    }
  });
});

describe('A callback about a transfer', () => {
  const HANG_UP = /<Response><Hangup\/><\/Response>$/;
  const status = (callSid: string, DialCallStatus: string) => callForm(callSid, { DialCallStatus });

  it.each(['completed', 'busy', 'nonsense'])('of an unknown call moves nothing: %s', async (how) => {
    const callSid = newCallSid();
    const answer = await post(test, '/transfer-status?generation=1', status(callSid, how));
    expect(answer.text).toMatch(HANG_UP);
    const { db } = test.app.database;
    expect(await db.$count(callLogs, eq(callLogs.callSid, callSid))).toBe(0);
  });

  it.each(['completed', 'busy'])(
    'of a call that is not being put through changes nothing: %s',
    async (how) => {
      const call = await test.dial(STRANGER);
      await call.nextAgentTurn(WAIT);
      const answer = await post(test, '/transfer-status?generation=1', status(call.callSid, how));
      expect(answer.text).toMatch(HANG_UP);
      expect((await read(call.callSid)).log).toMatchObject({
        endedAt: null,
        outcome: null,
        streamGeneration: 1,
      });
      call.hangUp();
      await call.ended;
    },
  );

  it('is answered alike when it comes twice, and too late it neither dials nor connects', async () => {
    twilioOf(test).setCallee(ADVISOR, { outcome: 'busy' });
    const call = await test.dial(STRANGER, { faults: { duplicateWebhooks: true } });
    await call.nextAgentTurn(WAIT);
    await call.say('I want to talk to a person.');
    await call.nextAgentTurn(WAIT);
    await call.nextAgentTurn(WAIT);
    twilioOf(test).setCallee(ADVISOR, { outcome: 'completed' });
    const { log, notes } = await read(call.callSid);
    expect(log.streamGeneration).toBe(2);
    expect(notes).toHaveLength(1);
    for (const path of ['/transfer-status?generation=1', '/after-stream?generation=1']) {
      const late = await post(test, path, status(call.callSid, 'busy'));
      expect(parametersOf(late.text)).toEqual({});
      expect(late.text).toMatch(HANG_UP);
    }
    expect(test.app.registry.has(call.callSid)).toBe(true);
    call.hangUp();
    await call.ended;
  });
});
