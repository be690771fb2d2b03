/** Arranges a call-back: whom to call, when it suits, and the note for the advisor. */

import type { Heard } from './listening.ts';
import type { Memory } from './memory.ts';
import { call, canCall, type Desk, type Plan, say, vary } from './plan.ts';
import { reachDesk } from './reaching-people.ts';
import { sayPhone } from './saying.ts';

export interface CallBack {
  /** +1 and ten digits; null: the number the caller is calling from. */
  phone?: string | null;
  /** In the caller's own words. */
  time?: string;
  /** Writing the note failed. */
  hasFailed: boolean;
}

const LONGEST_TIME = 120;

const saysWhen = ({ dates, times, part, plain }: Heard): boolean =>
  dates.length > 0 ||
  times.length > 0 ||
  part !== undefined ||
  /\b(any ?time|whenever|today|later|soon|as soon as|now|evening|lunch)\b/.test(plain);

function begin(memory: Memory, heard: Heard): void {
  const phone = heard.phone?.phone ?? (memory.context.caller === 'withheld' ? memory.phone : null);
  memory.callBack = {
    ...(phone === undefined ? {} : { phone }),
    ...(saysWhen(heard) ? { time: heard.text.trim().slice(0, LONGEST_TIME) } : {}),
    hasFailed: false,
  };
}

/** Takes a turn about a call-back; returns whether it was one, so that nothing else is read into it. */
export function noteCallBack(memory: Memory, heard: Heard): boolean {
  const { callBack, asked } = memory;
  const isWished = heard.wish === 'call-back';
  if (!memory.offers.has('create_follow_up_note')) return false;
  if (!callBack) {
    const isAccepted = asked === 'call-back' && (heard.reply.isYes || (saysWhen(heard) && !heard.reply.isNo));
    if (!isWished && !isAccepted) return false;
    begin(memory, heard);
    return true;
  }
  const isOurs = asked === 'call-back-time' || asked === 'call-back-phone';
  const isDropped =
    heard.reply.isNo &&
    heard.reply.isHold === false &&
    /\b(never ?mind|forget|no thanks|don't)\b/.test(heard.plain);
  if (!isOurs || isDropped || (heard.wish !== undefined && !isWished)) {
    delete memory.callBack;
    return isDropped;
  }
  if (heard.phone?.phone) callBack.phone = heard.phone.phone;
  else if (asked === 'call-back-phone') {
    memory.turn.hasBadNumber = heard.phone !== undefined;
    return true;
  } else if (heard.reply.isNo && /\b(number|wrong|incorrect)\b/.test(heard.plain)) delete callBack.phone;
  const words = heard.phone ? '' : heard.text.trim();
  if (asked === 'call-back-time' && words !== '' && callBack.phone !== undefined)
    callBack.time = words.slice(0, LONGEST_TIME);
  return true;
}

/** The next step of the call-back that is being arranged. */
export function nextCallBackStep(desk: Desk, callBack: CallBack): Plan {
  const { memory } = desk;
  if (callBack.hasFailed || !canCall(desk, 'create_follow_up_note')) {
    return say(
      `I'm sorry, I couldn't save that note, so please don't wait for a call: ${reachDesk(desk)}. Anything else?`,
      'note-trouble',
      { asked: 'anything-else' },
    );
  }
  if (callBack.phone === undefined) {
    const remark = memory.turn.hasBadNumber ? "That isn't a full number. " : '';
    const wordings = [
      'Sure. What number should we call, area code first?',
      'Which number shall we call? All ten digits, please.',
    ] as const;
    return say(remark + vary(memory, 'call-back-phone', wordings), 'call-back-phone', {
      asked: 'call-back-phone',
    });
  }
  if (callBack.time === undefined) {
    const where = callBack.phone === null ? "the number you're calling from" : `${sayPhone(callBack.phone)}`;
    const wordings = [
      `An advisor can call you back at ${where}. When is a good time?`,
      'What time of day suits you for the call?',
    ] as const;
    return say(vary(memory, 'call-back-time', wordings), 'call-back-time', { asked: 'call-back-time' });
  }
  const name = [memory.first, memory.last].filter((part) => part !== undefined).join(' ');
  return call('create_follow_up_note', {
    note: `${name === '' ? 'The caller' : name} asks for a call back. In their words: "${memory.summary}". Best time: "${callBack.time}".`,
    category: memory.hasUnsafeCar ? 'safety' : memory.isAngry ? 'complaint' : 'callback',
    callback_number: callBack.phone,
    priority: memory.hasUnsafeCar ? 'urgent' : memory.isAngry ? 'high' : 'normal',
    appointment: null,
  });
}
