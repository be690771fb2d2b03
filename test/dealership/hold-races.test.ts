/** Held starts among many callers at once, on a real server: a held start is booked by its holder or was never held. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { slotHolds } from '../../src/db/desk-schema.ts';
import { appointments, idempotencyKeys } from '../../src/db/schema.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { holdStarts, offerStarts } from '../../src/dealership/holds.ts';
import { openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';
import { addOwners, countOverlaps, NOW, type Owner, profileWith } from './world.ts';

const DAY = '2026-05-27';
const OTHERS = 50;
const ROUNDS = 10;
const nine = {
  startsAt: new Date(`${DAY}T09:00:00-05:00`),
  endsAt: new Date(`${DAY}T09:30:00-05:00`),
};
const twoBays = profileWith({ bays: 2 });

describeWithPostgres('held starts on a real PostgreSQL server', () => {
  let owned: Awaited<ReturnType<typeof openRealTestDatabase>>;
  let database: Database;
  let holder: Owner;
  let others: Owner[];

  beforeAll(async () => {
    owned = await openRealTestDatabase();
    database = await connectDatabase({ url: owned.url, poolSize: 20 });
    const [first, ...rest] = await addOwners(database.db, OTHERS + 1);
    if (first === undefined) throw new Error('No owners.');
    holder = first;
    others = rest;
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await owned.close();
  });
  beforeEach(clear);

  async function clear() {
    for (const table of [appointments, slotHolds, idempotencyKeys]) await database.db.delete(table);
  }

  const book = (owner: Owner, profile = twoBays, callSid?: string, serviceCode = 'oil_change') =>
    bookAppointment(database.db, profile, {
      ...owner,
      serviceCode,
      start: `${DAY}T09:00`,
      idempotencyKey: randomUUID(),
      ...(callSid === undefined ? {} : { callSid }),
      bookedBy: 'voice_agent',
      now: NOW,
    });
  const hold = () => holdStarts(database.db, twoBays, { callSid: 'holder', starts: [nine], now: NOW });

  it('are booked by their holder while fifty others try for the same time', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await clear();
      expect(await hold()).toMatchObject({ ok: true, value: [{ bay: 1 }] });
      const callers = others.toSpliced(round * 5, 0, holder);
      const results = await Promise.all(
        callers.map((owner) => book(owner, twoBays, owner === holder ? 'holder' : undefined)),
      );
      expect(results[round * 5]).toMatchObject({ ok: true, value: { bay: 1 } });
      expect(results.filter((result) => result.ok)).toHaveLength(2);
      expect(await countOverlaps(database.db)).toBe(0);
    }
  });

  it('taken in the midst of fifty bookings are either bookable or were not given', async () => {
    const given: boolean[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await clear();
      const tries: Promise<unknown>[] = [];
      const fifty = others.map((owner, index) => async () => {
        // The hold is asked for among the bookings, a little later each round.
        if (index === round * 4) tries.push(hold());
        return book(owner);
      });
      const bookings = Promise.all(fifty.map((attempt) => attempt()));
      const [held] = await Promise.all(tries);
      const isHeld = JSON.stringify(held).includes('"bay"');
      const mine = await book(holder, twoBays, 'holder');
      if (isHeld) expect(mine).toMatchObject({ ok: true });
      given.push(isHeld);
      const booked = (await bookings).filter((result) => result.ok).length + Number(mine.ok);
      expect(booked).toBe(2);
      expect(await countOverlaps(database.db)).toBe(0);
    }
    process.stdout.write(`  held in ${given.filter(Boolean).length} of ${given.length} rounds\n`);
  });

  it('are offered to twenty calls at once without two of them getting one bay', async () => {
    const offers = await Promise.all(
      others.slice(0, 20).map((_, index) =>
        offerStarts(database.db, twoBays, {
          date: DAY,
          serviceCode: 'recall',
          near: '09:00',
          callSid: `call-${index}`,
          now: NOW,
        }),
      ),
    );
    expect(offers.every((offer) => offer.ok)).toBe(true);
    const rows = await database.db.select().from(slotHolds);
    for (const row of rows) {
      const rivals = rows.filter(
        (other) =>
          other.bay === row.bay &&
          other.startsAt < row.endsAt &&
          other.endsAt > row.startsAt &&
          other !== row,
      );
      expect(rivals).toEqual([]);
    }
    expect(rows.length).toBeGreaterThan(0);
  });

  it.each([
    // Of two bays open ten hours, two hours can be booked: one recall.
    ['walk-in reserve', { walkInReservePct: 90 }, 'recall'],
    ['limit of write-ups', { writeUpsPerSlot: 1 }, 'oil_change'],
  ])('the %s is not overrun by fifty callers at once', async (_, rule, serviceCode) => {
    const profile = profileWith({ bays: 2, ...rule });
    const results = await Promise.all(others.map((owner) => book(owner, profile, undefined, serviceCode)));
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.flatMap((result) => (result.ok ? [] : [result.refusal.code]))).not.toContain('busy');
  });
});
