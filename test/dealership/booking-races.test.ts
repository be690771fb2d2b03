/** Two hundred callers at once, on a real server: nobody is double-booked, nobody waits, everybody is answered. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectDatabase, type Database } from '../../src/db/connect.ts';
import { appointments } from '../../src/db/schema.ts';
import { cancelAppointment, rescheduleAppointment } from '../../src/dealership/appointment-changes.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';
import { addOwner, addOwners, countOverlaps, NOW, type Owner, profileWith } from './world.ts';

/** Above the default, so that many transactions really meet. All callers come at once; those above this number wait for a connection, which the test lets them do. */
const POOL_SIZE = 40;
const CALLERS = 200;
/** The convoy that this guards against lasts 30 to 55 s; a busy machine is not a convoy. */
const CONVOY_MS = 5_000;

/** Half-hour grid, services of 90 minutes: most pairs of starts overlap without being equal. */
const twoBays = profileWith({ bays: 2 });
const DAY = '2026-05-27';
const GRID = Array.from({ length: 18 }, (_, index) => {
  const minutes = 8 * 60 + index * 30;
  return `${DAY}T${String(Math.floor(minutes / 60)).padStart(2, '0')}:${minutes % 60 === 0 ? '00' : '30'}`;
});

/** A repeatable shuffle: the same seed meets the same contention. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function pick<T>(values: readonly T[], random: () => number): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('Nothing to pick from.');
  return value;
}

describeWithPostgres('concurrent bookings on a real PostgreSQL server', () => {
  let owned: Awaited<ReturnType<typeof openRealTestDatabase>>;
  let database: Database;
  let owners: Owner[];

  beforeAll(async () => {
    owned = await openRealTestDatabase();
    database = await connectDatabase({ url: owned.url, poolSize: POOL_SIZE, waitMs: 20_000 });
    // Opens every connection first, so that what is timed is the bookings.
    await Promise.all(Array.from({ length: POOL_SIZE }, () => database.pool.query('select pg_sleep(0.05)')));
    owners = await addOwners(database.db, CALLERS);
  }, 60_000);
  afterAll(async () => {
    await database.close();
    await owned.close();
  });

  async function timed<T>(
    name: string,
    tasks: (() => Promise<T>)[],
  ): Promise<{ results: T[]; wallMs: number }> {
    const began = performance.now();
    const waits: number[] = [];
    const results = await Promise.all(
      tasks.map(async (task) => {
        const result = await task();
        waits.push(performance.now() - began);
        return result;
      }),
    );
    const wallMs = performance.now() - began;
    waits.sort((a, b) => a - b);
    const p99 = waits[Math.floor(waits.length * 0.99)] ?? 0;
    process.stdout.write(
      `  ${name}: ${tasks.length} in ${wallMs.toFixed(0)} ms (99 % answered by ${p99.toFixed(0)} ms)\n`,
    );
    return { results, wallMs };
  }

  const book = (owner: Owner, start: string, key: string) =>
    bookAppointment(database.db, twoBays, {
      ...owner,
      serviceCode: 'brake_service',
      start,
      idempotencyKey: key,
      bookedBy: 'voice_agent',
      now: NOW,
    });

  async function activeCount(): Promise<number> {
    const rows = await database.db.select({ status: appointments.status }).from(appointments);
    return rows.filter((row) => row.status === 'scheduled').length;
  }

  it('gives one slot in two bays to two of two hundred callers and refuses the others', async () => {
    await database.db.delete(appointments);
    const { results, wallMs } = await timed(
      'same slot',
      owners.map((owner, index) => () => book(owner, `${DAY}T09:00`, `same-${index}`)),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(2);
    const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusal.code]));
    expect(new Set(refusals)).toEqual(new Set(['slot_unavailable']));
    expect(await countOverlaps(database.db)).toBe(0);
    expect(await activeCount()).toBe(2);
    expect(wallMs).toBeLessThan(CONVOY_MS);
  });

  it.each([1, 2, 3, 4, 5])(
    'neither double-books nor convoys when the slots overlap without being equal (seed %i)',
    async (seed) => {
      await database.db.delete(appointments);
      const random = randomFrom(seed);
      const { results, wallMs } = await timed(
        `overlapping slots, seed ${seed}`,
        owners.map((owner, index) => () => book(owner, pick(GRID, random), `overlap-${seed}-${index}`)),
      );
      const booked = results.filter((result) => result.ok).length;
      const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusal.code]));
      expect(new Set(refusals)).toEqual(new Set(['slot_unavailable']));
      // Ten open hours hold at least three and at most six times ninety minutes in each of two bays.
      expect(booked).toBeGreaterThanOrEqual(6);
      expect(booked).toBeLessThanOrEqual(12);
      expect(await activeCount()).toBe(booked);
      expect(await countOverlaps(database.db)).toBe(0);
      expect(wallMs).toBeLessThan(CONVOY_MS);
    },
  );

  it('writes one row for one key asked twenty times at once, and answers all twenty alike', async () => {
    await database.db.delete(appointments);
    const owner = await addOwner(database.db);
    const { results } = await timed(
      'one key',
      Array.from({ length: 20 }, () => () => book(owner, `${DAY}T09:00`, 'one-key')),
    );
    const ids = results.map((result) => (result.ok ? result.value.appointmentId : result.refusal.code));
    expect(new Set(ids).size).toBe(1);
    expect(results.filter((result) => result.ok && !result.value.replayed)).toHaveLength(1);
    expect(await activeCount()).toBe(1);
  });

  it('books a vehicle once a day however many calls ask at once', async () => {
    await database.db.delete(appointments);
    const owner = await addOwner(database.db);
    const { results } = await timed(
      'one vehicle',
      GRID.map((start, index) => () => book(owner, start, `vehicle-${index}`)),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(await activeCount()).toBe(1);
  });

  it.each([1, 2, 3])('keeps every appointment when all swap times at once (seed %i)', async (seed) => {
    await database.db.delete(appointments);
    const random = randomFrom(seed);
    const held: { owner: Owner; id: string }[] = [];
    for (const [index, start] of GRID.entries()) {
      for (const bay of [1, 2]) {
        const owner = owners[index * 2 + bay];
        const result = owner && (await book(owner, start, `swap-${seed}-${index}-${bay}`));
        if (owner && result?.ok) held.push({ owner, id: result.value.appointmentId });
      }
    }
    const { results, wallMs } = await timed(
      `reschedule swaps, seed ${seed}`,
      Array.from({ length: CALLERS }, (_, index) => {
        const { owner, id } = pick(held, random);
        const newStart = pick(GRID, random);
        return () =>
          rescheduleAppointment(database.db, twoBays, {
            appointmentId: id,
            customerId: owner.customerId,
            newStart,
            idempotencyKey: `move-${seed}-${index}`,
            now: NOW,
          });
      }),
    );
    const refusals = results.flatMap((result) => (result.ok ? [] : [result.refusal.code]));
    expect([...new Set(refusals)].filter((code) => code !== 'slot_unavailable')).toEqual([]);
    expect(await activeCount()).toBe(held.length);
    expect(await countOverlaps(database.db)).toBe(0);
    expect(wallMs).toBeLessThan(CONVOY_MS);
  });

  it.each([1, 2, 3])('survives booking, moving and cancelling mixed at random (seed %i)', async (seed) => {
    await database.db.delete(appointments);
    const random = randomFrom(seed * 7);
    const held: { owner: Owner; id: string }[] = [];
    for (const [index, start] of GRID.entries()) {
      const owner = owners[index];
      const result = owner && (await book(owner, start, `mix-${seed}-${index}`));
      if (owner && result?.ok) held.push({ owner, id: result.value.appointmentId });
    }
    const { results, wallMs } = await timed(
      `mixed writes, seed ${seed}`,
      Array.from({ length: CALLERS }, (_, index) => {
        const idempotencyKey = `mixed-${seed}-${index}`;
        const start = pick(GRID, random);
        const { owner, id } = pick(held, random);
        const change = { appointmentId: id, customerId: owner.customerId, idempotencyKey, now: NOW };
        const choice = random();
        if (choice < 0.5) {
          return async () => (await book(owners[index] ?? owner, start, idempotencyKey)).ok;
        }
        if (choice < 0.85) {
          return async () =>
            (await rescheduleAppointment(database.db, twoBays, { ...change, newStart: start })).ok;
        }
        return async () => (await cancelAppointment(database.db, twoBays, { ...change, reason: 'other' })).ok;
      }),
    );
    expect(results).toHaveLength(CALLERS);
    expect(await countOverlaps(database.db)).toBe(0);
    expect(wallMs).toBeLessThan(CONVOY_MS);
  });

  it('refuses rather than waits when somebody sits on the row it needs', async () => {
    await database.db.delete(appointments);
    const owner = await addOwner(database.db);
    const blocker = await database.pool.connect();
    try {
      await blocker.query('begin');
      await blocker.query('select 1 from vehicles where id = $1 for update', [owner.vehicleId]);
      const result = await book(owner, `${DAY}T09:00`, 'blocked');
      expect(result).toEqual({ ok: false, refusal: { code: 'busy' } });
    } finally {
      await blocker.query('rollback');
      blocker.release();
    }
    expect(await book(owner, `${DAY}T09:00`, 'blocked')).toMatchObject({ ok: true });
  });
});
