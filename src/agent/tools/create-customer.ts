/** A new customer record for the person on the line. */
import { z } from 'zod';
import { createCustomer } from '../../dealership/customers.ts';
import { customerRefused } from '../refusals.ts';
import { defineTool } from '../tool.ts';

export const createCustomerTool = defineTool({
  name: 'create_customer',
  description: 'Create the record of a new customer. Needed before their first vehicle and appointment.',
  effect: 'write',
  level: 0,
  arguments: z.object({
    first_name: z.string(),
    last_name: z.string(),
    phone_number: z.string().nullable().describe('null: the number of this call'),
    email: z.string().nullable(),
  }),
  async run(
    { first_name, last_name, phone_number, email },
    { db, session, setSession, forgetCustomer, idempotencyKey },
  ) {
    if (session.customerId) {
      return {
        success: true,
        data: { status: 'exists' },
        message: 'The caller already has a record; use it.',
      };
    }
    const phone = phone_number ?? session.callerPhone;
    if (!phone) {
      return {
        success: false,
        error: 'invalid_args',
        message: 'The calling number is withheld: ask for a call-back number.',
      };
    }
    const created = await createCustomer(db, {
      firstName: first_name,
      lastName: last_name,
      phoneNumber: phone,
      ...(email ? { email } : {}),
      idempotencyKey,
    });
    if (!created.ok) return customerRefused(created.refusal);
    await forgetCustomer(created.value.phoneNumber);
    const { customerId, firstName } = created.value;
    setSession((current) => ({ ...current, customerId, firstName, level: 1 }));
    return {
      success: true,
      data: { status: 'created' },
      message: 'The customer record has been created. Nothing is booked yet.',
      spoken:
        'I have your details now, but I lost my place. Nothing is booked yet. Which car is it for, please?',
    };
  },
});
