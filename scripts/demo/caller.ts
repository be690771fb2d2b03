/** The customer of the demonstration: somebody new, so what an earlier demonstration left of them is removed first. */
import { and, eq, inArray, or } from 'drizzle-orm';
import type { Db } from '../../src/db/connect.ts';
import { customers } from '../../src/db/schema.ts';

/** Fictional numbers that the demo world leaves free. */
const NUMBERS = ['+12175550190', '+12175550191', '+12175550192', '+12175550194', '+12175550196'];
const NAME = { firstName: 'Daniel', lastName: 'Ortiz' };

/** A number that no customer has. Rejects when all are taken by customers who are not ours to remove. */
export async function prepareCaller(db: Db): Promise<string> {
  await db
    .delete(customers)
    .where(
      and(
        inArray(customers.phoneNumber, NUMBERS),
        eq(customers.firstName, NAME.firstName),
        eq(customers.lastName, NAME.lastName),
        or(eq(customers.mockSource, 'demo'), eq(customers.email, 'daniel.ortiz@example.com')),
      ),
    );
  const taken = await db
    .select({ phone: customers.phoneNumber })
    .from(customers)
    .where(inArray(customers.phoneNumber, NUMBERS));
  const free = NUMBERS.find((number) => taken.every(({ phone }) => phone !== number));
  if (!free) throw new Error('Every number of the demonstration belongs to a customer.');
  return free;
}

/** Marks the customer as made up, so that they can be cleared away with the other generated data. */
export async function labelCaller(db: Db, phone: string): Promise<void> {
  await db.update(customers).set({ mockSource: 'demo' }).where(eq(customers.phoneNumber, phone));
}
