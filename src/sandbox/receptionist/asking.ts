/** Words the questions of a booking: what, which vehicle, when, who, and the read-back. */

import { sayDay, sayVehicle, sayYear } from './business-answers.ts';
import { draftKey, draftVehicle, type Memory } from './memory.ts';
import { type Desk, type Plan, say, vary } from './plan.ts';
import { sayChoice, sayPhone, sayTime, sayWhen, withArticle } from './saying.ts';
import type { SlotStep } from './slots.ts';

function serviceName(memory: Memory): string {
  const { service } = memory.draft;
  if (service === 'other') return 'service visit';
  return memory.context.services.find(({ code }) => code === service)?.name ?? 'service visit';
}

const asSentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

export function askNeed({ memory }: Desk): Plan {
  const wordings = [
    'What can we do for your car?',
    'What would you like done? It can be an oil change, brakes, a noise, anything.',
    "Tell me what the car needs, and I'll find you a time.",
  ] as const;
  return say(vary(memory, 'need', wordings), 'need', { asked: 'need' });
}

export function askWhichVehicle({ memory }: Desk): Plan {
  const names = memory.vehicles.map(({ make, model }) => `the ${make} ${model}`);
  const wordings = [
    `Is it ${sayChoice(names)}?`,
    `Which vehicle would you bring: ${sayChoice(names)}?`,
    `I need to know which one is coming in: ${sayChoice(names)}?`,
  ] as const;
  return say(vary(memory, 'which-vehicle', wordings), 'which-vehicle', { asked: 'which-vehicle' });
}

export function askVehicle({ memory }: Desk): Plan {
  const { year, make, model } = draftVehicle(memory);
  if (make !== undefined && model !== undefined) {
    const wordings = [
      `What year is the ${make} ${model}?`,
      `Which model year is your ${model}, please?`,
    ] as const;
    return say(vary(memory, 'vehicle-year', wordings), 'vehicle-year', { asked: 'vehicle' });
  }
  if (make !== undefined) {
    const wordings = [
      `Which ${make} is it, what model and year?`,
      `What model is the ${make}, and what year?`,
    ] as const;
    return say(vary(memory, 'vehicle-model', wordings), 'vehicle-model', { asked: 'vehicle' });
  }
  const which = year === undefined ? '' : `${sayYear(year)} `;
  const wordings = [
    `What ${which === '' ? 'year, make and model' : `make and model`} is your ${which}car?`,
    `Which ${which}car will you bring? Year, make and model, like a twenty twenty Toyota Camry.`,
    `I still need the ${which}car's make and model, and the year.`,
  ] as const;
  return say(vary(memory, 'vehicle', wordings), 'vehicle', { asked: 'vehicle' });
}

export function askDay({ memory }: Desk): Plan {
  const { whichDay } = memory.draft;
  if (whichDay) {
    const [one, two] = whichDay.map((date) => sayDay(memory, date));
    const wordings = [`Do you mean ${one}, or ${two}?`, `Which of the two: ${one}, or ${two}?`] as const;
    return say(vary(memory, 'which-day', wordings), 'which-day', { asked: 'which-day' });
  }
  const service = withArticle(serviceName(memory));
  const opening = memory.turn.hasPastDay ? 'That day has already passed. ' : '';
  const wordings = [
    `What day would you like to come in for ${service}?`,
    'Which day suits you best, and is morning or afternoon better?',
    'What day should I look at for you?',
  ] as const;
  return say(opening + vary(memory, 'day', wordings), 'day', { asked: 'day' });
}

function sayPassedOver(memory: Memory, step: Extract<SlotStep, { kind: 'offer' }>): string {
  const [first] = step.passedOver;
  if (!first) return '';
  const day = sayDay(memory, first.date);
  if (first.isClosed)
    return `We're closed ${day === 'today' ? '' : 'on '}${day}${first.reason ? `, for ${first.reason}` : ''}. `.replace(
      'on tomorrow',
      'tomorrow',
    );
  return `I have nothing open ${day === 'today' ? 'any more today' : `on ${day}`}, it's full. `.replace(
    'on tomorrow',
    'tomorrow',
  );
}

export function offerSlots({ memory }: Desk, step: Extract<SlotStep, { kind: 'offer' }>): Plan {
  const date = step.starts[0]?.slice(0, 10) ?? '';
  const times = sayChoice(step.starts.map((start) => sayTime(start.slice(11)))).replace(
    / in the (morning|afternoon)(?=.* in the \1)/g,
    '',
  );
  const { missed } = step;
  const why =
    missed?.why === 'late'
      ? `The latest I can start ${withArticle(serviceName(memory))} that day is ${sayTime(step.latestStart ?? '')}. `
      : missed?.why === 'gone'
        ? `I'm sorry, ${sayTime(missed.start.slice(11))} was just taken. `
        : missed
          ? `I'm sorry, ${sayTime(missed.start.slice(11))} isn't available. `
          : '';
  const remark = sayPassedOver(memory, step) || why;
  const opening = memory.said[remark] === undefined ? remark : '';
  const day = sayDay(memory, date);
  const on = day === 'today' || day.startsWith('tomorrow') ? day : `on ${day}`;
  const wordings: readonly [string, string, string] =
    step.starts.length === 1
      ? [
          `Would ${times} ${on} work?`,
          `I have ${times} ${on}, shall we take that?`,
          `The time I have ${on} is ${times}, is that good for you?`,
        ]
      : [
          `${asSentence(on)}, I have ${times}, which suits you?`,
          `Would ${times} ${on} suit you?`,
          `The times I have ${on} are ${times.replace(/ or (?=[^,]*$)/, ' and ')}, which would you like?`,
        ];
  return say(opening + vary(memory, 'slot', wordings), 'slot', {
    asked: 'slot',
    offered: step.starts,
    ...(remark === '' ? {} : { told: [remark] }),
  });
}

export function askPerson({ memory }: Desk): Plan | undefined {
  if (memory.isKnown || memory.isCreated) return undefined;
  if (memory.phoneToCheck !== undefined) {
    const number = sayPhone(memory.phoneToCheck);
    const wordings = [
      `I have ${number}, is that right?`,
      `Let me check the number: ${number}. Is it correct?`,
    ] as const;
    return say(vary(memory, 'phone-check', wordings), 'phone-check', { asked: 'phone-check' });
  }
  if (memory.first === undefined || memory.last === undefined) {
    const missing = memory.first === undefined ? 'first and last name' : 'last name';
    const wordings = [
      `What's your ${missing}? Please spell the last name.`,
      `I need your ${missing} for the booking, the last name letter by letter.`,
      `Whose name shall I put it under? Your ${missing}, please.`,
    ] as const;
    return say(vary(memory, 'name', wordings), 'name', { asked: 'name' });
  }
  if (memory.phone !== undefined) return undefined;
  const hasRefused = memory.asked === 'contact' && memory.turn.isNo;
  if (memory.context.caller === 'new' && memory.asked !== 'phone' && !hasRefused) {
    const email =
      memory.email === undefined && memory.said['contact'] === undefined
        ? " You can add an e-mail address if you'd like."
        : '';
    const wordings = [
      `Is the number you're calling from a good one to reach you?${email}`,
      `May we reach you at the number you're calling from?`,
    ] as const;
    return say(vary(memory, 'contact', wordings), 'contact', { asked: 'contact' });
  }
  const email =
    memory.email === undefined && memory.said['phone'] === undefined && memory.said['contact'] === undefined
      ? ' An e-mail address is welcome too.'
      : '';
  const wordings = [
    `What number can we reach you at, area code first?${email}`,
    'Which phone number should I note? All ten digits, please.',
    'I need a number with its area code, ten digits in all.',
  ] as const;
  const remark = memory.turn.hasBadNumber ? "That isn't a full number. " : '';
  return say(remark + vary(memory, 'phone', wordings), 'phone', { asked: 'phone' });
}

export function readBack({ memory }: Desk, start: string): Plan {
  const name = memory.isKnown || memory.isCreated ? '' : `, under ${memory.first ?? ''} ${memory.last ?? ''}`;
  const draft = `${sayWhen(start)}, ${withArticle(serviceName(memory))} for your ${sayVehicle(memory)}${name}`;
  const wordings = [
    `So that's ${draft}. Shall I book it?`,
    `Let me read that back: ${draft}. Is that right?`,
    `I have ${draft}. May I book that for you?`,
  ] as const;
  return say(vary(memory, 'read-back', wordings), 'read-back', {
    asked: 'read-back',
    readBack: { key: draftKey(memory, start), start },
  });
}
