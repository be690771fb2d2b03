/** Held starts: what a caller was offered stays theirs for three minutes. A courtesy; what is booked decides. */
import { and, eq, gt, inArray, lt, lte, or, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { slotHolds } from '../db/desk-schema.ts';
import { ok, type Result } from '../lib/result.ts';
import {
  type Availability,
  type AvailabilityQuestion,
  type AvailabilityRefusal,
  blockEveryBay,
  findBusyTimes,
  getAvailability,
  startOfDay,
} from './availability.ts';
import { parseLocal, toLocal } from './local-time.ts';
import { findService } from './menu.ts';
import { type BusyTime, findOpenStarts, type OpenStart } from './open-starts.ts';
import type { DealershipProfile } from './profile.ts';
import { type Busy, inTransaction } from './transaction.ts';

/** A call holds one offer's worth, so that nobody can keep a week by asking. */
const MAX_HOLDS = 6;
/** Tells our lock of a day from whatever else may use advisory locks in this database. */
const DAY_LOCK = 20_011;
const MINUTE_MS = 60_000;

export interface Span {
  startsAt: Date;
  endsAt: Date;
}

interface BaySpan extends Span {
  bay: number;
}

export interface HoldQuestion {
  callSid: string;
  /** Starts of one day for one service, the most wanted first; the first six are looked at. */
  starts: readonly Span[];
  /** An appointment about to be moved: its own time may be held. */
  moving?: string;
  alsoBusy?: readonly Span[];
  /** The business clock, epoch milliseconds. Holds themselves run in real time, by the database's clock. */
  now: number;
}

/**
 * Holds a bay for each start, in place of all that was held for the call, and answers with the starts that are held
 * now, in order. Of the day's starts that are down to their last bay, a call gets at most half of what is open, so
 * that the next caller is offered something too. Starts that overlap each other share a bay where they can: the
 * caller will take one of them.
 *
 * A hold cannot meet a booking half-way: who holds writes the hold and then looks for appointments, who books writes
 * the appointment and then asks `isFreeOfHolds`, which waits for holds being written. One of the two sees the other.
 */
export async function holdStarts(
  db: Db,
  profile: DealershipProfile,
  { callSid, starts, moving, alsoBusy = [], now }: HoldQuestion,
): Promise<Result<BaySpan[], Busy>> {
  const [first] = starts;
  return inTransaction<BaySpan[], never>(db, async (tx) => {
    // Offers of one day are made one after the other; those who book do not wait for it.
    if (first !== undefined) await lockDay(tx, profile, first.startsAt);
    await tx
      .delete(slotHolds)
      .where(or(eq(slotHolds.callSid, callSid), inArray(slotHolds.id, expiredHolds(tx))));
    if (first === undefined) return ok([]);

    const date = toLocal(first.startsAt, profile.timeZone).toPlainDate();
    const range = {
      from: startOfDay(date, profile.timeZone),
      to: startOfDay(date.add({ days: 1 }), profile.timeZone),
      ...(moving === undefined ? {} : { except: moving }),
    };
    const busy = [...(await findBusyTimes(tx, range)), ...blockEveryBay(alsoBusy)];
    const minutes = (first.endsAt.getTime() - first.startsAt.getTime()) / MINUTE_MS;
    const open = findOpenStarts({ profile, date, minutes, busy, now });
    const planned = planHolds(open, starts.slice(0, MAX_HOLDS));
    if (planned.length === 0) return ok([]);

    const rows = await tx
      .insert(slotHolds)
      .values(
        withoutOverlap(planned).map((span) => ({
          ...span,
          callSid,
          expiresAt: sql`now() + interval '3 minutes'`,
        })),
      )
      .onConflictDoNothing()
      .returning({ bay: slotHolds.bay, startsAt: slotHolds.startsAt, endsAt: slotHolds.endsAt });
    const booked = (await findBusyTimes(tx, { ...range, callSid })).filter(({ kind }) => kind !== 'hold');
    return ok(
      planned
        .filter((span) => covers(rows, span) && !booked.some((time) => meets(time, span)))
        .toSorted((a, b) => a.startsAt.getTime() - b.startsAt.getTime()),
    );
  });
}

/** Which bay to hold for each start; starts for which there is none are left out. In order of bay, then time. */
export function planHolds(open: readonly OpenStart[], wanted: readonly Span[]): BaySpan[] {
  let lastBays = Math.ceil(open.length / 2);
  const planned: BaySpan[] = [];
  for (const { startsAt, endsAt } of wanted) {
    const bays = open.find((start) => start.startsAt.getTime() === startsAt.getTime())?.bays ?? [];
    if (bays.length === 1) {
      if (lastBays === 0) continue;
      lastBays -= 1;
    }
    const shared = bays.find((bay) => planned.some((own) => meets(own, { bay, startsAt, endsAt })));
    const bay = shared ?? bays[0];
    if (bay !== undefined) planned.push({ bay, startsAt, endsAt });
  }
  return planned.toSorted((a, b) => a.bay - b.bay || a.startsAt.getTime() - b.startsAt.getTime());
}

/** The database lets no two holds overlap in a bay: a later one gets only what the one before it lacks. */
function withoutOverlap(planned: readonly BaySpan[]): BaySpan[] {
  return planned.map((span, index) => {
    const before = planned[index - 1];
    const isShared = before?.bay === span.bay && before.endsAt > span.startsAt;
    return isShared ? { ...span, startsAt: before.endsAt } : span;
  });
}

/** Whether the holds, in order and without overlap, take the whole of a time in its bay. */
function covers(holds: readonly BaySpan[], { bay, startsAt, endsAt }: BaySpan): boolean {
  const length = holds
    .filter((hold) => hold.bay === bay)
    .map((hold) => Math.min(+hold.endsAt, +endsAt) - Math.max(+hold.startsAt, +startsAt))
    .reduce((sum, part) => sum + Math.max(0, part), 0);
  return length === endsAt.getTime() - startsAt.getTime();
}

function meets(time: Pick<BusyTime, 'bay' | 'startsAt' | 'endsAt'>, span: BaySpan): boolean {
  const isSameBay = time.bay === null || time.bay === span.bay;
  return isSameBay && time.startsAt < span.endsAt && time.endsAt > span.startsAt;
}

/** Skips those that somebody else is removing. */
function expiredHolds(tx: Tx) {
  return tx
    .select({ id: slotHolds.id })
    .from(slotHolds)
    .where(lte(slotHolds.expiresAt, sql`now()`))
    .for('update', { skipLocked: true });
}

/** At the end of a call: nothing is held for it any more. */
export async function releaseHolds(db: Db | Tx, callSid: string): Promise<void> {
  await db.delete(slotHolds).where(eq(slotHolds.callSid, callSid));
}

/**
 * First thing of a write that takes a time: gives up the call's holds, and clears those out of the way that have
 * expired. Answers which bays were held for the call for that whole time. Undone with the write.
 */
export async function claimHolds(
  tx: Tx,
  callSid: string | undefined,
  { startsAt, endsAt }: Span,
): Promise<number[]> {
  const isInTheWay = and(
    lte(slotHolds.expiresAt, sql`now()`),
    lt(slotHolds.startsAt, endsAt),
    gt(slotHolds.endsAt, startsAt),
  );
  const gone = await tx
    .delete(slotHolds)
    .where(callSid === undefined ? isInTheWay : or(eq(slotHolds.callSid, callSid), isInTheWay))
    .returning({
      callSid: slotHolds.callSid,
      bay: slotHolds.bay,
      startsAt: slotHolds.startsAt,
      endsAt: slotHolds.endsAt,
    });
  const own = gone.filter((hold) => hold.callSid === callSid);
  return [...new Set(own.map(({ bay }) => bay))].filter((bay) => covers(own, { bay, startsAt, endsAt }));
}

/**
 * Asked after the appointment's row is written: whether nobody else holds its time. Takes the time in the table of
 * holds and lets it go again, so that a hold being written meanwhile is waited for, and the next one waits for us.
 */
export async function isFreeOfHolds(tx: Tx, span: BaySpan): Promise<boolean> {
  const [taken] = await tx
    .insert(slotHolds)
    .values({ ...span, callSid: 'booking', expiresAt: sql`now()` })
    .onConflictDoNothing()
    .returning({ id: slotHolds.id });
  if (taken === undefined) return false;
  await tx.delete(slotHolds).where(eq(slotHolds.id, taken.id));
  return true;
}

/**
 * Lets nobody else who asks for this lock decide about the local day until the transaction ends. The no-overlap rule
 * needs no lock; rules that count a whole day (walk-in reserve, write-ups) do.
 */
export async function lockDay(tx: Tx, profile: DealershipProfile, at: Date): Promise<void> {
  const day = toLocal(at, profile.timeZone).toPlainDate().since('1970-01-01').days;
  await tx.execute(sql`select pg_advisory_xact_lock(${DAY_LOCK}::int, ${day}::int)`);
}

/**
 * What can be booked on a day, with the offered starts held for the call. When too much is going on at once to hold
 * anything, they are offered all the same: booking decides. On a day with nothing to offer the call keeps what it
 * was offered before.
 */
export async function offerStarts(
  db: Db,
  profile: DealershipProfile,
  question: AvailabilityQuestion & { callSid: string },
): Promise<Result<Availability, AvailabilityRefusal>> {
  const found = await getAvailability(db, profile, question);
  const service = findService(profile, question.serviceCode);
  if (!found.ok || service === undefined) return found;
  const { starts, requested } = found.value;
  if (starts.length === 0) return found;
  // The time the caller named comes first when not all can be held.
  const byWish = starts.toSorted((a, b) => +(b.start === requested?.start) - +(a.start === requested?.start));
  const spans = byWish.flatMap(({ start }) => {
    const parsed = parseLocal(start, profile.timeZone);
    if (!parsed.ok) return [];
    const at = parsed.value.epochMilliseconds;
    return [{ startsAt: new Date(at), endsAt: new Date(at + service.minutes * MINUTE_MS), start }];
  });
  const held = await holdStarts(db, profile, { ...question, starts: spans });
  if (!held.ok) return found;
  const names = new Set(
    held.value.map(
      ({ startsAt }) => spans.find((span) => span.startsAt.getTime() === startsAt.getTime())?.start,
    ),
  );
  return ok({
    ...found.value,
    starts: starts.filter(({ start }) => names.has(start)),
    ...(requested?.isFree === true && !names.has(requested.start)
      ? { requested: { start: requested.start, isFree: false, reason: 'slot_unavailable' as const } }
      : {}),
  });
}
