import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followUpNotes } from '../../src/db/desk-schema.ts';
import { callLogs } from '../../src/db/schema.ts';
import {
  claimStream,
  closeOrphanedCalls,
  finishCall,
  issueStreamToken,
  openCall,
} from '../../src/dealership/call-log.ts';
import {
  beginTransfer,
  cleanSummary,
  completeTransfer,
  failTransfer,
  findDepartment,
  noteNeedOfPerson,
} from '../../src/dealership/transfer.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { demo, NOW, profileWith } from './world.ts';

const at = (text: string) => Date.parse(text);
const EVERYBODY = ['service_advisor', 'service_manager', 'sales', 'parts'];

describe('who can be reached', () => {
  it.each<[string, string, readonly string[], number, unknown]>([
    ['the department asked for', 'parts', EVERYBODY, NOW, { status: 'bridging', department: 'parts' }],
    [
      'an advisor in place of a department without a number',
      'sales',
      ['service_advisor'],
      NOW,
      { status: 'bridging', department: 'service_advisor' },
    ],
    ['nobody when neither has a number', 'sales', ['parts'], NOW, { status: 'unavailable' }],
    ['nobody when no number is given', 'service_advisor', [], NOW, { status: 'unavailable' }],
    [
      'nobody before opening, and when that is today',
      'parts',
      EVERYBODY,
      at('2026-05-21T07:59:59-05:00'),
      { status: 'closed', opens: 'today, Thursday the twenty-first, at eight in the morning' },
    ],
    [
      'somebody from the minute of opening',
      'parts',
      EVERYBODY,
      at('2026-05-21T08:00:00-05:00'),
      { status: 'bridging', department: 'parts' },
    ],
    [
      'nobody from the minute of closing',
      'parts',
      EVERYBODY,
      at('2026-05-21T18:00:00-05:00'),
      { status: 'closed', opens: 'tomorrow, Friday the twenty-second, at eight in the morning' },
    ],
    [
      'nobody on a Sunday before a holiday',
      'parts',
      EVERYBODY,
      at('2026-05-24T12:00:00-05:00'),
      { status: 'closed', opens: 'Tuesday, May twenty-sixth, at eight in the morning' },
    ],
  ])('is %s', (_, department, reachable, now, expected) => {
    expect(findDepartment(demo, { department, reachable, now })).toEqual(expected);
  });

  it('is only a department of this dealership', () => {
    const profile = profileWith({ transferTargets: ['parts'] });
    const wish = { department: 'sales', reachable: EVERYBODY, now: NOW };
    expect(findDepartment(profile, wish)).toEqual({ status: 'unavailable' });
  });
});

describe('a summary', () => {
  it('is one line without control characters, and not longer than an advisor can read', () => {
    expect(cleanSummary('  Brakes\n\u0007grind\u202e.  ')).toBe('Brakes grind .');
    expect(cleanSummary('x'.repeat(5_000))).toHaveLength(600);
  });
});

describe('the record of a transferred call', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  const missed = {
    department: 'service_advisor',
    reason: 'safety',
    summary: 'Smoke.',
    why: 'busy',
    callbackNumber: '+12175550190',
    customerId: null,
  };

  async function openTransfer() {
    const { db } = database;
    const callSid = `CA${randomUUID().replaceAll('-', '')}`;
    const startedAt = new Date(NOW);
    const { id } = await openCall(db, { callSid, direction: 'inbound', callerPhone: 'x', startedAt });
    await issueStreamToken(db, callSid);
    await claimStream(db, callSid, 1);
    expect(await beginTransfer(db, { callSid })).toBe(true);
    const row = async () => (await db.select().from(callLogs).where(eq(callLogs.id, id)))[0];
    const notes = () => db.select().from(followUpNotes).where(eq(followUpNotes.callId, id));
    return { db, callSid, id, row, notes };
  }

  it('stays open until somebody has answered, and is closed once', async () => {
    const { db, callSid, row } = await openTransfer();
    expect(await row()).toMatchObject({ endedAt: null, outcome: 'transfer_pending' });
    expect(await completeTransfer(db, callSid, new Date(NOW + 60_000))).toBe(true);
    expect(await completeTransfer(db, callSid, new Date(NOW + 90_000))).toBe(false);
    expect(await failTransfer(db, callSid, missed, { do: 'return' })).toBeUndefined();
    expect(await row()).toMatchObject({
      endedReason: 'transferred',
      outcome: 'transferred',
      durationSeconds: 60,
    });
  });

  it('allows one more stream, and leaves one note, however often and at once it is told that nobody answered', async () => {
    const { db, callSid, row, notes } = await openTransfer();
    const told = await Promise.all([1, 2, 3].map(() => failTransfer(db, callSid, missed, { do: 'return' })));
    expect(told.filter((one) => one !== undefined)).toEqual([{ generation: 2 }]);
    expect(await row()).toMatchObject({ endedAt: null, streamGeneration: 2, streamClaimedAt: null });
    expect(await notes()).toMatchObject([
      { category: 'transfer_failed', priority: 'urgent', callbackNumber: '+12175550190' },
    ]);
    expect(await completeTransfer(db, callSid, new Date(NOW))).toBe(false);
  });

  it('leaves a closed record as it is', async () => {
    const { db, callSid, row, notes } = await openTransfer();
    const end = {
      callSid,
      endedAt: new Date(NOW),
      endedReason: 'caller_hangup',
      outcome: 'abandoned',
    } as const;
    await finishCall(db, end);
    expect(await beginTransfer(db, { callSid })).toBe(false);
    expect(await completeTransfer(db, callSid, new Date(NOW))).toBe(false);
    expect(await failTransfer(db, callSid, missed, { do: 'return' })).toBeUndefined();
    expect(await row()).toMatchObject({ endedReason: 'caller_hangup', outcome: 'abandoned' });
    expect(await notes()).toEqual([]);
  });

  it('is not taken for a lost call while people may still be talking', async () => {
    const { db, callSid, row } = await openTransfer();
    const sweep = (hours: number) =>
      closeOrphanedCalls(db, { olderThanMs: 1_800_000, now: NOW + hours * 3_600_000 });
    expect(await sweep(3)).not.toContain(callSid);
    expect(await row()).toMatchObject({ endedAt: null });
    expect(await sweep(5)).toContain(callSid);
  });

  it('says that a person was needed, and why, before anything else has happened', async () => {
    const { db, id, row } = await openTransfer();
    await noteNeedOfPerson(db, id, ' Brakes\ngrind. ');
    expect(await row()).toMatchObject({ requiredHumanTransfer: true, summary: 'Brakes grind.' });
    await expect(noteNeedOfPerson(db, 'no-id', 'x')).resolves.toBeUndefined();
  });
});
