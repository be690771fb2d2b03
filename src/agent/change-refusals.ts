/** Why a caller was not verified or an appointment not changed, as a stable code and one sentence for the model. */
import type { ChangeRefusal, RescheduleRefusal } from '../dealership/appointment-changes.ts';
import type { VerificationRefusal } from '../dealership/identity.ts';
import type { ClaimFault } from '../dealership/identity-factors.ts';
import { bookingRefused } from './refusals.ts';
import type { ToolResult } from './tool.ts';

type Refused = Extract<ToolResult, { success: false }>;

/** The same for a handle that was never given out, somebody else's, and one of a row that is gone. */
export const noSuchVehicle = (): Refused => ({
  success: false,
  error: 'not_found',
  message: 'There is no such vehicle in this call.',
});
export const noSuchAppointment = (): Refused => ({
  success: false,
  error: 'not_found',
  message: 'There is no such appointment in this call. get_upcoming_appointments lists those there are.',
});

/** None of these is an attempt, and none depends on what is on file. */
export function verificationRefused(refusal: VerificationRefusal): Refused {
  const again = (message: string): Refused => ({ success: false, error: 'invalid_args', message });
  switch (refusal.code) {
    case 'invalid_claim':
      return again(`Not tried, and not counted: ${refusal.faults.map((fault) => FAULTS[fault]).join(' ')}`);
    case 'phone_needed':
      return again(
        'Not tried, and not counted: ask for the phone number on file, and for two of date of birth, VIN, and street address with ZIP code. If they are new here, no verification is needed.',
      );
    case 'second_factor_needed':
      return again(
        'Not tried, and not counted: from this phone two are needed of date of birth, VIN, and street address with ZIP code. Ask for one more.',
      );
    case 'busy':
      return { success: false, error: 'unavailable', message: 'Not tried, and not counted. Try once more.' };
  }
}

const FAULTS: { [fault in ClaimFault]: string } = {
  date_of_birth: 'ask for the whole date of birth, with a four-digit year.',
  vin: 'ask for the VIN again: all 17 characters or the last eight, and never the letters I, O or Q.',
  street_address: 'ask for house number and street.',
  zip_code: 'ask for the five-digit ZIP code.',
  nothing_given: 'ask for date of birth, VIN, or street address with ZIP code.',
};

/** `outcome` begins the sentence: what was not done. */
export function changeRefused(refusal: ChangeRefusal, outcome: string): Refused {
  switch (refusal.code) {
    case 'not_found':
      return noSuchAppointment();
    case 'not_changeable':
      return {
        success: false,
        error: 'not_changeable',
        message: `${outcome}: the appointment ${STATUSES[refusal.status]}. A new one can be booked.`,
        data: { status: refusal.status },
      };
    case 'key_reused':
    case 'busy':
      return {
        success: false,
        error: 'unavailable',
        message: `${outcome}: the schedule is busy, and the appointment is as it was. Try once more.`,
      };
  }
}

const STATUSES: { [status in Extract<ChangeRefusal, { status: unknown }>['status']]: string } = {
  scheduled: 'has begun or is past',
  confirmed: 'has begun or is past',
  checked_in: 'has begun',
  in_progress: 'has begun',
  completed: 'is over',
  cancelled: 'was cancelled before',
  no_show: 'is past',
};

/** Each says that the appointment stays where it was. */
export function rescheduleRefused(refusal: RescheduleRefusal): Refused {
  const { code } = refusal;
  if (code === 'not_found' || code === 'not_changeable' || code === 'key_reused' || code === 'busy') {
    return changeRefused(refusal, 'Not moved');
  }
  const { message, ...rest } = bookingRefused(refusal);
  const reason = message.replace(/^Not booked: /, '').replace('scheduled_at', 'new_datetime');
  return { ...rest, message: `Not moved, the appointment stays where it was: ${reason}` };
}
