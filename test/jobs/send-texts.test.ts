import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { textMessages } from '../../src/db/desk-schema.ts';
import { appointments } from '../../src/db/schema.ts';
import type { Texting, TextOutcome } from '../../src/dealership/ports.ts';
import { queueConfirmation } from '../../src/dealership/texts.ts';
import { createTextSender } from '../../src/jobs/send-texts.ts';
import { addOwners, demo, NOW } from '../dealership/world.ts';
import { openRealTestDatabase, openTestDatabase } from '../support/database.ts';
import { createManualClock } from '../support/manual-clock.ts';
import { describeWithPostgres } from '../support/real-services.ts';

const HALF_HOUR_MS = 30 * 60_000;

/** As many customers with one appointment each, and a confirmation of it in line. */
async function queueTexts(database: Database, count: number): Promise<void> {
  const owners = await addOwners(database.db, count);
  const from = Date.parse('2026-05-26T08:00:00-05:00');
  const rows = owners.map((owner, index) => {
    const scheduledAt = new Date(from + Math.floor(index / 100) * HALF_HOUR_MS);
    return {
      id: randomUUID(),
      ...owner,
      scheduledAt,
      endsAt: new Date(scheduledAt.getTime() + HALF_HOUR_MS),
      durationMinutes: 30,
      serviceType: 'oil_change',
      bay: (index % 100) + 1,
    };
  });
  await database.db.insert(appointments).values(rows);
  for (const { id, customerId } of rows) {
    const queued = await queueConfirmation(database.db, demo, { appointmentId: id, customerId, now: NOW });
    expect(queued).toEqual({ ok: true, value: { isNew: true } });
  }
}

/** A telephone company that answers as told, and remembers; it says when so many texts have been asked for. */
function createCompany(answer: (count: number) => TextOutcome | Promise<TextOutcome>) {
  const asked: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const texting: Texting = {
    async send({ to }) {
      asked.push(to);
      for (const { count, resolve } of waiting) if (asked.length >= count) resolve();
      return answer(asked.length);
    },
  };
  return {
    texting,
    asked,
    whenAsked(count: number): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (asked.length >= count) resolve();
      else waiting.push({ count, resolve });
      return promise;
    },
  };
}

const accept = (count: number): TextOutcome => ({ status: 'accepted', messageSid: `SM${count}` });

describe('the sender of texts', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.close());

  function start(texting: Texting, db = database.db) {
    const clock = createManualClock(NOW);
    const faults: string[] = [];
    const sender = createTextSender({
      db,
      profile: demo,
      texting,
      clock,
      onFault: (_, what) => faults.push(what),
    });
    return { clock, faults, sender };
  }
  const clear = async () => {
    await database.db.delete(textMessages);
    await database.db.delete(appointments);
  };
  const statuses = async () => {
    const rows = await database.db.select().from(textMessages);
    return rows.map(({ status }) => status).toSorted();
  };

  it('sends what is in line when woken, and closes only when that is written down', async () => {
    await clear();
    await queueTexts(database, 3);
    const company = createCompany(accept);
    const { sender, faults, clock } = start(company.texting);
    sender.wake();
    sender.wake();
    await company.whenAsked(3);
    await sender.close();
    expect(await statuses()).toEqual(['sent', 'sent', 'sent']);
    expect(new Set(company.asked).size).toBe(3);
    expect(faults).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('sends within a minute what nobody woke it for', async () => {
    await clear();
    await queueTexts(database, 1);
    const company = createCompany(accept);
    const { sender, clock } = start(company.texting);
    clock.advance(60_000);
    await company.whenAsked(1);
    await sender.close();
    expect(await statuses()).toEqual(['sent']);
  });

  it('leaves the line alone for a minute when the company takes nothing, and then goes on', async () => {
    await clear();
    await queueTexts(database, 2);
    let isDown = true;
    const company = createCompany((count) =>
      isDown ? { status: 'not_sent', error: new Error('too many') } : accept(count),
    );
    const { sender, clock, faults } = start(company.texting);
    sender.wake();
    await company.whenAsked(1);
    await expect.poll(statuses, { timeout: 10_000 }).toEqual(['queued', 'queued']);
    expect(company.asked).toHaveLength(1);
    expect(faults).toEqual(['a text was not confirmed (not_sent)']);
    isDown = false;
    clock.advance(60_000);
    await company.whenAsked(3);
    await sender.close();
    expect(await statuses()).toEqual(['sent', 'sent']);
  });

  it('never repeats a text that may have gone out, and goes on with the next', async () => {
    await clear();
    await queueTexts(database, 2);
    const company = createCompany((count) =>
      count === 1 ? { status: 'unknown', error: new Error('timeout') } : accept(count),
    );
    const { sender, clock } = start(company.texting);
    sender.wake();
    await company.whenAsked(2);
    clock.advance(60_000);
    await sender.close();
    expect(await statuses()).toEqual(['sent', 'unknown']);
    expect(new Set(company.asked).size).toBe(2);
    expect(company.asked).toHaveLength(2);
  });

  it('takes no further text once it is closed', async () => {
    await clear();
    await queueTexts(database, 2);
    const answer = Promise.withResolvers<TextOutcome>();
    const company = createCompany(() => answer.promise);
    const { sender } = start(company.texting);
    sender.wake();
    await company.whenAsked(1);
    const closed = sender.close();
    answer.resolve(accept(1));
    await closed;
    sender.wake();
    expect(await statuses()).toEqual(['queued', 'sent']);
    expect(company.asked).toHaveLength(1);
  });

  it('says so when the database is away, and lives on', async () => {
    const away = await openTestDatabase();
    await away.close();
    const company = createCompany(accept);
    const { sender, faults } = start(company.texting, away.db);
    sender.wake();
    await expect.poll(() => faults, { timeout: 10_000 }).toEqual(['texts could not be sent']);
    await sender.close();
    expect(company.asked).toEqual([]);
  }, 30_000);
});

describeWithPostgres('two processes at one line of texts', () => {
  const TEXTS = 200;

  it(`send each of ${TEXTS} texts once, whoever takes it`, async () => {
    const database = await openRealTestDatabase();
    const other = await connectDatabase({ url: database.url });
    try {
      await queueTexts(database, TEXTS);
      const asked: string[] = [];
      const share = [0, 0];
      const senders = [database, database, other, other].map(({ db }, index) =>
        createTextSender({
          db,
          profile: demo,
          texting: {
            async send({ to }) {
              asked.push(to);
              share[index >> 1] = (share[index >> 1] ?? 0) + 1;
              return accept(asked.length);
            },
          },
          clock: createManualClock(NOW),
          onFault: (error) => {
            throw error;
          },
        }),
      );
      for (const sender of senders) sender.wake();
      const left = async () => {
        const rows = await database.db.select().from(textMessages).where(eq(textMessages.status, 'sent'));
        return rows.length;
      };
      await expect.poll(left, { timeout: 20_000, interval: 100 }).toBe(TEXTS);
      for (const sender of senders) await sender.close();
      expect(asked).toHaveLength(TEXTS);
      expect(new Set(asked).size).toBe(TEXTS);
      expect(Math.min(...share)).toBeGreaterThan(0);
    } finally {
      await other.close();
      await database.close();
    }
  }, 60_000);
});
