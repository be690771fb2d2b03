/** Takes the next step of moving, cancelling, confirming or telling a visit made before this call. */

import { offerSlots } from './asking.ts';
import { sayDay } from './business-answers.ts';
import { chosenVisit, type Errand, moveKey, sayStays, type Visit } from './errands.ts';
import type { Memory } from './memory.ts';
import { call, canCall, type Desk, type Plan, say, vary } from './plan.ts';
import { proveIdentity } from './proving.ts';
import { offerPerson, reachDesk } from './reaching-people.ts';
import { sayChoice, sayTime, sayWhen } from './saying.ts';
import { nextSlotStep } from './slots.ts';

const sayVisit = ({ service, vehicle }: Visit): string =>
  vehicle === '' ? service : `${service} for the ${vehicle}`;

export function nextErrandStep(desk: Desk, errand: Errand): Plan {
  const { memory } = desk;
  if (!memory.identity.isVerified) return proveIdentity(desk);
  if (errand.kind === 'reminders') {
    return canCall(desk, 'update_contact_preferences') && errand.failures === 0
      ? call('update_contact_preferences', { receive_reminders: true })
      : offerPerson(desk, "I couldn't change that. ", 'other');
  }
  if (!errand.visits) {
    return errand.failures < 2 && canCall(desk, 'get_upcoming_appointments')
      ? call('get_upcoming_appointments', {})
      : offerPerson(
          desk,
          "I'm sorry, I can't see our appointments right now, so nothing is changed. ",
          'other',
        );
  }
  const visit = chosenVisit(errand);
  if (!visit) return askWhich(desk, errand.visits, errand);
  if (errand.failures > 0) {
    return offerPerson(
      desk,
      `I'm sorry, that didn't work, so nothing is changed. ${sayStays(visit)} `,
      'other',
    );
  }
  switch (errand.kind) {
    case 'move':
      return nextMoveStep(desk, visit);
    case 'cancel':
      return nextCancelStep(desk, errand, visit);
    case 'confirm':
      return canCall(desk, 'confirm_appointment')
        ? call('confirm_appointment', { appointment: visit.id })
        : tell(memory, visit);
    case 'see':
      return tell(memory, visit);
  }
}

function tell(memory: Memory, visit: Visit): Plan {
  return say(
    `Your ${sayVisit(visit)} is on ${sayWhen(visit.start)}. ${vary(memory, 'seen', ['Anything else?', 'Is there anything else?'])}`,
    'seen',
    { asked: 'anything-else' },
  );
}

function askWhich(desk: Desk, visits: readonly Visit[], { kind, isNumbered }: Errand): Plan {
  const { memory } = desk;
  const names = visits.map((visit) => `${sayVisit(visit)} on ${sayWhen(visit.start)}`);
  if (kind === 'see') {
    return say(`I see your ${names.join(', and your ')}. Anything else?`, 'seen', {
      asked: 'anything-else',
    });
  }
  const opening = isNumbered ? "I can't go by a number, and I only see your own visits. " : '';
  const [only = ''] = names;
  const wordings =
    visits.length === 1
      ? ([
          `There is only your ${only}. Is that the one?`,
          `The only one I see is your ${only}. Do you mean that one?`,
        ] as const)
      : ([`Which one: your ${sayChoice(names)}?`, `Do you mean your ${sayChoice(names)}?`] as const);
  return say(opening + vary(memory, 'which-visit', wordings), 'which-visit', { asked: 'which-visit' });
}

function nextCancelStep(desk: Desk, errand: Errand, visit: Visit): Plan {
  const { memory } = desk;
  if (!canCall(desk, 'cancel_appointment'))
    return offerPerson(desk, `I can't cancel it from here. ${sayStays(visit)} `, 'other');
  if (!errand.isCancelSure) {
    const wordings = [
      `That's your ${sayVisit(visit)}, ${sayWhen(visit.start)}. Would you like to move it to another day instead?`,
      `To be sure: shall I move your ${visit.service} to another day rather than cancel it?`,
    ] as const;
    return say(vary(memory, 'move-instead', wordings), 'move-instead', { asked: 'move-instead' });
  }
  if (errand.reason === undefined && memory.said['cancel-reason'] === undefined) {
    return say('All right. May I ask why you need to cancel?', 'cancel-reason', { asked: 'cancel-reason' });
  }
  return call('cancel_appointment', { appointment: visit.id, reason: errand.reason ?? 'other' });
}

function nextMoveStep(desk: Desk, visit: Visit): Plan {
  const { memory } = desk;
  const { draft, turn } = memory;
  if (!canCall(desk, 'reschedule_appointment'))
    return offerPerson(desk, `I can't move it from here. ${sayStays(visit)} `, 'other');
  if (draft.day === undefined) return askNewDay(desk, visit);
  const step = nextSlotStep(memory);
  switch (step.kind) {
    case 'look': {
      // Nothing is looked up beyond the day asked for: the visit has a time already.
      if (step.date !== draft.day) return sayFull(desk, visit);
      const { date, period, near } = step;
      if (canCall(desk, 'get_available_slots'))
        return call('get_available_slots', { date, service_type: draft.service, period, near });
      return say(
        `I can't look at the calendar just now. ${sayStays(visit)} For a change, ${reachDesk(desk)}.`,
        'no-calendar',
        { asked: 'anything-else' },
      );
    }
    case 'trouble':
      return offerPerson(desk, `I'm having trouble with our calendar. ${sayStays(visit)} `, 'other');
    case 'nothing':
      return sayFull(desk, visit);
    case 'offer':
      if (step.passedOver.length > 0) return sayFull(desk, visit);
      return offerSlots(desk, step);
    case 'chosen': {
      const key = moveKey(visit, step.start);
      if (draft.consent === key)
        return call('reschedule_appointment', { appointment: visit.id, new_datetime: step.start });
      if (memory.asked === 'move-check' && turn.kind === 'words' && turn.isNo && draft.readBack === key)
        return say(`All right, nothing is changed. What day or time would suit you instead?`, 'change-move', {
          asked: 'day',
        });
      const wordings = [
        `So instead of ${sayWhen(visit.start)}, your ${visit.service} would be on ${sayWhen(step.start)}. Shall I change it?`,
        `Let me read that back: your ${visit.service}, now on ${sayWhen(step.start)}. Shall I make that change?`,
      ] as const;
      return say(vary(memory, 'move-check', wordings), 'move-check', {
        asked: 'move-check',
        readBack: { key, start: step.start },
      });
    }
  }
}

function askNewDay(desk: Desk, visit: Visit): Plan {
  const { memory } = desk;
  const { whichDay } = memory.draft;
  if (whichDay) {
    const [one, two] = whichDay.map((date) => sayDay(memory, date));
    const wordings = [`Do you mean ${one}, or ${two}?`, `Which of the two: ${one}, or ${two}?`] as const;
    return say(vary(memory, 'which-day', wordings), 'which-day', { asked: 'which-day' });
  }
  const opening = memory.turn.hasPastDay ? 'That day has already passed. ' : '';
  const wordings = [
    `Your ${sayVisit(visit)} is on ${sayWhen(visit.start)}. What day would you like instead?`,
    `Which day would suit you better than ${sayWhen(visit.start)}?`,
    `It stays on ${sayWhen(visit.start)} until we find another time. What day shall I look at?`,
  ] as const;
  return say(opening + vary(memory, 'new-day', wordings), 'new-day', { asked: 'day' });
}

/** The day asked for has nothing; the visit keeps its time, and says so. */
function sayFull(desk: Desk, visit: Visit): Plan {
  const { memory } = desk;
  const date = memory.draft.day ?? memory.context.today;
  const day = sayDay(memory, date);
  const on = day === 'today' || day.startsWith('tomorrow') ? day : `on ${day}`;
  const known = memory.context.days.find((other) => other.date === date);
  const why =
    known && known.open === undefined
      ? `We're closed ${on}${known.reason === undefined ? '' : `, for ${known.reason}`}.`
      : `I have nothing open ${on}, it's full.`;
  const wordings = [
    `${why} ${sayStays(visit)} Would another day work?`,
    `I'm sorry, ${day} has no openings. It stays on ${sayWhen(visit.start)}; which other day shall I look at, if any?`,
    `There is still nothing ${on}. Shall I leave your visit at ${sayTime(visit.start.slice(11))} on ${sayDay(memory, visit.start.slice(0, 10))}, or look at another day?`,
  ] as const;
  return say(vary(memory, 'full-day', wordings), 'full-day', { asked: 'full-day' });
}
