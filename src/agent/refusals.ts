/** The business's refusals, put into a stable code and one sentence for the model. */
import type { BookingRefusal } from '../dealership/appointments.ts';
import type { AvailabilityRefusal } from '../dealership/availability.ts';
import type { CustomerRefusal } from '../dealership/customers.ts';
import type { VehicleRefusal } from '../dealership/vehicles.ts';
import type { ToolError, ToolResult } from './tool.ts';

type Refused = Extract<ToolResult, { success: false }>;

const refused = (error: ToolError, message: string, data?: Record<string, unknown>): Refused => ({
  success: false,
  error,
  message,
  ...(data ? { data } : {}),
});

export function availabilityRefused(refusal: AvailabilityRefusal): Refused {
  switch (refusal.code) {
    case 'invalid_date':
      return refused(
        'invalid_args',
        `date must be a day that exists, as YYYY-MM-DD.${
          refusal.nearest ? ` That month ends on ${refusal.nearest.spoken}. Ask which day is meant.` : ''
        }`,
      );
    case 'invalid_time':
      return refused('invalid_args', 'near must be a time as HH:MM.');
    case 'unknown_service':
      return refused('invalid_args', 'service_type must be a code from the list of services.');
    case 'in_past':
      return refused(
        'in_past',
        `That day has passed. Ask which day is meant.${
          refusal.nextOpenDate ? ` The nearest day with a free time is ${refusal.nextOpenDate.spoken}.` : ''
        }`,
        refusal.nextOpenDate ? { next_open_date: refusal.nextOpenDate.date } : undefined,
      );
    case 'beyond_horizon':
      return refused('too_far_ahead', `Nothing can be booked after ${refusal.lastDate}.`, {
        last_date: refusal.lastDate,
        ...(refusal.lastOpenDate ? { last_open_date: refusal.lastOpenDate.date } : {}),
      });
    case 'closed':
      return refused(
        'closed',
        `We are closed that day (${refusal.reason}). ${
          refusal.nextOpenDate
            ? `The nearest day with a free time is ${refusal.nextOpenDate.spoken}.`
            : 'No free day was found in the two weeks after.'
        }`,
        {
          closed_reason: refusal.reason,
          ...(refusal.nextOpenDate ? { next_open_date: refusal.nextOpenDate.date } : {}),
        },
      );
  }
}

/** Every sentence begins by saying that nothing was booked. `nearest_if_free`: the starts around, taken or not. */
export function bookingRefused(refusal: BookingRefusal): Refused {
  const refused = explainBooking(refusal);
  const hasNearest = 'nearest' in refusal && refusal.nearest.length > 0;
  return hasNearest ? { ...refused, data: { nearest_if_free: refusal.nearest } } : refused;
}

function explainBooking(refusal: BookingRefusal): Refused {
  switch (refusal.code) {
    case 'slot_unavailable':
      return refused(
        'slot_unavailable',
        'Not booked: that time has just been taken. Offer other times of that day.',
      );
    case 'limit_reached':
      return refused('limit_reached', `Not booked: ${LIMITS[refusal.limit]}`);
    case 'in_past':
      return refused('in_past', 'Not booked: that time has passed.');
    case 'too_soon':
      return refused('in_past', `Not booked: we need ${refusal.leadTimeMinutes} minutes' notice.`);
    case 'beyond_horizon':
      return refused('too_far_ahead', `Not booked: nothing can be booked after ${refusal.lastDate}.`);
    case 'closed':
      return refused('closed', `Not booked: we are closed that day (${refusal.reason}).`);
    case 'outside_hours':
      return refused(
        'outside_hours',
        `Not booked: we are open ${refusal.opensAt} to ${refusal.closesAt} that day${
          refusal.latestStart ? `, and this service can start at ${refusal.latestStart} at the latest` : ''
        }.`,
      );
    case 'lunch_break':
      return refused(
        'outside_hours',
        `Not booked: that would run into the lunch break, ${refusal.from} to ${refusal.to}.`,
      );
    case 'off_grid':
      return refused(
        'slot_unavailable',
        `Not booked: appointments start at ${refusal.nearest.join(' or ')}.`,
      );
    case 'invalid_time':
    case 'no_such_time':
      return refused(
        'invalid_args',
        'Not booked: scheduled_at must be a time that exists, as YYYY-MM-DDTHH:MM.',
      );
    case 'ambiguous_time':
      return refused(
        'invalid_args',
        `Not booked: the clocks show that time twice; pass one of ${refusal.choices.join(', ')}.`,
      );
    case 'not_found':
      return refused('not_found', 'Not booked: there is no such vehicle in this call.');
    case 'unknown_service':
      return refused('invalid_args', 'Not booked: service_type must be a code from the list of services.');
    case 'transport_unavailable':
      return refused(
        'invalid_args',
        'Not booked: that way of leaving the car is not offered for this service. Ask again.',
      );
    case 'key_reused':
    case 'busy':
      return refused(
        'unavailable',
        'Not booked: the schedule is busy. Try once more; if it fails again, ask them to call the main number.',
      );
  }
}

const LIMITS = {
  open: 'this vehicle already has as many appointments to come as we allow. For more, they can call the main number.',
  day: 'this vehicle already has an appointment that day.',
  overlap: 'this vehicle already has an appointment at that time.',
};

export function customerRefused(refusal: CustomerRefusal): Refused {
  switch (refusal.code) {
    case 'number_on_file':
      return refused(
        'number_on_file',
        'No new record can be opened for this number over this line. They can call from the phone we have on file, or call the main number.',
      );
    case 'invalid_name':
      return refused('invalid_args', 'The name is empty or too long. Ask for it again.');
    case 'invalid_phone':
      return refused('invalid_args', 'That is not a telephone number. Ask for it again, digit by digit.');
    case 'invalid_email':
      return refused('invalid_args', 'That is not an e-mail address. Ask once more, or go on without.');
    case 'key_reused':
    case 'busy':
      return refused(
        'unavailable',
        'The record could not be created. Try once more; if it fails again, ask them to call the main number.',
      );
  }
}

export function vehicleRefused(refusal: VehicleRefusal): Refused {
  switch (refusal.code) {
    case 'not_found':
      return refused('verification_required', 'Create the customer first.');
    case 'invalid_year':
      return refused(
        'invalid_args',
        `The model year must be between ${refusal.earliest} and ${refusal.latest}.`,
      );
    case 'invalid_make':
    case 'invalid_model':
      return refused('invalid_args', 'Make and model must be given. Ask for them again.');
    case 'invalid_vin':
    case 'invalid_plate':
    case 'invalid_mileage':
      return refused('invalid_args', `${refusal.code.slice(8)} cannot be right; go on without it.`);
    case 'busy':
      return refused(
        'unavailable',
        'The vehicle could not be added. Try once more; if it fails again, ask them to call the main number.',
      );
  }
}
