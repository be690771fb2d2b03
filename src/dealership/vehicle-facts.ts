/** What a customer may hear of their own vehicle: mileage, what is due, and what was done. */
import { and, desc, eq } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { serviceHistory, vehicles } from '../db/schema.ts';
import { isUuid } from './text.ts';

export interface VehicleFacts {
  year: number;
  make: string;
  model: string;
  trim: string | null;
  /** Miles. */
  currentMileage: number | null;
  nextServiceDueMileage: number | null;
}

export interface Visit {
  /** `YYYY-MM-DD`. */
  serviceDate: string;
  servicesPerformed: string[];
  /** Miles. */
  mileage: number | null;
  /** Dollars. */
  totalCost: number | null;
}

interface Owned {
  customerId: string;
  vehicleId: string;
}

/** Another customer's vehicle answers as one that does not exist. */
export async function findVehicleFacts(
  db: Db,
  { customerId, vehicleId }: Owned,
): Promise<VehicleFacts | undefined> {
  if (!isUuid(customerId) || !isUuid(vehicleId)) return undefined;
  const [found] = await db
    .select({
      year: vehicles.year,
      make: vehicles.make,
      model: vehicles.model,
      trim: vehicles.trim,
      currentMileage: vehicles.currentMileage,
      nextServiceDueMileage: vehicles.nextServiceDueMileage,
    })
    .from(vehicles)
    .where(and(eq(vehicles.id, vehicleId), eq(vehicles.customerId, customerId)));
  return found;
}

/** The latest visits first; none for another customer's vehicle. */
export async function listVisits(db: Db, { customerId, vehicleId }: Owned, limit: number): Promise<Visit[]> {
  if (!isUuid(customerId) || !isUuid(vehicleId)) return [];
  const rows = await db
    .select({
      serviceDate: serviceHistory.serviceDate,
      servicesPerformed: serviceHistory.servicesPerformed,
      mileage: serviceHistory.mileage,
      totalCost: serviceHistory.totalCost,
    })
    .from(serviceHistory)
    .innerJoin(vehicles, eq(vehicles.id, serviceHistory.vehicleId))
    .where(and(eq(serviceHistory.vehicleId, vehicleId), eq(vehicles.customerId, customerId)))
    .orderBy(desc(serviceHistory.serviceDate), desc(serviceHistory.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, totalCost: row.totalCost === null ? null : Number(row.totalCost) }));
}
