import { randomUUID } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { verificationAttempts } from '../../src/db/desk-schema.ts';
import { customers } from '../../src/db/schema.ts';
import { openCall } from '../../src/dealership/call-log.ts';
import { type VerificationRequest, verifyCaller } from '../../src/dealership/identity.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { openRealTestDatabase, openTestDatabase } from '../support/database.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { describeWithPostgres } from '../support/real-services.ts';
import { NOW } from './world.ts';

const HOUR = 3_600_000;
const OWNER = '+12175550101';
const BIRTH = '1985-06-15';
const wrong = (day: number) => ({ dateOfBirth: `1970-01-${String(day).padStart(2, '0')}` });

/** Shows the given time, and has no patience. */
const clockAt = (ms: number): Clock => ({
  now: () => ms,
  elapsed: () => 0,
  after: (_, run) => {
    const soon = setImmediate(run);
    return () => clearImmediate(soon);
  },
});

async function addRecord(db: Database['db'], phoneNumber: string): Promise<string> {
  const id = randomUUID();
  await db
    .insert(customers)
    .values({ id, firstName: 'Pat', lastName: 'Doe', phoneNumber, dateOfBirth: BIRTH });
  return id;
}

/** One guess from a call of its own, unless a call is given. */
async function guess(
  database: Database,
  request: Partial<VerificationRequest> & { callSid?: string },
  at = NOW,
): Promise<string> {
  const { callSid = randomUUID(), callerPhone = OWNER, ...rest } = request;
  const call = await openCall(database.db, {
    callSid,
    direction: 'inbound',
    callerPhone: callerPhone ?? 'withheld',
    startedAt: new Date(at),
  });
  const answer = await verifyCaller(
    database.db,
    { clock: clockAt(at), timeZone: 'America/Chicago' },
    { callId: call.id, callerPhone, ...rest },
  );
  return answer.ok ? answer.value.status : answer.refusal.code;
}

const countWrong = async (database: Database) =>
  database.db.$count(verificationAttempts, eq(verificationAttempts.isSuccess, false));

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await addRecord(database.db, OWNER);
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.delete(verificationAttempts);
  await database.db.update(customers).set({ verificationLockedUntil: null });
});

describe('a record', () => {
  it('has five wrong answers a day, whoever gives them, and is then locked for a day', async () => {
    const answers = [];
    for (let day = 1; day <= 6; day++) {
      // Each from another phone, which needs a second factor.
      const callerPhone = `+1312555010${day}`;
      const claim = { ...wrong(day), vin: 'KA014501', phoneOnFile: OWNER };
      answers.push(await guess(database, { callerPhone, ...claim }));
    }
    expect(answers).toEqual([...Array.from({ length: 5 }, () => 'not_verified'), 'locked']);
    // Not for its owner either, who is right, until the day is over.
    expect(await guess(database, { dateOfBirth: BIRTH }, NOW + 24 * HOUR - 1)).toBe('locked');
    expect(await guess(database, { dateOfBirth: BIRTH }, NOW + 24 * HOUR)).toBe('verified');
  });

  it('is open again when a person has unlocked it', async () => {
    for (let day = 1; day <= 5; day++) await guess(database, wrong(day));
    expect(await guess(database, { dateOfBirth: BIRTH })).toBe('locked');
    await database.db.update(customers).set({ verificationLockedUntil: null });
    expect(await guess(database, { dateOfBirth: BIRTH })).toBe('verified');
  });

  it('forgets wrong answers after a day', async () => {
    for (let day = 1; day <= 4; day++) await guess(database, wrong(day));
    expect(await guess(database, wrong(5), NOW + 25 * HOUR)).toBe('not_verified');
    expect(await guess(database, { dateOfBirth: BIRTH }, NOW + 25 * HOUR)).toBe('verified');
  });

  it('that has no such fact on file is not opened by it', async () => {
    expect(await guess(database, { vin: 'KA014501' })).toBe('not_verified');
  });
});

describe('a caller', () => {
  it('has ten wrong answers a day, over all calls and records', async () => {
    const callerPhone = '+13125550170';
    const answers = [];
    for (let at = 0; at < 11; at++) {
      const phoneOnFile = `+1309555${String(1000 + at)}`;
      answers.push(await guess(database, { callerPhone, phoneOnFile, ...wrong(1), vin: 'KA014501' }));
    }
    expect(answers).toEqual([...Array.from({ length: 9 }, () => 'not_verified'), 'locked', 'locked']);
    expect(await countWrong(database)).toBe(10);
  });

  it('who withholds the number has three a call', async () => {
    const callSid = randomUUID();
    const answers = [];
    for (let day = 1; day <= 4; day++) {
      const claim = { ...wrong(day), vin: 'KA014501', phoneOnFile: '(309) 555-0123' };
      answers.push(await guess(database, { callSid, callerPhone: null, ...claim }));
    }
    expect(answers).toEqual(['not_verified', 'not_verified', 'locked', 'locked']);
  });

  it.each<[string, Partial<VerificationRequest>, string]>([
    ['without any number', { callerPhone: null, dateOfBirth: BIRTH }, 'phone_needed'],
    ['with a number that is none', { phoneOnFile: '12', dateOfBirth: BIRTH }, 'phone_needed'],
    [
      'with one factor from elsewhere',
      { callerPhone: null, phoneOnFile: OWNER, dateOfBirth: BIRTH },
      'second_factor_needed',
    ],
    ['with what cannot be', { dateOfBirth: '85-06-15' }, 'invalid_claim'],
  ])('%s is asked again, and nothing is counted', async (_, claim, answer) => {
    expect(await guess(database, claim)).toBe(answer);
    expect(await countWrong(database)).toBe(0);
  });
});

describe('the time of the answer', () => {
  it.each<[string, Partial<VerificationRequest>]>([
    ['a right proof', { dateOfBirth: BIRTH }],
    ['a wrong one', wrong(1)],
    ['nobody’s record', { ...wrong(1), callerPhone: '+13095550111' }],
  ])('is never before 150 ms: %s', async (_, claim) => {
    const clock = createManualClock(NOW);
    const callerPhone = claim.callerPhone ?? OWNER;
    const call = await openCall(database.db, {
      callSid: randomUUID(),
      direction: 'inbound',
      callerPhone,
      startedAt: new Date(NOW),
    });
    let isAnswered = false;
    const answer = verifyCaller(
      database.db,
      { clock, timeZone: 'America/Chicago' },
      { callId: call.id, callerPhone, ...claim },
    ).then((result) => {
      isAnswered = true;
      return result;
    });
    // The work is done as soon as the attempt is kept.
    while ((await database.db.$count(verificationAttempts)) === 0);
    await database.db.execute(sql`select 1`);
    clock.advance(149);
    await database.db.execute(sql`select 1`);
    expect(isAnswered).toBe(false);
    clock.advance(1);
    expect((await answer).ok).toBe(true);
  });
});

describeWithPostgres('fifty guesses at once, on a real server', () => {
  let real: Database;
  let recordId: string;
  beforeAll(async () => {
    real = await openRealTestDatabase();
    recordId = await addRecord(real.db, OWNER);
  });
  afterAll(() => real.close());
  beforeEach(async () => {
    await real.db.delete(verificationAttempts);
    await real.db.update(customers).set({ verificationLockedUntil: null });
  });
  const fifty = <T>(make: (at: number) => Promise<T>) =>
    Promise.allSettled(Array.from({ length: 50 }, (_, at) => make(at)));

  it('at one record from fifty phones are five', async () => {
    await fifty((at) =>
      guess(real, {
        callerPhone: `+1312556${String(1000 + at)}`,
        phoneOnFile: OWNER,
        vin: 'KA014501',
        ...wrong((at % 28) + 1),
      }),
    );
    expect(await countWrong(real)).toBe(5);
    const [record] = await real.db.select().from(customers).where(eq(customers.id, recordId));
    expect(record?.verificationLockedUntil?.getTime()).toBe(NOW + 24 * HOUR);
    expect(await guess(real, { dateOfBirth: BIRTH })).toBe('locked');
  });

  it('in one call are three', async () => {
    const callSid = randomUUID();
    await fifty((at) => guess(real, { callSid, ...wrong((at % 28) + 1) }));
    expect(await countWrong(real)).toBe(3);
  });

  it('from one phone at fifty records are ten', async () => {
    await fifty((at) =>
      guess(real, {
        callerPhone: '+13125550180',
        phoneOnFile: `+1309556${String(1000 + at)}`,
        vin: 'KA014501',
        ...wrong(1),
      }),
    );
    expect(await countWrong(real)).toBe(10);
  });

  it('with the right one among them never open a record that was locked before it came', async () => {
    const answers = await fifty((at) =>
      guess(real, at === 25 ? { dateOfBirth: BIRTH } : wrong((at % 28) + 1)),
    );
    const seen = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : 'failed'));
    expect(await countWrong(real)).toBe(5);
    expect(seen.filter((status) => status === 'verified').length).toBeLessThanOrEqual(1);
  });
});
