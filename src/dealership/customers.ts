/** Customers: who is calling, and putting a new one on file. */
import { and, asc, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import type { Db, Tx } from '../db/connect.ts';
import { customers, vehicles } from '../db/schema.ts';
import { ok, type Result, refuse } from '../lib/result.ts';
import { type KeyReused, writeOnce } from './idempotency.ts';
import { normalizePhone } from './phone-number.ts';
import { cleanText, lengthOf } from './text.ts';
import type { Busy } from './transaction.ts';

/** As the table allows. */
const NAME_MAX = 80;

/** Also the form in which the cache keeps one. */
export const knownCustomerSchema = z.object({
  id: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  /** E.164. */
  phoneNumber: z.string(),
  receiveReminders: z.boolean(),
  /** Those still in use, the primary one first. */
  vehicles: z.array(
    z.object({
      id: z.string(),
      year: z.number(),
      make: z.string(),
      model: z.string(),
      isPrimary: z.boolean(),
    }),
  ),
});
export type KnownCustomer = z.infer<typeof knownCustomerSchema>;

/** One round trip. A number that is withheld or makes no sense belongs to nobody. */
export async function findCustomerByPhone(db: Db | Tx, phone: string): Promise<KnownCustomer | undefined> {
  const phoneNumber = normalizePhone(phone);
  if (phoneNumber === undefined) return undefined;
  const rows = await db
    .select({
      customer: {
        id: customers.id,
        firstName: customers.firstName,
        lastName: customers.lastName,
        phoneNumber: customers.phoneNumber,
        receiveReminders: customers.receiveReminders,
      },
      vehicle: {
        id: vehicles.id,
        year: vehicles.year,
        make: vehicles.make,
        model: vehicles.model,
        isPrimary: vehicles.isPrimaryVehicle,
      },
    })
    .from(customers)
    .leftJoin(vehicles, and(eq(vehicles.customerId, customers.id), eq(vehicles.status, 'active')))
    .where(eq(customers.phoneNumber, phoneNumber))
    .orderBy(desc(vehicles.isPrimaryVehicle), asc(vehicles.createdAt), asc(vehicles.id));
  const [first] = rows;
  if (first === undefined) return undefined;
  return { ...first.customer, vehicles: rows.flatMap(({ vehicle }) => vehicle ?? []) };
}

export interface NewCustomer {
  firstName: string;
  lastName: string;
  phoneNumber: string;
  email?: string;
  idempotencyKey: string;
}

const createdSchema = z.object({
  customerId: z.uuid(),
  firstName: z.string(),
  lastName: z.string(),
  phoneNumber: z.string(),
});
/** `replayed`: nothing was written; it had been done already. */
export type CreatedCustomer = z.infer<typeof createdSchema> & { replayed: boolean };

export type CustomerRefusal =
  /** Empty, or longer than 80 characters. */
  | { code: 'invalid_name'; field: 'firstName' | 'lastName' }
  | { code: 'invalid_phone' }
  | { code: 'invalid_email' }
  /** Somebody has this number; who, is not said. */
  | { code: 'number_on_file' }
  | KeyReused
  | Busy;

/** Puts a customer on file; never touches or tells of the one who has the number already. */
export async function createCustomer(
  db: Db,
  customer: NewCustomer,
): Promise<Result<CreatedCustomer, CustomerRefusal>> {
  const firstName = cleanText(customer.firstName);
  const lastName = cleanText(customer.lastName);
  if (!isName(firstName)) return refuse({ code: 'invalid_name', field: 'firstName' });
  if (!isName(lastName)) return refuse({ code: 'invalid_name', field: 'lastName' });
  const phoneNumber = normalizePhone(customer.phoneNumber);
  if (phoneNumber === undefined) return refuse({ code: 'invalid_phone' });
  const email = customer.email === undefined ? null : cleanText(customer.email).toLowerCase();
  if (email !== null && !z.email().max(254).safeParse(email).success) {
    return refuse({ code: 'invalid_email' });
  }

  const result = await writeOnce<z.infer<typeof createdSchema>, CustomerRefusal>(db, {
    key: customer.idempotencyKey,
    params: { write: 'create_customer', firstName, lastName, phoneNumber, email },
    answer: createdSchema,
    work: async (tx) => {
      const [created] = await tx
        .insert(customers)
        .values({ firstName, lastName, phoneNumber, email })
        .onConflictDoNothing({ target: customers.phoneNumber })
        .returning({ id: customers.id });
      if (created === undefined) return refuse({ code: 'number_on_file' });
      return ok({ customerId: created.id, firstName, lastName, phoneNumber });
    },
  });
  return result.ok ? ok({ ...result.value.value, replayed: result.value.replayed }) : result;
}

function isName(text: string): boolean {
  return text !== '' && lengthOf(text) <= NAME_MAX;
}
