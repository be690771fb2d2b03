/** Puts callers through to a person, or offers what there is instead: a call-back, or the desk's number. */

import { z } from 'zod';
import type { Memory } from './memory.ts';
import { call, canCall, type Desk, deskNumber, type Plan, say, vary } from './plan.ts';
import { sayTime, sayWeekday } from './saying.ts';

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
  person: ['caller_request', 'other'],
  angry: ['angry', 'complaint', 'caller_request', 'other'],
  complaint: ['complaint', 'angry', 'caller_request', 'other'],
  warranty: ['warranty_or_insurance', 'warranty', 'other'],
  discount: ['discount', 'other'],
  diagnosis: ['complex_diagnosis', 'complex', 'other'],
  safety: ['safety', 'other'],
  other: ['other', 'caller_request'],
};

const DESKS: Readonly<Record<string, string>> = {
  service_manager: 'the service manager',
  sales: 'our sales desk',
  parts: 'our parts desk',
};

/** The department asked for by name; an advisor otherwise. */
export function readDepartment(plain: string): string {
  if (/\b(manager|supervisor|boss)\b/.test(plain)) return 'service_manager';
  if (/\bparts\b/.test(plain)) return 'parts';
  return /\b(sales|buy(ing)?|test drive)\b/.test(plain) ? 'sales' : 'service_advisor';
}

const PUTTING_THROUGH = "I'm putting you through to";

/** The words are heard while the line is switched, so they come in the same answer. */
function transferCall(desk: Desk, reason: string, department = 'service_advisor', opening = ''): Plan {
  const args = {
    department: pickValue(desk, 'department', [department, 'service_advisor', 'service']),
    reason: pickValue(desk, 'reason', REASONS[reason] ?? ['other']),
    summary: desk.memory.summary.slice(0, 300) || 'The caller asked for a person.',
  };
  const whom = DESKS[args.department] ?? 'a service advisor';
  return {
    ...call('transfer_to_human', args),
    text: `${opening}${PUTTING_THROUGH} ${whom}.`,
  };
}

export function isDeskOpen({ context }: Memory): boolean {
  const today = context.days.find(({ date }) => date === context.today);
  if (!today) return true;
  return (
    today.open !== undefined &&
    today.close !== undefined &&
    context.now >= today.open &&
    context.now < today.close
  );
}

/** "it's closed now and opens again on Friday at eight in the morning". */
function sayNextOpening({ context }: Memory): string {
  const today = context.days.find(({ date }) => date === context.today);
  const isLater = today?.open !== undefined && context.now < today.open;
  const next = isLater
    ? today
    : context.days.find(({ date, open }) => open !== undefined && date > context.today);
  if (!next?.open) return "it's closed now";
  const day = isLater ? 'today' : `on ${sayWeekday(next.date)}`;
  return `it's closed now and opens again ${day} at ${sayTime(next.open)}`;
}

/** Where to reach people, with today's hours. */
export function reachDesk({ memory }: Desk): string {
  const { context } = memory;
  const today = context.days.find(({ date }) => date === context.today);
  const hours = isDeskOpen(memory)
    ? today?.close === undefined
      ? ''
      : `, today until ${sayTime(today.close)}`
    : `; ${sayNextOpening(memory)}`;
  return `the service desk is at ${deskNumber(memory)}${hours}`;
}

/** Offers a person, a call-back, or at least the desk's number, whichever there is. */
export function offerPerson(
  desk: Desk,
  opening: string,
  reason: string,
  department = 'service_advisor',
): Plan {
  const { memory } = desk;
  const canNote = canCall(desk, 'create_follow_up_note');
  const isOpen = isDeskOpen(memory);
  if (canCall(desk, 'transfer_to_human') && (isOpen || !canNote)) {
    const orNote = canNote ? ', or have someone call you back' : '';
    const wordings = [
      `Shall I put you through to an advisor${orNote}?`,
      `Would you like me to connect you with an advisor${orNote}?`,
    ] as const;
    return say(opening + vary(memory, 'offer-person', wordings), 'offer-person', {
      asked: 'transfer',
      transfer: { department, reason },
    });
  }
  if (canNote) {
    const closed = isOpen ? '' : `Nobody is at the service desk, ${sayNextOpening(memory)}. `;
    const wordings = [
      'Shall I have an advisor call you back?',
      'Would you like an advisor to call you back?',
    ] as const;
    return say(opening + closed + vary(memory, 'offer-call-back', wordings), 'offer-call-back', {
      asked: 'call-back',
    });
  }
  return say(
    `${opening}I can't put you through from here, but ${reachDesk(desk)}. An advisor can help you or call you back.`,
    'reach-desk',
    { asked: 'anything-else' },
  );
}

/** Puts the caller through who asked for it, or says what can be done instead. */
export function putThrough(
  desk: Desk,
  opening: string,
  reason: string,
  department = 'service_advisor',
): Plan {
  const isUseless = !isDeskOpen(desk.memory) && canCall(desk, 'create_follow_up_note');
  if (canCall(desk, 'transfer_to_human') && !isUseless)
    return transferCall(desk, reason, department, opening);
  return offerPerson(desk, opening, reason, department);
}
