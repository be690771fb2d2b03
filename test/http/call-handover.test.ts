import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCallRegistry } from '../../src/call/registry.ts';
import { followUpNotes } from '../../src/db/desk-schema.ts';
import { callLogs } from '../../src/db/schema.ts';
import {
  appendTurns,
  claimStream,
  issueStreamToken,
  markAnswered,
  openCall,
} from '../../src/dealership/call-log.ts';
import { beginTransfer } from '../../src/dealership/transfer.ts';
import { createCallHandover, lastQuestion } from '../../src/http/call-handover.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { newCallSid } from './from-twilio.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const START = Date.parse('2026-05-21T10:00:00-05:00');
const ADVISOR = '+12175550301';

/** A call that was talked on by a process that is gone, and the handover of the one that took its place. */
async function openHandover({ numbers = new Map([['service_advisor', ADVISOR]]) } = {}) {
  const { db } = database;
  const clock = createManualClock(START);
  const registry = createCallRegistry(5);
  const handover = createCallHandover({
    db,
    clock,
    registry,
    transferNumbers: numbers,
    readSession: async () => undefined,
    onFault: (error) => {
      throw error;
    },
  });
  const callSid = newCallSid();
  const startedAt = new Date(START);
  const { id } = await openCall(db, { callSid, direction: 'inbound', callerPhone: 'x', startedAt });
  await issueStreamToken(db, callSid);
  await claimStream(db, callSid, 1);
  await markAnswered(db, callSid, startedAt);
  const row = async () => (await db.select().from(callLogs).where(eq(callLogs.id, id)))[0];
  const countNotes = () => db.$count(followUpNotes, eq(followUpNotes.callId, id));
  return { db, clock, registry, handover, callSid, id, row, countNotes };
}

describe('a transfer that another process began', () => {
  it('goes to the configured number, and the caller comes back to an agent who counts on', async () => {
    const { db, handover, callSid, id, countNotes } = await openHandover();
    await appendTurns(db, id, [{ position: 4, speaker: 'caller', text: 'Hi.', at: new Date(START) }]);
    await beginTransfer(db, { callSid });
    const dialled = { do: 'dial', number: ADVISOR, generation: 1 };
    expect(await handover.afterStream(callSid, 1, false)).toEqual(dialled);
    expect(await handover.afterStream(callSid, 1, false)).toEqual(dialled);
    const back = { do: 'connect', generation: 2 };
    expect(await handover.afterTransfer(callSid, 1, 'busy', false)).toEqual(back);
    expect(await handover.afterTransfer(callSid, 1, 'busy', false)).toEqual(back);
    expect(await countNotes()).toBe(1);
    expect(handover.resume(callSid)).toBeUndefined();
    expect(await handover.resumeFromRecord(callSid, id)).toEqual({
      past: { entries: [], position: 4 },
      opening: { line: 'nobodyThere' },
    });
  });

  it('returns to the agent at once when the department has no number any more', async () => {
    const { db, handover, callSid } = await openHandover({ numbers: new Map() });
    await beginTransfer(db, { callSid });
    expect(await handover.afterStream(callSid, 1, false)).toEqual({ do: 'connect', generation: 2 });
  });
});

describe('the end of a call that was put through', () => {
  it('waits for the outcome, which may come after the news that the call is over', async () => {
    const { db, clock, handover, callSid, row, countNotes } = await openHandover();
    await beginTransfer(db, { callSid });
    await handover.completed(callSid);
    expect(await row()).toMatchObject({ endedAt: null });
    clock.advance(9_000);
    expect(await handover.afterTransfer(callSid, 1, 'completed', true)).toEqual({ do: 'hangUp' });
    expect(await row()).toMatchObject({ endedReason: 'transferred' });
    clock.advance(60_000);
    expect(await countNotes()).toBe(0);
    expect(clock.waiting).toBe(0);
  });

  it('is a hang-up with a note when the outcome never comes', async () => {
    const { db, clock, handover, callSid, row, countNotes } = await openHandover();
    await beginTransfer(db, { callSid });
    await handover.completed(callSid);
    clock.advance(10_000);
    await vi.waitFor(async () => expect(await row()).toMatchObject({ endedReason: 'caller_hangup' }));
    expect(await row()).toMatchObject({ outcome: 'transfer_failed' });
    expect(await countNotes()).toBe(1);
    await handover.completed(callSid);
    expect(await handover.afterTransfer(callSid, 1, 'completed', true)).toEqual({ do: 'hangUp' });
    expect(await row()).toMatchObject({ endedReason: 'caller_hangup' });
  });
});

describe('a stream whose end did not reach us', () => {
  it.each([
    ['dropped', false],
    ['hangup', true],
  ] as const)('is over when Twilio asks what comes next: %s', async (how, isOver) => {
    const { handover, callSid } = await openHandover();
    const told: string[] = [];
    const listener = { audio() {}, played() {}, pressed() {}, ended: (end: string) => void told.push(end) };
    handover.began(callSid, { generation: 1, listener });
    await handover.afterStream(callSid, 1, isOver);
    expect(told).toEqual([how]);
  });

  it('is not ended by a callback of an earlier stream', async () => {
    const { handover, callSid } = await openHandover();
    const told: string[] = [];
    const listener = { audio() {}, played() {}, pressed() {}, ended: (end: string) => void told.push(end) };
    handover.began(callSid, { generation: 2, listener });
    await handover.afterStream(callSid, 1, false);
    expect(told).toEqual([]);
  });
});

describe('a call that nobody here knows any more', () => {
  it('ends with an apology, and its record is closed', async () => {
    const { handover, callSid, row } = await openHandover();
    expect(await handover.afterStream(callSid, 1, false)).toEqual({ do: 'apologise', because: 'line' });
    expect(await row()).toMatchObject({ endedReason: 'media_disconnect' });
  });
});

describe('the last question', () => {
  it.each([
    ['Hello. Which day suits you?', 'Which day suits you?'],
    ['Which day? I have Tuesday.', 'Which day?'],
    ['You are booked. Goodbye.', 'Goodbye.'],
    ['', ''],
    [`${'So '.repeat(200)}when?`, ''],
  ])('of %j is %j', (said, question) => {
    expect(lastQuestion(said)).toBe(question);
  });
});
