/** Lets the caller prove that they are the customer, which opens what is theirs. */
import { z } from 'zod';
import { verifyCaller } from '../../dealership/identity.ts';
import { verificationRefused } from '../change-refusals.ts';
import { withProof } from '../session.ts';
import { defineTool } from '../tool.ts';

export const verifyCustomer = defineTool({
  name: 'verify_customer',
  description:
    'Verify who is calling before anything on file is told or changed. From the phone on file one of: date of birth, VIN (whole or last eight), street address with ZIP code. From another or a withheld phone: phone_on_file and two of them. Pass only what the caller said, all in one call; never guess or complete it.',
  effect: 'write',
  isRepeatable: true,
  level: 0,
  arguments: z.object({
    date_of_birth: z.string().nullable().describe('YYYY-MM-DD, with the year as said, four digits'),
    vin: z.string().nullable().describe('17 characters, or the last 8'),
    street_address: z.string().nullable().describe('house number and street'),
    zip_code: z.string().nullable(),
    phone_on_file: z.string().nullable().describe('null when calling from the phone on file'),
  }),
  async run(args, { db, profile, clock, session, setSession }) {
    if (args.phone_on_file === null && session.flow !== 'existing_customer') {
      return verificationRefused({ code: 'phone_needed' });
    }
    const verified = await verifyCaller(
      db,
      { clock, timeZone: profile.timeZone },
      {
        callId: session.callLogId,
        callerPhone: session.callerPhone,
        phoneOnFile: args.phone_on_file,
        dateOfBirth: args.date_of_birth,
        vin: args.vin,
        streetAddress: args.street_address,
        zipCode: args.zip_code,
      },
    );
    if (!verified.ok) return verificationRefused(verified.refusal);
    const { value } = verified;
    if (value.status === 'locked') {
      return {
        success: true,
        data: { status: 'locked', attempts_left: 0 },
        message:
          'Not verified, and it cannot be tried again now. Do not say why or ask for more; offer a person or a call back.',
      };
    }
    if (value.status === 'not_verified') {
      return {
        success: true,
        data: { status: 'not_verified', attempts_left: value.attemptsLeft },
        message:
          'Not verified. It is not known which part did not fit, so do not guess at it; the caller may try again or give something else.',
      };
    }
    const { firstName, vehicles } = setSession((current) => withProof(current, value.customer));
    return {
      success: true,
      data: {
        status: 'verified',
        attempts_left: value.attemptsLeft,
        first_name: firstName,
        vehicles: vehicles.map(({ handle, year, make, model }) => ({ vehicle: handle, year, make, model })),
      },
      message:
        'Verified. The customer may now hear of their appointments and service history, and change appointments.',
      spoken: "Thank you, you're verified, but I lost my place. What can I do for you?",
    };
  },
});
