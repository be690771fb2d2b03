/** Answers what is no part of booking: asking for a person, for what must be declined, or for what cannot be done here. */

import { z } from 'zod';
import { call, canCall, type Desk, deskNumber, hangUp, type Plan, say } from './plan.ts';
import { sayTime } from './saying.ts';
import type { Wish } from './wishes.ts';

const enums = z.object({
  properties: z.record(z.string(), z.object({ enum: z.array(z.string()).min(1) }).or(z.unknown())),
});

/** The first wanted value that the tool's schema allows; the last allowed one otherwise. */
function pickValue(desk: Desk, field: string, wanted: readonly string[]): string {
  const parameters = enums.safeParse(desk.tools.find(({ name }) => name === 'transfer_to_human')?.parameters);
  const property = z
    .object({ enum: z.array(z.string()).min(1) })
    .safeParse(parameters.data?.properties[field]);
  if (!property.success) return wanted[0] ?? '';
  return wanted.find((value) => property.data.enum.includes(value)) ?? property.data.enum.at(-1) ?? '';
}

const REASONS: Readonly<Record<string, readonly string[]>> = {
  person: ['caller_request', 'requested', 'customer_request', 'other'],
  angry: ['angry', 'complaint', 'upset', 'caller_request', 'other'],
  warranty: ['warranty', 'warranty_question', 'complex', 'other'],
  safety: ['safety', 'unsafe', 'unsafe_vehicle', 'complex', 'other'],
  trouble: ['tool_failure', 'system_trouble', 'technical', 'complex', 'other'],
  other: ['other', 'complex', 'caller_request'],
};

export function transferCall(desk: Desk, reason: string, department = 'service_advisor'): Plan {
  return call('transfer_to_human', {
    department: pickValue(desk, 'department', [department, 'service_advisor', 'service', 'advisor']),
    reason: pickValue(desk, 'reason', REASONS[reason] ?? ['other']),
    summary: desk.memory.summary.slice(0, 300),
  });
}

/** Where to reach people, with today's hours. */
export function reachDesk({ memory }: Desk): string {
  const today = memory.context.days.find(({ date }) => date === memory.context.today);
  const isOpen = today?.open !== undefined && today.close !== undefined && memory.context.now < today.close;
  const next = isOpen
    ? undefined
    : memory.context.days.find(({ date, open }) => open !== undefined && date > memory.context.today);
  const hours = isOpen
    ? `, today until ${sayTime(today.close ?? '18:00')}`
    : next?.open
      ? `; it's closed now and opens again at ${sayTime(next.open)}`
      : '';
  return `the service desk is at ${deskNumber(memory)}${hours}`;
}

/** Puts the caller through, or offers to, where that can be done; else says honestly that it cannot be. */
function toPerson(desk: Desk, reason: string, opening: string, isAsked: boolean): string | Plan {
  if (!canCall(desk, 'transfer_to_human')) {
    return `${opening}I can't put you through from here, but ${reachDesk(desk)}. An advisor can help you or call you back.`.trim();
  }
  if (isAsked) return transferCall(desk, reason);
  return say(`${opening}Shall I put you through to an advisor?`, `transfer-${reason}`, {
    asked: 'transfer',
    transfer: { department: 'service_advisor', reason },
  });
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
      return "I can't promise discounts or match prices, but an advisor can talk that over with you.";
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
  if (canCall(desk, 'transfer_to_human')) return toPerson(desk, 'safety', warning, false);
  return `${warning}For a tow, ${reachDesk(desk)}.`;
}
