/** The record of a call: one per CallSid, one stream per token, closed once. */
import { randomUUID } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import {
  appendTurns,
  type CallTurn,
  claimStream,
  closeOrphanedCalls,
  finishCall,
  issueStreamToken,
  markAnswered,
  openCall,
  renewStream,
} from '../../src/dealership/call-log.ts';
import { openTestDatabase } from '../support/database.ts';
import { NOW } from './world.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const STARTED = new Date(NOW);
const open = (callSid: string, startedAt = STARTED) =>
  openCall(database.db, { callSid, direction: 'inbound', callerPhone: '+12175550101', startedAt });
const sid = () => `CA${randomUUID().replaceAll('-', '')}`;
const row = async (callSid: string) => {
  const [found] = await database.db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  return found;
};
const finish = (callSid: string, endedAt: Date, outcome = 'appointment_booked') =>
  finishCall(database.db, { callSid, endedAt, endedReason: 'caller_hangup', outcome });

describe('the call log', () => {
  it('opens one record a CallSid, however many webhooks arrive at once', async () => {
    const callSid = sid();
    const opened = await Promise.all(Array.from({ length: 10 }, () => open(callSid)));
    expect(opened.filter((call) => call.isNew)).toHaveLength(1);
    expect(new Set(opened.map((call) => call.id)).size).toBe(1);
    expect(opened.every((call) => call.generation === 1 && !call.ended)).toBe(true);
  });

  it('lets exactly one socket claim the stream', async () => {
    const callSid = sid();
    await open(callSid);
    await issueStreamToken(database.db, callSid);
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimStream(database.db, callSid, 1)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('does not extend the token when the webhook is replayed', async () => {
    const callSid = sid();
    await open(callSid);
    expect(await issueStreamToken(database.db, callSid)).toEqual({ generation: 1, isFirst: true });
    await database.db
      .update(callLogs)
      .set({ streamTokenIssuedAt: sql`now() - interval '61 seconds'` })
      .where(eq(callLogs.callSid, callSid));
    expect(await issueStreamToken(database.db, callSid)).toEqual({ generation: 1, isFirst: false });
    expect(await claimStream(database.db, callSid, 1)).toBe(false);
  });

  it('accepts the token up to a minute after its issue', async () => {
    const callSid = sid();
    await open(callSid);
    await issueStreamToken(database.db, callSid);
    await database.db
      .update(callLogs)
      .set({ streamTokenIssuedAt: sql`now() - interval '50 seconds'` })
      .where(eq(callLogs.callSid, callSid));
    expect(await claimStream(database.db, callSid, 1)).toBe(true);
  });

  it.each([
    ['no token was issued', async () => {}, 1],
    ['the generation is another', (callSid: string) => issueStreamToken(database.db, callSid), 2],
    [
      'the call is over',
      async (callSid: string) => {
        await issueStreamToken(database.db, callSid);
        await finish(callSid, STARTED);
      },
      1,
    ],
  ])('refuses the stream when %s', async (_, prepare, generation) => {
    const callSid = sid();
    await open(callSid);
    await prepare(callSid);
    expect(await claimStream(database.db, callSid, generation)).toBe(false);
  });

  it('issues no token for a call that is unknown or over', async () => {
    const callSid = sid();
    expect(await issueStreamToken(database.db, callSid)).toBeUndefined();
    await open(callSid);
    await finish(callSid, STARTED);
    expect(await issueStreamToken(database.db, callSid)).toBeUndefined();
  });

  it('allows one more stream after a claimed one broke off, and only one', async () => {
    const callSid = sid();
    await open(callSid);
    await issueStreamToken(database.db, callSid);
    expect(await renewStream(database.db, callSid, 1)).toBeUndefined();
    await claimStream(database.db, callSid, 1);
    const renewed = await Promise.all([1, 2, 3].map(() => renewStream(database.db, callSid, 1)));
    expect(renewed.filter((generation) => generation === 2)).toHaveLength(1);
    expect(await claimStream(database.db, callSid, 1)).toBe(false);
    expect(await claimStream(database.db, callSid, 2)).toBe(true);
  });

  it('keeps the first answer time', async () => {
    const callSid = sid();
    await open(callSid);
    await markAnswered(database.db, callSid, new Date(NOW + 1_000));
    await markAnswered(database.db, callSid, new Date(NOW + 9_000));
    expect((await row(callSid))?.answeredAt).toEqual(new Date(NOW + 1_000));
  });

  it('stores each turn once, though a batch is sent again with more', async () => {
    const { id } = await open(sid());
    const turn = (position: number, text: string): CallTurn => ({
      position,
      speaker: 'caller',
      text,
      at: STARTED,
    });
    await appendTurns(database.db, id, []);
    await appendTurns(database.db, id, [turn(1, 'hello'), turn(2, 'an oil\0 change')]);
    await appendTurns(database.db, id, [turn(2, 'changed'), turn(3, 'thanks')]);
    const turns = await database.db
      .select({ text: callTurns.text })
      .from(callTurns)
      .where(eq(callTurns.callId, id))
      .orderBy(asc(callTurns.position));
    expect(turns.map((stored) => stored.text)).toEqual(['hello', 'an oil change', 'thanks']);
  });

  it('is closed once, and the first close stands', async () => {
    const callSid = sid();
    await open(callSid);
    const closes = await Promise.all(
      ['booked', 'abandoned'].map((outcome) => finish(callSid, new Date(NOW + 125_400), outcome)),
    );
    expect(closes.filter(Boolean)).toHaveLength(1);
    const closed = await row(callSid);
    expect(closed).toMatchObject({ durationSeconds: 125, endedAt: new Date(NOW + 125_400) });
    expect(await finish(callSid, new Date(NOW + 999_000), 'later')).toBe(false);
    expect(await row(callSid)).toEqual(closed);
    expect(await open(callSid)).toMatchObject({ isNew: false, ended: true });
  });

  it('keeps what is told at the end', async () => {
    const callSid = sid();
    await open(callSid);
    await finishCall(database.db, {
      callSid,
      endedAt: new Date(NOW + 60_000),
      endedReason: 'agent_end',
      outcome: 'information_provided',
      summary: 'Asked for the hours.',
      intent: 'inquiry',
      model: 'gpt-4o',
      usage: { promptTokens: 900, cachedTokens: 600, completionTokens: 80 },
      customerId: 'not an id',
    });
    expect(await row(callSid)).toMatchObject({
      outcome: 'information_provided',
      promptTokens: 900,
      cachedTokens: 600,
      customerId: null,
    });
  });

  it('never lasts less than nothing when the clock was set back', async () => {
    const callSid = sid();
    await open(callSid);
    await finish(callSid, new Date(NOW - 3_600_000));
    expect(await row(callSid)).toMatchObject({ durationSeconds: 0, endedAt: STARTED });
  });

  it('is closed for calls whose process died, and not for young ones', async () => {
    await closeOrphanedCalls(database.db, { olderThanMs: 0, now: NOW + 1 });
    const [old, young] = [sid(), sid()];
    await open(old, new Date(NOW - 7_200_000));
    await open(young, new Date(NOW - 60_000));
    expect(await closeOrphanedCalls(database.db, { olderThanMs: 3_600_000, now: NOW })).toEqual([old]);
    expect(await row(old)).toMatchObject({ endedReason: 'media_disconnect', outcome: 'abandoned' });
    expect((await row(young))?.endedAt).toBeNull();
  });
});
