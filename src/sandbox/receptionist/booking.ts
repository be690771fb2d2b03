/** Takes the next step of a booking: asks for what is missing, looks at the calendar, reads back, writes. */

import { askDay, askNeed, askPerson, askVehicle, askWhichVehicle, offerSlots, readBack } from './asking.ts';
import { draftKey, draftVehicle } from './memory.ts';
import { call, canCall, type Desk, deskNumber, type Plan, say, vary } from './plan.ts';
import { offerPerson, reachDesk } from './reaching-people.ts';
import { sayDate } from './saying.ts';
import { nextSlotStep } from './slots.ts';

/** The writes that are left to do, one at a time, as each needs the one before. */
function write(desk: Desk, start: string): Plan {
  const { memory } = desk;
  const { draft } = memory;
  const vehicle = draftVehicle(memory);
  const needed = [
    ...(memory.isKnown || memory.isCreated ? [] : ['create_customer']),
    ...(vehicle.id === undefined ? ['create_vehicle'] : []),
    'book_appointment',
  ];
  const [tool] = needed;
  if (!needed.every((name) => name === 'create_vehicle' || canCall(desk, name))) {
    return say(
      `I can't write bookings just now, so nothing is booked. For a visit on ${sayDate(start.slice(0, 10))}, ${reachDesk(desk)}.`,
      'no-writes',
      { asked: 'anything-else' },
    );
  }
  if (tool === 'create_customer') {
    return call(tool, {
      first_name: memory.first ?? '',
      last_name: memory.last ?? '',
      phone_number: memory.phone ?? null,
      email: memory.email ?? null,
    });
  }
  if (tool === 'create_vehicle' && canCall(desk, tool)) {
    const { year, make, model } = vehicle;
    return call(tool, { year, make, model, vin: draft.vin ?? null, license_plate: null, mileage: null });
  }
  const service = memory.context.services.find(({ code }) => code === draft.service);
  const transport =
    draft.transport === 'waiter' && service?.canWait === false ? null : (draft.transport ?? null);
  return call('book_appointment', {
    vehicle: vehicle.id ?? '',
    scheduled_at: start,
    service_type: draft.service,
    customer_concerns: draft.concern ?? null,
    transport,
  });
}

/** Says what a write failed on, or undefined when going on is enough (a start that has gone is looked up anew). */
function explainFailure(desk: Desk): Plan | undefined {
  const { memory } = desk;
  const { failed } = memory.turn;
  if (!failed || failed.tool === 'get_available_slots' || failed.tool === 'lookup_customer') return undefined;
  if (failed.tool === 'create_customer' && failed.error === 'number_on_file') {
    return say(
      `That number is already on file with us, so I can't set up a second account for it. What other number can we use?`,
      'number-on-file',
      { asked: 'phone' },
    );
  }
  if (failed.tool === 'book_appointment' && memory.bookFailures === 0) return undefined;
  if (failed.error === 'limit_reached') {
    return say(
      `I can't add another visit there, so nothing is booked. About that, ${reachDesk(desk)}. Anything else?`,
      'limit',
      { asked: 'anything-else' },
    );
  }
  if (canCall(desk, 'create_follow_up_note'))
    return offerPerson(desk, "I'm sorry, I'm having trouble saving that, so nothing is booked. ", 'other');
  return say(
    `I'm sorry, I'm having trouble saving that, so nothing is booked. Please call ${deskNumber(memory)}, and an advisor will set it up or call you back. Anything else?`,
    'write-trouble',
    { asked: 'anything-else' },
  );
}

/** The next step of the booking that is under way. Looks at nothing but the desk; the caller's side questions come first elsewhere. */
export function nextBookingStep(desk: Desk): Plan {
  const { memory } = desk;
  const { draft } = memory;
  const failure = explainFailure(desk);
  if (failure) return failure;
  if (!memory.isKnown && !memory.isCreated && memory.phoneToCheck !== undefined)
    return askPerson(desk) ?? askNeed(desk);
  if (draft.service === undefined) return askNeed(desk);
  const vehicle = draftVehicle(memory);
  const isNamed = vehicle.year !== undefined && vehicle.make !== undefined && vehicle.model !== undefined;
  if (memory.vehicles.length > 1 && vehicle.make === undefined) return askWhichVehicle(desk);
  if (draft.day === undefined) return askDay(desk);
  const step = nextSlotStep(memory);
  switch (step.kind) {
    case 'look': {
      const { date, period, near } = step;
      if (canCall(desk, 'get_available_slots'))
        return call('get_available_slots', { date, service_type: draft.service, period, near });
      return say(`I can't look at the calendar just now. For a visit, ${reachDesk(desk)}.`, 'no-calendar', {
        asked: 'anything-else',
      });
    }
    case 'trouble':
      if (canCall(desk, 'create_follow_up_note')) {
        const opening = "I'm sorry, I'm having trouble with our calendar, so I can't book right now. ";
        return offerPerson(desk, opening, 'other');
      }
      return say(
        vary(memory, 'trouble', [
          `I'm sorry, I'm having trouble with our calendar, so I can't book right now. Please call ${deskNumber(memory)}, and an advisor will call you back with a time.`,
          `Our calendar is still out of reach for me, and nothing is booked. Someone at ${deskNumber(memory)} can help you or call you back.`,
        ]),
        'trouble',
        { asked: 'anything-else' },
      );
    case 'nothing':
      return say(
        vary(memory, 'no-slots', [
          "I can't find anything around that day. What other day could you come?",
          'There is nothing near that day, I am afraid. Which other day would do?',
        ]),
        'no-slots',
        { asked: 'day' },
      );
    case 'offer':
      return offerSlots(desk, step);
    case 'chosen': {
      const person = askPerson(desk);
      if (person) return person;
      if (!isNamed) return askVehicle(desk);
      const key = draftKey(memory, step.start);
      if (draft.consent === key) return write(desk, step.start);
      const asksChange =
        memory.asked === 'read-back' &&
        memory.turn.kind === 'words' &&
        memory.turn.isNo &&
        draft.readBack === key;
      if (asksChange)
        return say('All right, nothing is booked. What should I change?', 'change', { asked: 'change' });
      return readBack(desk, step.start);
    }
  }
}
