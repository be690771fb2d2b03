import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openSession } from '../../src/agent/session.ts';
import type { CallEnd, CallEvent, SettledTurn } from '../../src/call/events.ts';
import { slotHolds } from '../../src/db/desk-schema.ts';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import { openCall } from '../../src/dealership/call-log.ts';
import { recordCall } from '../../src/http/call-recorder.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { newCallSid } from './from-twilio.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const START = Date.parse('2026-05-21T10:00:00-05:00');
const caller = (position: number, text: string): SettledTurn => ({
  position,
  speaker: 'caller',
  text,
  at: START,
});
const agent = (position: number, text: string): SettledTurn => ({
  position,
  speaker: 'agent',
  text,
  isInterrupted: true,
  latencies: { endOfTurnMs: 10.4, responseMs: 899.6 },
  at: START,
});
const tool = (position: number, args: string): SettledTurn => ({
  position,
  speaker: 'tool',
  record: {
    callId: 'c',
    name: 'lookup',
    arguments: args,
    result: '{"success":true}',
    isSuccess: true,
    tookMs: 12.7,
  },
  at: START,
});
const settled = (turn: SettledTurn): CallEvent => ({ type: 'turn.settled', turn });

async function record() {
  const { db } = database;
  const callSid = newCallSid();
  const clock = createManualClock(START);
  const { id } = await openCall(db, {
    callSid,
    direction: 'inbound',
    callerPhone: 'x',
    startedAt: new Date(START),
  });
  const session = openSession({ callSid, callLogId: id, direction: 'inbound', callerPhone: null }, undefined);
  const lost: string[] = [];
  const recorder = recordCall({
    db,
    clock,
    callLogId: id,
    callSid,
    session: () => session,
    onLost: (_error, what) => lost.push(what),
  });
  return {
    recorder,
    callSid,
    clock,
    lost,
    observe: (...events: CallEvent[]) => {
      for (const event of events) recorder.observe(event);
    },
    rows: async () => {
      const [log] = await db.select().from(callLogs).where(eq(callLogs.id, id));
      const turns = await db
        .select()
        .from(callTurns)
        .where(eq(callTurns.callId, id))
        .orderBy(callTurns.position);
      return { log, turns };
    },
  };
}

/** Hides the table of turns from everybody while `work` runs: every write of a turn fails. */
async function withoutTurns(work: (bringBack: () => Promise<void>) => Promise<void>): Promise<void> {
  let isHidden = true;
  const bringBack = async () => {
    if (!isHidden) return;
    isHidden = false;
    await database.db.execute(sql`alter table hidden_turns rename to call_turns`);
  };
  await database.db.execute(sql`alter table call_turns rename to hidden_turns`);
  try {
    await work(bringBack);
  } finally {
    await bringBack();
  }
}

describe('the record of a call', () => {
  it('keeps no birthday, VIN or address that somebody proved themselves with', async () => {
    const { recorder, observe, rows } = await record();
    const proof = { date_of_birth: '1985-06-15', vin: '1HGCV1F37KA014501', street_address: null };
    const asked = tool(1, JSON.stringify(proof));
    if (asked.speaker !== 'tool') throw new Error('Not a tool.');
    observe(settled({ ...asked, record: { ...asked.record, name: 'verify_customer' } }));
    await recorder.close('agent_end');
    const { turns } = await rows();
    expect(turns[0]?.toolArguments).toEqual({
      date_of_birth: '[given]',
      vin: '[given]',
      street_address: null,
    });
  });

  it('holds each turn, what was measured, and what the tools were asked and answered', async () => {
    const { recorder, clock, observe, rows } = await record();
    observe(settled(agent(1, 'Hello.')), settled(caller(2, 'An oil\0 change.')), settled(tool(3, '{"a":1}')));
    observe(settled(tool(4, '{"cut')));
    observe({ type: 'usage', model: 'gpt-4o', promptTokens: 10, cachedTokens: 4, completionTokens: 3 });
    observe({ type: 'usage', model: 'gpt-4o', promptTokens: 20, cachedTokens: 0, completionTokens: 5 });
    clock.advance(61_000);
    await recorder.close('agent_end');
    const { log, turns } = await rows();
    expect(turns).toMatchObject([
      {
        speaker: 'agent',
        text: 'Hello.',
        interrupted: true,
        endOfTurnMs: 10,
        responseMs: 900,
        speechFirstByteMs: null,
      },
      { speaker: 'caller', text: 'An oil change.' },
      { speaker: 'tool', text: 'lookup', toolArguments: { a: 1 }, toolResult: { success: true }, toolMs: 13 },
      { speaker: 'tool', toolArguments: { unreadable: '{"cut' } },
    ]);
    expect(log).toMatchObject({
      endedReason: 'agent_end',
      outcome: 'information_provided',
      durationSeconds: 61,
      model: 'gpt-4o',
      promptTokens: 30,
      cachedTokens: 4,
      completionTokens: 8,
    });
  });

  it.each<[string, CallEvent[], CallEnd, string]>([
    ['a caller who said nothing and hung up', [settled(agent(1, 'Hello.'))], 'caller_hangup', 'abandoned'],
    ['a caller who said nothing to the end', [settled(agent(1, 'Hello.'))], 'no_input', 'no_input'],
    ['a caller who spoke and fell silent', [settled(caller(1, 'Hi.'))], 'no_input', 'no_input'],
    ['a caller who spoke', [settled(caller(1, 'Hi.'))], 'caller_hangup', 'information_provided'],
    ['a line that broke', [settled(caller(1, 'Hi.'))], 'media_disconnect', 'information_provided'],
  ])('says what came of it: %s', async (_, events, reason, outcome) => {
    const { recorder, observe, rows } = await record();
    observe(...events);
    await recorder.close(reason);
    expect((await rows()).log).toMatchObject({ endedReason: reason, outcome, endedAt: new Date(START) });
  });

  it('gives back the times that were held for the caller, and only theirs', async () => {
    const { recorder, callSid } = await record();
    const times = { bay: 1, expiresAt: new Date(Date.now() + 180_000) };
    await database.db.insert(slotHolds).values([
      { ...times, callSid, startsAt: new Date(START), endsAt: new Date(START + 1) },
      { ...times, callSid: 'another', startsAt: new Date(START + 1), endsAt: new Date(START + 2) },
    ]);
    await recorder.close('caller_hangup');
    expect(await database.db.select().from(slotHolds)).toMatchObject([{ callSid: 'another' }]);
  });

  it('has each turn while the call still lasts', async () => {
    const { observe, rows } = await record();
    observe(settled(caller(1, 'Hi.')));
    await vi.waitFor(async () => expect((await rows()).turns).toHaveLength(1));
    expect((await rows()).log).toMatchObject({ endedAt: null });
  });

  it('waits out a database that fails for a moment, and keeps the order', async () => {
    const { recorder, clock, lost, observe, rows } = await record();
    await withoutTurns(async (bringBack) => {
      observe(settled(caller(1, 'First.')), settled(agent(2, 'Second.')));
      const done = recorder.close('agent_end');
      await vi.waitFor(() => expect(clock.waiting).toBe(1));
      await bringBack();
      clock.advance(1_000);
      await done;
    });
    expect(lost).toEqual([]);
    expect((await rows()).turns.map(({ text }) => text)).toEqual(['First.', 'Second.']);
    expect((await rows()).log).toMatchObject({ endedReason: 'agent_end' });
  });

  it('gives up a turn after four tries, says so, and goes on with what follows', async () => {
    const { recorder, clock, lost, observe, rows } = await record();
    await withoutTurns(async () => {
      observe(settled(caller(1, 'Lost.')));
      const done = recorder.close('agent_end');
      for (let attempt = 1; attempt < 4; attempt++) {
        await vi.waitFor(() => expect(clock.waiting).toBe(1));
        clock.advance(1_000);
      }
      await done;
    });
    expect(lost).toEqual(['a turn']);
    expect((await rows()).log).toMatchObject({ endedReason: 'agent_end', outcome: 'information_provided' });
  });
});
