import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ environment: { LOG_LEVEL: 'trace' } });
});
afterAll(() => app.close());

/** Talks until the agent has booked or the lines have run out, and waits for the record. */
async function talk(from: string, lines: readonly string[]) {
  const call = await app.dial(from);
  const heard = await app.converse(call, lines);
  call.hangUp();
  await call.ended;
  await app.app.registry.settled(call.callSid);
  return { call, heard };
}

describe('the log of whole calls', () => {
  it('holds nothing of who called, what was said or what the tools were told, though all of it was kept', async () => {
    const stranger = await talk('+12175550190', [
      "Hi, I'd like to get an oil change.",
      'Tuesday would be good, at nine in the morning.',
      'Daniel Ortiz. O R T I Z.',
      "Yes, this number's fine. My email is daniel dot ortiz at example dot com.",
      "It's a 2021 Honda Civic.",
      "Yes, that's right.",
    ]);
    const known = await talk('+12175550101', ['My brakes are squealing quite terribly.']);

    const { db } = app.app.database;
    const log = app.logText();
    expect(log).toContain('call answered');
    expect(log).toContain('call ended');

    const turns = await db.select().from(callTurns);
    expect(turns.length).toBeGreaterThan(10);
    expect(JSON.stringify(turns)).toMatch(/Ortiz[\s\S]*squealing/);
    for (const { text, speaker, toolArguments, toolResult } of turns) {
      if (speaker === 'tool') {
        expect(log).not.toContain(JSON.stringify(toolArguments));
        expect(log).not.toContain(JSON.stringify(toolResult));
      } else if (text.length > 3) expect(log).not.toContain(text);
    }
    const [row] = await db.select().from(callLogs).where(eq(callLogs.callSid, known.call.callSid));
    expect(row).toMatchObject({ callerPhone: '+12175550101', customerId: expect.any(String) });
    for (const canary of [
      '2175550190',
      '2175550101',
      'Daniel',
      'Ortiz',
      'ortiz@example.com',
      'Civic',
      'oil change',
      'squealing',
      stranger.heard.at(-1) ?? 'nothing heard',
    ]) {
      expect(log.toLowerCase()).not.toContain(canary.toLowerCase());
    }
  });

  it('names calls that came from nowhere, are refused or go wrong by their CallSid alone', async () => {
    const call = await app.dial('+12175550166', { signWith: 'not-the-token' });
    await call.ended;
    const dropped = await app.dial('+12175550167');
    await dropped.nextAgentTurn({ deadlineMs: 60_000 });
    dropped.dropSocket();
    await app.app.registry.settled(dropped.callSid);
    const log = app.logText();
    expect(log).toContain(dropped.callSid);
    expect(log).not.toMatch(/217555016[67]/);
    expect(log).not.toContain('sandbox-auth-token');
  });
});
