/** Customers, vehicles and a dealership for the tests of the business room. */
import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Db } from '../../src/db/connect.ts';
import { customers, vehicles } from '../../src/db/schema.ts';
import { type DealershipProfile, loadProfile } from '../../src/dealership/profile.ts';

export const demo = await loadProfile(undefined);

/** Thursday 2026-05-21, ten in the morning in Chicago. */
export const NOW = Date.parse('2026-05-21T10:00:00-05:00');

export function profileWith(changes: Partial<DealershipProfile>): DealershipProfile {
  return { ...demo, ...changes };
}

export interface Owner {
  customerId: string;
  vehicleId: string;
}

/** As many customers as asked, each with one vehicle. */
export async function addOwners(db: Db, count: number): Promise<Owner[]> {
  const owners = Array.from({ length: count }, () => ({
    customerId: randomUUID(),
    vehicleId: randomUUID(),
  }));
  const first = Number(
    (await db.execute<{ count: string }>(sql`select count(*) from customers`)).rows[0]?.count ?? 0,
  );
  await db.insert(customers).values(
    owners.map(({ customerId }, index) => ({
      id: customerId,
      firstName: 'Pat',
      lastName: `Number ${first + index}`,
      phoneNumber: `+1312${String(2_000_000 + first + index)}`,
    })),
  );
  await db.insert(vehicles).values(
    owners.map(({ customerId, vehicleId }) => ({
      id: vehicleId,
      customerId,
      year: 2019,
      make: 'Honda',
      model: 'Accord',
      isPrimaryVehicle: true,
    })),
  );
  return owners;
}

export async function addOwner(db: Db): Promise<Owner> {
  const [owner] = await addOwners(db, 1);
  if (owner === undefined) throw new Error('No owner was added.');
  return owner;
}

/** Pairs of active appointments that share a bay and a moment, found by the database itself. */
export async function countOverlaps(db: Db): Promise<number> {
  const { rows } = await db.execute<{ overlaps: number }>(sql`
    select count(*)::int as overlaps from appointments a join appointments b
      on a.id < b.id and a.bay = b.bay and a.scheduled_at < b.ends_at and b.scheduled_at < a.ends_at
    where a.status in ('scheduled', 'confirmed', 'checked_in', 'in_progress')
      and b.status in ('scheduled', 'confirmed', 'checked_in', 'in_progress')`);
  return rows[0]?.overlaps ?? -1;
}
