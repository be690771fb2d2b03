/** Answers what is no part of booking: asking for a person, for what must be declined, or for what cannot be done here. */

import { call, canCall, type Desk, hangUp, type Plan, say } from './plan.ts';
import { isDeskOpen, offerPerson, putThrough, reachDesk } from './reaching-people.ts';
import type { Wish } from './wishes.ts';

/** Puts the caller through, or offers to, where that can be done; else says honestly that it cannot be. */
function toPerson(desk: Desk, reason: string, opening: string, isAsked: boolean): string | Plan {
  const { turn, transfer } = desk.memory;
  if (!canCall(desk, 'transfer_to_human') && !canCall(desk, 'create_follow_up_note')) {
    return `${opening}I can't put you through from here, but ${reachDesk(desk)}. An advisor can help you or call you back.`.trim();
  }
  const isNamed = turn.department !== 'service_advisor';
  const department = isNamed ? turn.department : (transfer?.department ?? 'service_advisor');
  return isAsked
    ? putThrough(desk, opening, reason, department)
    : offerPerson(desk, opening, reason, turn.department);
}

/** Does what can be done at once with one tool, and says so when that fails. */
function withTool(desk: Desk, tool: string, args: Record<string, unknown>, failure: string): Plan | string {
  const hasFailed = desk.memory.turn.failed?.tool === tool;
  return canCall(desk, tool) && !hasFailed ? call(tool, args) : failure;
}

/** A whole plan, or words to say before going on with what was open. */
export function answerWish(desk: Desk, wish: Wish): Plan | string {
  const { memory } = desk;
  switch (wish) {
    case 'wrong-number':
      return hangUp(
        desk,
        `No problem. This is the service line of ${memory.context.dealership}. Goodbye.`,
        'wrong_number',
      );
    case 'abuse':
      return memory.abuses > 1
        ? hangUp(desk, "I'm ending the call here. Goodbye.", 'abuse')
        : "I'd like to help you, but please keep it civil.";
    case 'instructions':
      return "I can't do that, but I'm glad to help with your car.";
    case 'robot':
      return `Yes, I'm the virtual assistant of ${memory.context.dealership}, not a person.`;
    case 'other-language':
      return 'Lo siento, solo hablo inglés. I can only help in English.';
    case 'others-data':
      return "I'm sorry, I can't share anything about other customers.";
    case 'warranty':
      return toPerson(
        desk,
        'warranty',
        "I can't say what a warranty or insurance pays for; an advisor has to look at that. ",
        false,
      );
    case 'discount':
      return canCall(desk, 'transfer_to_human') || canCall(desk, 'create_follow_up_note')
        ? toPerson(
            desk,
            'discount',
            "I can't promise discounts or match prices; an advisor can talk that over with you. ",
            false,
          )
        : "I can't promise discounts or match prices, but an advisor can talk that over with you.";
    case 'diagnosis':
      return toPerson(
        desk,
        'diagnosis',
        "I can't tell what's wrong from here; an advisor has to look at it. ",
        false,
      );
    case 'outside-number':
      return toPerson(
        desk,
        'person',
        "I can't put calls through to outside numbers, only to our own people. ",
        false,
      );
    case 'no-reminders':
      return withTool(
        desk,
        'update_contact_preferences',
        { receive_reminders: false },
        `I can't change that from here; ${reachDesk(desk)}.`,
      );
    case 'reminders':
      return `I can't change that from here; ${reachDesk(desk)}.`;
    case 'text':
      return memory.hasVisit
        ? withTool(
            desk,
            'send_sms_confirmation',
            { appointment: memory.visitToText },
            "I can't send a text right now.",
          )
        : 'Once there is a visit I can text its details, if you have a phone on file.';
    case 'existing-visit':
      return toPerson(
        desk,
        'other',
        "I can't see or change existing appointments in this conversation. ",
        false,
      );
    case 'car-status':
      return toPerson(desk, 'other', "I can't see from here how far the work on your car is. ", false);
    case 'other-department':
      return toPerson(desk, 'other', 'I only handle service visits. ', false);
    case 'angry':
      return toPerson(desk, 'angry', "I'm sorry about that. ", true);
    case 'call-back':
    case 'person':
      return toPerson(desk, memory.hasUnsafeCar ? 'safety' : (memory.transfer?.reason ?? 'person'), '', true);
    case 'repeat':
      return memory.lastText === ''
        ? ''
        : say(`I said: ${memory.lastText.replace(/^I said: /, '')}`, 'repeat', {
            ...(memory.asked === undefined || memory.isQuestionStale ? {} : { asked: memory.asked }),
          });
  }
}

/** The first sentence is safety; then help, where it can be given. */
export function answerUnsafe(desk: Desk): Plan | string {
  const warning = "Please don't drive it, that may not be safe; if you're in danger, call nine one one. ";
  if (canCall(desk, 'transfer_to_human') || canCall(desk, 'create_follow_up_note')) {
    const tow = isDeskOpen(desk.memory)
      ? 'An advisor can help with a tow. '
      : 'Your roadside assistance can tow it here. ';
    return toPerson(desk, 'safety', warning + tow, false);
  }
  return `${warning}For a tow, ${reachDesk(desk)}.`;
}
