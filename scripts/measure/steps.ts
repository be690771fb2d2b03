/** One caller's way through every read and write that the tools use, each step timed. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Db } from '../../src/db/connect.ts';
import { cancelAppointment, rescheduleAppointment } from '../../src/dealership/appointment-changes.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import { getAvailability } from '../../src/dealership/availability.ts';
import { findAppointment, listUpcoming } from '../../src/dealership/booking.ts';
import { createCustomerCache } from '../../src/dealership/customer-cache.ts';
import { createCustomer, findCustomerByPhone, type KnownCustomer } from '../../src/dealership/customers.ts';
import { offerStarts, releaseHolds } from '../../src/dealership/holds.ts';
import { toLocal } from '../../src/dealership/local-time.ts';
import type { DealershipProfile } from '../../src/dealership/profile.ts';
import { addVehicle } from '../../src/dealership/vehicles.ts';
import { createClock } from '../../src/lib/clock.ts';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';
import type { Result } from '../../src/lib/result.ts';

/** Milliseconds of every run of a step, by the step's name, in the order in which a call takes them. */
export type Timings = Map<string, number[]>;

const WARM_UP_RUNS = 20;
/** Days ahead over which the callers are spread, so that no day fills up. */
const DAYS = 28;

/** Runs are one after the other: what is measured is an answer, not a queue. Throws when a step is refused. */
export async function timeCalls(
  db: Db,
  profile: DealershipProfile,
  { phones, runs, now }: { phones: readonly string[]; runs: number; now: number },
): Promise<Timings> {
  const cache = createCustomerCache<KnownCustomer>({
    keyValue: createMemoryKeyValue({ clock: createClock() }),
    hashKey: 'measure',
    schema: z.custom<KnownCustomer>((value) => typeof value === 'object'),
    find: (phone) => findCustomerByPhone(db, phone),
    onError(error) {
      throw error;
    },
  });
  let timings: Timings = new Map();
  async function time<T>(step: string, work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const answer = await work();
    const times = timings.get(step) ?? [];
    timings.set(step, times);
    times.push(performance.now() - began);
    return answer;
  }

  for (let run = -WARM_UP_RUNS; run < runs; run += 1) {
    if (run === 0) timings = new Map();
    const known = phones[(run + WARM_UP_RUNS) % phones.length] ?? '';
    await time('findCustomerByPhone', () => findCustomerByPhone(db, known));
    await cache.find(known);
    await time('findCustomerByPhone, cached', () => cache.find(known));
    await callOnce(db, profile, { run: run + WARM_UP_RUNS, now, time });
  }
  return timings;
}

async function callOnce(
  db: Db,
  profile: DealershipProfile,
  {
    run,
    now,
    time,
  }: { run: number; now: number; time: <T>(step: string, work: () => Promise<T>) => Promise<T> },
): Promise<void> {
  const callSid = `measure-${run}`;
  const customer = accepted(
    await time('createCustomer', () =>
      createCustomer(db, {
        firstName: 'Pat',
        lastName: 'Measure',
        phoneNumber: `+1312${String(2_000_000 + run)}`,
        idempotencyKey: randomUUID(),
      }),
    ),
  );
  const { customerId } = customer;
  const { vehicleId } = accepted(
    await time('addVehicle', () =>
      addVehicle(db, { customerId, year: 2019, make: 'Honda', model: 'Accord', now }),
    ),
  );

  const first = toLocal(now, profile.timeZone).toPlainDate();
  const question = { serviceCode: 'oil_change', now, callSid };
  const findDay = async (from: Temporal.PlainDate) => {
    const found = await time('getAvailability', () =>
      getAvailability(db, profile, { ...question, date: from.toString() }),
    );
    if (found.ok && found.value.starts.length > 0) return found.value.date;
    const next = found.ok
      ? found.value.nextOpenDate
      : 'nextOpenDate' in found.refusal && found.refusal.nextOpenDate;
    if (!next) throw new Error('No day with a free time was found.');
    return next.date;
  };
  const offerOn = async (date: string) => {
    const offer = accepted(
      await time('offerStarts (availability and holds)', () =>
        offerStarts(db, profile, { ...question, date }),
      ),
    );
    const start = offer.starts.at(-1)?.start;
    if (start === undefined) throw new Error('Nothing was offered.');
    return start;
  };

  const date = await findDay(first.add({ days: 1 + (run % DAYS) }));
  const start = await offerOn(date);
  const { appointmentId } = accepted(
    await time('bookAppointment', () =>
      bookAppointment(db, profile, {
        customerId,
        vehicleId,
        serviceCode: 'oil_change',
        start,
        idempotencyKey: randomUUID(),
        callSid,
        bookedBy: 'voice_agent',
        now,
      }),
    ),
  );
  await time('listUpcoming', () => listUpcoming(db, profile, { customerId, now }));
  await time('findAppointment', () => findAppointment(db, profile, { appointmentId, customerId }));
  const newStart = await offerOn(await findDay(Temporal.PlainDate.from(date).add({ days: 1 })));
  const change = { appointmentId, customerId, callSid, now };
  accepted(
    await time('rescheduleAppointment', () =>
      rescheduleAppointment(db, profile, { ...change, newStart, idempotencyKey: randomUUID() }),
    ),
  );
  accepted(
    await time('cancelAppointment', () =>
      cancelAppointment(db, profile, { ...change, reason: 'other', idempotencyKey: randomUUID() }),
    ),
  );
  await time('releaseHolds', () => releaseHolds(db, callSid));
}

function accepted<T>(result: Result<T, { code: string }>): T {
  if (result.ok) return result.value;
  throw new Error(`A step was refused: ${result.refusal.code}.`);
}
