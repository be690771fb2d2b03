/** Whether a customer wants to hear from us on our own account. */
import { and, eq, sql } from 'drizzle-orm';
import type { Db } from '../db/connect.ts';
import { textMessages } from '../db/desk-schema.ts';
import { customers } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { isUuid } from './text.ts';
import { type Busy, inTransaction } from './transaction.ts';

/**
 * Committed when it resolves. Whoever wants to hear no more from us is also sent none of the texts that still wait.
 * Resolves to the customer's number, by which caches know them.
 */
export async function setContactPreferences(
  db: Db,
  { customerId, receiveReminders }: { customerId: string; receiveReminders: boolean },
): Promise<Result<{ phoneNumber: string }, { code: 'not_found' } | Busy>> {
  if (!isUuid(customerId)) return refuse({ code: 'not_found' });
  return inTransaction(db, async (tx) => {
    const [customer] = await tx
      .update(customers)
      .set({ receiveReminders, updatedAt: sql`now()` })
      .where(eq(customers.id, customerId))
      .returning({ phoneNumber: customers.phoneNumber });
    if (customer === undefined) return refuse({ code: 'not_found' });
    if (!receiveReminders) {
      await tx
        .update(textMessages)
        .set({ status: 'dropped' })
        .where(and(eq(textMessages.customerId, customerId), eq(textMessages.status, 'queued')));
    }
    return ok(customer);
  });
}
