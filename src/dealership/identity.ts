/** Whether a caller is the customer they say they are. One answer for a wrong proof and for nobody's record. */
import { and, asc, desc, eq } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { customers, vehicles } from '../db/schema.ts';
import type { Clock } from '../lib/clock.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { type Claim, type ClaimFault, compareFactors, countFactors, readClaim } from './identity-factors.ts';
import { type GuessScope, keepGuess, queueGuesses, readAllowance } from './identity-limits.ts';
import { toLocal } from './local-time.ts';
import { normalizePhone } from './phone-number.ts';
import { type Busy, inTransaction } from './transaction.ts';

/** No answer comes sooner, so that its time tells nothing: well above what the queries take (about 10 ms). */
const ANSWER_FLOOR_MS = 150;
/** Calling from the phone on file is half of the proof; from any other, one more factor takes its place. */
const FACTORS_FROM_OWN_PHONE = 1;
const FACTORS_FROM_OTHER_PHONE = 2;

export interface VerificationRequest extends Claim {
  /** The call's row. */
  callId: string;
  /** E.164; null when withheld. */
  callerPhone: string | null;
  /** Of the record, when it is not the one called from; in any spelling. */
  phoneOnFile?: string | null;
}

export type Verification =
  | { status: 'verified'; attemptsLeft: number; customer: VerifiedCustomer }
  | { status: 'not_verified'; attemptsLeft: number }
  /** Too many wrong answers: in this call, from this number, or for the record. Which of them is not said. */
  | { status: 'locked' };

/** Nothing of it is a factor. */
interface VerifiedCustomer {
  id: string;
  firstName: string;
  /** Those still in use, the primary one first. */
  vehicles: { id: string; year: number; make: string; model: string }[];
}

/** All of these depend on what was claimed and on nothing that is on file, and none counts as an attempt. */
export type VerificationRefusal =
  | { code: 'invalid_claim'; faults: readonly ClaimFault[] }
  /** Withheld, and none given; or what was given is no number. */
  | { code: 'phone_needed' }
  /** From another phone one factor is not enough. */
  | { code: 'second_factor_needed' }
  | Busy;

/**
 * Compares all that was claimed with the record: each factor that the record has must agree, and enough must. Only
 * then is anything of the record answered. Wrong answers are counted under locks, however many come at once.
 */
export async function verifyCaller(
  db: Db,
  { clock, timeZone }: { clock: Clock; timeZone: string },
  request: VerificationRequest,
): Promise<Result<Verification, VerificationRefusal>> {
  const now = clock.now();
  const claim = readClaim(request, toLocal(now, timeZone).toPlainDate());
  if (!claim.ok) return refuse({ code: 'invalid_claim', faults: claim.refusal });
  const given = request.phoneOnFile?.trim();
  const claimedPhone = given ? normalizePhone(given) : (request.callerPhone ?? undefined);
  if (claimedPhone === undefined) return refuse({ code: 'phone_needed' });
  const needed = claimedPhone === request.callerPhone ? FACTORS_FROM_OWN_PHONE : FACTORS_FROM_OTHER_PHONE;
  if (countFactors(claim.value) < needed) return refuse({ code: 'second_factor_needed' });

  const floor = new Promise<void>((resolve) => void clock.after(ANSWER_FLOOR_MS, resolve));
  const scope: GuessScope = { callId: request.callId, claimedPhone, callerPhone: request.callerPhone, now };
  const judged = inTransaction<Verification, never>(db, async (tx) => {
    await queueGuesses(tx, scope);
    const record = await findRecord(tx, claimedPhone);
    const { isLocked, left, wrongForRecord } = await readAllowance(tx, scope, record);
    const { matched, isContradicted } = compareFactors(claim.value, record?.factors);
    if (isLocked) return ok({ status: 'locked' });
    const isSuccess = record !== undefined && !isContradicted && matched >= needed;
    await keepGuess(tx, scope, { record, isSuccess, wrongBefore: wrongForRecord });
    if (isSuccess) return ok({ status: 'verified', attemptsLeft: left, customer: record.customer });
    return left > 1 ? ok({ status: 'not_verified', attemptsLeft: left - 1 }) : ok({ status: 'locked' });
  });
  const [outcome] = await Promise.all([judged, floor]);
  return outcome;
}

async function findRecord(tx: Tx, phoneNumber: string) {
  const rows = await tx
    .select({
      customer: {
        id: customers.id,
        firstName: customers.firstName,
        dateOfBirth: customers.dateOfBirth,
        streetAddress: customers.streetAddress,
        zipCode: customers.zipCode,
        lockedUntil: customers.verificationLockedUntil,
      },
      vehicle: {
        id: vehicles.id,
        year: vehicles.year,
        make: vehicles.make,
        model: vehicles.model,
        vin: vehicles.vin,
      },
    })
    .from(customers)
    .leftJoin(vehicles, and(eq(vehicles.customerId, customers.id), eq(vehicles.status, 'active')))
    .where(eq(customers.phoneNumber, phoneNumber))
    .orderBy(desc(vehicles.isPrimaryVehicle), asc(vehicles.createdAt), asc(vehicles.id));
  const [first] = rows;
  if (first === undefined) return undefined;
  const { id: customerId, firstName, lockedUntil, ...known } = first.customer;
  const cars = rows.flatMap(({ vehicle }) => vehicle ?? []);
  return {
    id: customerId,
    lockedUntil,
    factors: { ...known, vins: cars.map(({ vin }) => vin) },
    customer: {
      id: customerId,
      firstName,
      vehicles: cars.map(({ id, year, make, model }) => ({ id, year, make, model })),
    },
  };
}
