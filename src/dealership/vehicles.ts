/** Customers' vehicles: putting one on file without putting it there twice. */
import { and, eq, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/connect.ts';
import { customers, vehicles } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { cleanText, isUuid, lengthOf } from './text.ts';
import { type Busy, inTransaction } from './transaction.ts';

const OLDEST_YEAR = 1950;
const NAME_MAX = 60;
const PLATE_MAX = 12;
/** As the table allows, in miles. */
const MILEAGE_MAX = 2_000_000;
/** 17 characters without I, O and Q; whether the check digit agrees is for whoever asks the caller. */
const VIN = /^[A-HJ-NPR-Z0-9]{17}$/;

export interface NewVehicle {
  customerId: string;
  year: number;
  make: string;
  model: string;
  vin?: string;
  licensePlate?: string;
  /** Miles. */
  mileage?: number;
  /** Epoch milliseconds. */
  now: number;
}

export interface AddedVehicle {
  vehicleId: string;
  year: number;
  make: string;
  model: string;
  /** The customer had it on file already; missing facts were filled in. */
  existed: boolean;
  /** The VIN stands on somebody else's record: stored without it, for a person to look into. Never say whose. */
  vinConflict: boolean;
}

export type VehicleRefusal =
  | { code: 'not_found' }
  | { code: 'invalid_year'; earliest: number; latest: number }
  | { code: 'invalid_make' }
  | { code: 'invalid_model' }
  | { code: 'invalid_vin' }
  | { code: 'invalid_plate' }
  | { code: 'invalid_mileage' }
  | Busy;

interface VehicleFacts {
  year: number;
  make: string;
  model: string;
  vin: string | null;
  licensePlate: string | null;
  mileage: number | null;
}

/**
 * Adds the vehicle, or answers with the one the customer has: the same VIN, or the same year, make and model in any
 * case with no VIN that says otherwise. Safe to repeat.
 */
export async function addVehicle(db: Db, vehicle: NewVehicle): Promise<Result<AddedVehicle, VehicleRefusal>> {
  const facts = readFacts(vehicle);
  if (!facts.ok) return facts;
  if (!isUuid(vehicle.customerId)) return refuse({ code: 'not_found' });
  return inTransaction(db, (tx) => store(tx, vehicle.customerId, facts.value));
}

function readFacts(vehicle: NewVehicle): Result<VehicleFacts, VehicleRefusal> {
  // Next year's models are sold from summer on.
  const latest = new Date(vehicle.now).getUTCFullYear() + 1;
  if (!Number.isInteger(vehicle.year) || vehicle.year < OLDEST_YEAR || vehicle.year > latest) {
    return refuse({ code: 'invalid_year', earliest: OLDEST_YEAR, latest });
  }
  const make = cleanText(vehicle.make);
  if (!isName(make)) return refuse({ code: 'invalid_make' });
  const model = cleanText(vehicle.model);
  if (!isName(model)) return refuse({ code: 'invalid_model' });
  const vin = vehicle.vin?.replace(/[\s-]/g, '').toUpperCase() || null;
  if (vin !== null && !VIN.test(vin)) return refuse({ code: 'invalid_vin' });
  const licensePlate = cleanText(vehicle.licensePlate ?? '').toUpperCase() || null;
  if (licensePlate !== null && lengthOf(licensePlate) > PLATE_MAX) return refuse({ code: 'invalid_plate' });
  const mileage = vehicle.mileage ?? null;
  if (mileage !== null && (!Number.isInteger(mileage) || mileage < 0 || mileage > MILEAGE_MAX)) {
    return refuse({ code: 'invalid_mileage' });
  }
  return ok({ year: vehicle.year, make, model, vin, licensePlate, mileage });
}

function isName(text: string): boolean {
  return text !== '' && lengthOf(text) <= NAME_MAX;
}

async function store(
  tx: Tx,
  customerId: string,
  facts: VehicleFacts,
): Promise<Result<AddedVehicle, VehicleRefusal>> {
  // Two calls adding a vehicle to one customer are judged one after the other.
  const [owner] = await tx
    .select({ id: customers.id })
    .from(customers)
    .where(eq(customers.id, customerId))
    .for('no key update');
  if (owner === undefined) return refuse({ code: 'not_found' });

  const owned = await tx
    .select()
    .from(vehicles)
    .where(and(eq(vehicles.customerId, customerId), eq(vehicles.status, 'active')));
  const known =
    (facts.vin === null ? undefined : owned.find((row) => row.vin === facts.vin)) ??
    owned.find(
      (row) =>
        row.year === facts.year &&
        isSame(row.make, facts.make) &&
        isSame(row.model, facts.model) &&
        (row.vin === null || facts.vin === null),
    );
  const vinConflict = facts.vin !== null && known?.vin !== facts.vin && (await isVinTaken(tx, facts.vin));
  const vin = vinConflict ? null : facts.vin;

  if (known !== undefined) {
    await tx
      .update(vehicles)
      .set({
        vin: known.vin ?? vin,
        licensePlate: known.licensePlate ?? facts.licensePlate,
        currentMileage: Math.max(known.currentMileage ?? 0, facts.mileage ?? 0) || null,
        updatedAt: sql`now()`,
      })
      .where(eq(vehicles.id, known.id));
    return ok({ ...naming(known), vehicleId: known.id, existed: true, vinConflict });
  }

  const values = {
    customerId,
    year: facts.year,
    make: facts.make,
    model: facts.model,
    licensePlate: facts.licensePlate,
    currentMileage: facts.mileage,
    isPrimaryVehicle: owned.length === 0,
  };
  // The VIN may have been taken since it was looked up: then this inserts nothing, and the next one leaves it out.
  const [added] = await tx
    .insert(vehicles)
    .values({ ...values, vin })
    .onConflictDoNothing({ target: vehicles.vin })
    .returning();
  const [row = added] = added === undefined ? await tx.insert(vehicles).values(values).returning() : [];
  if (row === undefined) throw new Error('The database stored no vehicle and gave no reason.');
  return ok({
    ...naming(row),
    vehicleId: row.id,
    existed: false,
    vinConflict: vinConflict || added === undefined,
  });
}

async function isVinTaken(tx: Tx, vin: string): Promise<boolean> {
  const taken = await tx.select({ id: vehicles.id }).from(vehicles).where(eq(vehicles.vin, vin)).limit(1);
  return taken.length > 0;
}

function naming({ year, make, model }: { year: number; make: string; model: string }) {
  return { year, make, model };
}

/** `CR-V`, `crv` and `CR V` are one model. */
function isSame(a: string, b: string): boolean {
  const fold = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  return fold(a) === fold(b);
}
