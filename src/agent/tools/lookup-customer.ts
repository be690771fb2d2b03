/** Whether the person on the line is a customer of ours, by the number they call from. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';

export const lookupCustomer = defineTool({
  name: 'lookup_customer',
  description:
    'Look up the caller by the number they are calling from. Already done when the call was answered; use it only to refresh. Another number cannot be looked up.',
  effect: 'read',
  level: 0,
  arguments: z.object({ phone_number: z.string().nullable().describe('null: the number of this call') }),
  async run({ phone_number }, { session, findCustomer }) {
    const isOwn = phone_number === null || digits(phone_number) === digits(session.callerPhone ?? '');
    // The same answer for a number on file and one that is not: whose numbers we hold is nobody's business.
    if (!isOwn || !session.callerPhone) {
      return {
        success: true,
        data: { found: false },
        message:
          'Only the number of this call can be looked up. Treat the caller as new unless they were found at the start.',
      };
    }
    const customer = await findCustomer(session.callerPhone);
    if (!customer || customer.id !== session.customerId) {
      return { success: true, data: { found: false }, message: 'No customer has this number.' };
    }
    return {
      success: true,
      data: {
        found: true,
        customer: {
          first_name: customer.firstName,
          vehicles: session.vehicles.map(({ handle, year, make, model }) => ({
            vehicle: handle,
            year,
            make,
            model,
          })),
        },
      },
      message: 'The number of this call is on file.',
    };
  },
});

const digits = (phone: string) => phone.replace(/\D/g, '').slice(-10);
