/** Decides what to say or do next, from all that is known. */

import { nextBookingStep } from './booking.ts';
import { answerTopics } from './business-answers.ts';
import { nextCallBackStep } from './call-backs.ts';
import { nextErrandStep } from './errand-steps.ts';
import { factKey, type Memory } from './memory.ts';
import { call, canCall, type Desk, deskNumber, hangUp, type Plan, say, vary } from './plan.ts';
import { putThrough, reachDesk } from './reaching-people.ts';
import { answerUnsafe, answerWish } from './wish-answers.ts';

function answerSilence(desk: Desk): Plan {
  const { memory } = desk;
  if (memory.silences > 2) {
    return hangUp(
      desk,
      "I can't hear you, so I'll let you go. Please call us back any time. Goodbye.",
      'no_input',
    );
  }
  return say(memory.silences > 1 ? 'Hello, can you hear me?' : 'Are you still there?', 'silence');
}

/** Leave-taking ends the call, unless the caller goes on to something or still owes an answer that a "no" fits. */
function isLeaving(memory: Memory): boolean {
  const { turn, asked } = memory;
  if (turn.kind !== 'words' || turn.topics.length > 0 || memory.draft.consent !== undefined) return false;
  if (memory.callBack || turn.news.length > 0) return false;
  const isOpen = asked === 'anything-else' || asked === undefined || asked === 'need';
  if (turn.isBye && !turn.isYes) return true;
  if (turn.isBye) return isOpen || (memory.hasVisit && !memory.errand);
  return asked === 'anything-else' && (turn.isNo || turn.isThanks) && !turn.took.time && !turn.took.service;
}

const isBooking = ({ draft, wantsVisit }: Memory) =>
  wantsVisit && (draft.service !== undefined || draft.day !== undefined);

function sayGoodbye(desk: Desk): Plan {
  const { memory } = desk;
  const name = memory.context.dealership;
  if (memory.hasVisit)
    return hangUp(desk, `Thank you for calling ${name}, we'll see you then. Goodbye.`, 'completed');
  if (isBooking(memory))
    return hangUp(desk, 'All right, nothing is booked. Thank you for calling, goodbye.', 'caller_request');
  return hangUp(desk, `Thank you for calling ${name}. Goodbye.`, 'completed');
}

/** A text is offered once, right after there is something to text. */
function canText(desk: Desk): boolean {
  const { memory } = desk;
  const isNew = memory.turn.hasBooked || (memory.hasVisit && memory.turn.news.length > 0);
  return isNew && memory.said['text-offer'] === undefined && canCall(desk, 'send_sms_confirmation');
}

function askAnythingElse(desk: Desk): Plan {
  const { memory } = desk;
  const wordings = [
    'Is there anything else I can help with?',
    'What else can I do for you?',
    'Anything else?',
  ] as const;
  if (canText(desk))
    return say(
      `I can text you the details if you like. ${vary(memory, 'anything-else', wordings)}`,
      'anything-else',
      {
        asked: 'anything-else',
        told: ['text-offer'],
      },
    );
  return say(vary(memory, 'anything-else', wordings), 'anything-else', { asked: 'anything-else' });
}

/** Looks up what the facts of the call do not answer: the hours of a day far off, ways to get about. */
function lookUpFact(desk: Desk): Plan | undefined {
  const { context, facts, turn } = desk.memory;
  if (!canCall(desk, 'get_service_info') || turn.failed?.tool === 'get_service_info') return undefined;
  const far = turn.topics.includes('hours')
    ? turn.topicDays.find((date) => !context.days.some((day) => day.date === date))
    : undefined;
  const wanted: [string, string | null][] = [
    ...(far === undefined ? [] : [['hours', far] satisfies [string, string]]),
    ...(turn.topics.includes('transport') ? [['transport', null] satisfies [string, null]] : []),
  ];
  const next = wanted.find(([topic, date]) => facts[factKey(topic, date)] === undefined);
  return next && call('get_service_info', { topic: next[0], service_type: null, date: next[1] });
}

/** A VIN that was told is looked up once; one that does not check out is asked about once. */
function checkVin(desk: Desk): Plan | undefined {
  const { memory } = desk;
  if (
    memory.vinToCheck !== undefined &&
    canCall(desk, 'decode_vin') &&
    memory.turn.failed?.tool !== 'decode_vin'
  )
    return call('decode_vin', { vin: memory.vinToCheck });
  if (memory.vinSuggested === undefined) return undefined;
  const spelled = memory.vinSuggested.slice(-8).split('').join(' ');
  return say(`Does that VIN end in ${spelled}?`, 'vin', { asked: 'vin' });
}

/** What happens once the side questions are answered. */
function goOn(desk: Desk): Plan {
  const { memory } = desk;
  const { turn, transfer } = memory;
  if (memory.asked === 'transfer' && transfer && turn.kind === 'words' && !memory.callBack) {
    const goesOn =
      turn.took.time ||
      turn.took.service ||
      turn.topics.length > 0 ||
      memory.errand !== undefined ||
      memory.callBack !== undefined ||
      turn.news.length > 0;
    const isOther = turn.took.time || turn.took.service;
    if (turn.isYes && !isOther && canCall(desk, 'transfer_to_human'))
      return putThrough(desk, '', transfer.reason, transfer.department);
    if (!turn.isNo && !goesOn && !memory.hasUnsafeCar) {
      return say(
        vary(memory, 'transfer-again', [
          'Shall I put you through to an advisor about that?',
          'Would you like me to connect you with an advisor?',
        ]),
        'transfer-again',
        { asked: 'transfer' },
      );
    }
    if (!turn.isNo && !goesOn) {
      return say(
        vary(memory, 'transfer-unsafe', [
          'Please leave it parked. Shall I put you through to an advisor about a tow?',
          'Would you like an advisor to arrange getting it here?',
        ]),
        'transfer-unsafe',
        { asked: 'transfer' },
      );
    }
  }
  if (memory.callBack) return nextCallBackStep(desk, memory.callBack);
  if (memory.errand) return nextErrandStep(desk, memory.errand);
  const vin = checkVin(desk);
  if (vin) return vin;
  const hasEnded = memory.booked.length > 0 || memory.asked === 'anything-else' || turn.topics.length > 0;
  if (memory.asked === 'anything-else' && turn.isYes && !isBooking(memory)) {
    return say(vary(memory, 'what-else', ['What else can I do for you?', 'Sure, what is it?']), 'what-else', {
      asked: 'need',
    });
  }
  const isDone =
    hasEnded ||
    turn.news.length > 0 ||
    memory.asked === 'call-back' ||
    (turn.wish !== undefined && !/^(robot|instructions|abuse|other-language)$/.test(turn.wish));
  if (!memory.wantsVisit && turn.topicService !== undefined && memory.said['visit'] === undefined) {
    return say('Shall I find you a time for that?', 'visit', { asked: 'visit' });
  }
  const hasNoDraft = !memory.wantsVisit || (turn.news.length > 0 && memory.draft.service === undefined);
  if (hasNoDraft && isDone) return askAnythingElse(desk);
  const isDropped =
    turn.isNo &&
    turn.wordCount <= 5 &&
    !Object.values(turn.took).some(Boolean) &&
    turn.topics.length === 0 &&
    turn.wish === undefined;
  if (isDropped && (memory.asked === 'visit' || memory.asked === 'day' || memory.asked === 'need')) {
    return askAnythingElse(desk);
  }
  return nextBookingStep(desk);
}

function answerTransfer(desk: Desk): Plan | undefined {
  const { memory } = desk;
  if (memory.turn.isTransferred) return say('Please stay on the line.', 'transferred');
  if (memory.turn.failed?.tool !== 'transfer_to_human' && !memory.turn.isTransferRefused) return undefined;
  if (canCall(desk, 'create_follow_up_note')) {
    return say(
      "I'm sorry, nobody could take the call just now. Shall I have an advisor call you back?",
      'transfer-refused',
      { asked: 'call-back' },
    );
  }
  return say(
    `I'm sorry, nobody is available to take the call right now. An advisor can help or call you back later: ${reachDesk(desk)}. Anything else?`,
    'transfer-refused',
    { asked: 'anything-else' },
  );
}

/** What opens the reply: the known caller's name once, an answer, an apology, or the news of the booking. */
function openReply(desk: Desk, wish: string, isAskedAgain: boolean): string[] {
  const { memory } = desk;
  const { turn } = memory;
  const opening: string[] = [];
  if (memory.isKnown && memory.firstName && !memory.isGreeted && memory.turns === 1)
    opening.push(`Hi ${memory.firstName}.`);
  if (turn.hasBooked) opening.push(`You're booked for ${memory.booked.at(-1) ?? ''}.`);
  opening.push(...turn.news);
  if (wish !== '') opening.push(wish);
  const answer = answerTopics(memory);
  if (answer && !turn.hasBooked) opening.push(answer);
  const isAside = (turn.took.person || turn.took.vehicle) && !turn.took.time && !turn.took.service;
  if (isAside && isAskedAgain && !turn.hasBadNumber && !answer && wish === '')
    opening.push(vary(memory, 'noted', ['Got it, thank you.', 'Thanks, noted.', 'Thank you.']));
  if (turn.kind === 'keys') opening.push("I can't use the keypad here, please just tell me.");
  if (turn.kind === 'words' && !turn.isUnderstood) {
    opening.push(
      memory.misses > 1
        ? vary(memory, 'misses', [
            `I'm still not following, I'm sorry. The desk at ${deskNumber(memory)} can help too, or I can book a visit.`,
            `I don't understand that either. You can call ${deskNumber(memory)}, or tell me what the car needs.`,
          ])
        : vary(memory, 'miss', [
            "Sorry, I didn't catch that.",
            "I'm sorry, I didn't understand.",
            "Sorry, that didn't come through.",
          ]),
    );
  }
  return opening;
}

/** The plan for the reply that is due now. Pure: saying the same thing twice is avoided by what memory has counted. */
export function decide(desk: Desk): Plan {
  const { memory } = desk;
  const { turn } = memory;
  if (turn.kind === 'none') {
    return say(
      `Thanks for calling ${memory.context.dealership}, this is the virtual assistant. How can I help?`,
      'greeting',
      { asked: 'need' },
    );
  }
  if (turn.kind === 'silence') return answerSilence(desk);
  const transferred = answerTransfer(desk);
  if (transferred) return transferred;
  let wish = '';
  if (turn.isUnsafe) {
    const answer = answerUnsafe(desk);
    if (typeof answer !== 'string') return answer;
    wish = answer;
  } else if (turn.wish !== undefined && !turn.hasBooked) {
    const answer = answerWish(desk, turn.wish);
    if (typeof answer !== 'string') return answer;
    wish = answer;
  } else if (isLeaving(memory)) return sayGoodbye(desk);
  const fact = lookUpFact(desk);
  if (fact) return fact;
  const next = turn.hasBooked ? askAnythingElse(desk) : goOn(desk);
  if (next.toolCalls.length > 0) return next;
  const isAskedAgain = next.asked !== undefined && next.asked === memory.asked;
  const opening = turn.isUnsafe
    ? [wish, ...openReply(desk, '', isAskedAgain)]
    : openReply(desk, wish, isAskedAgain);
  return { ...next, told: [...(next.told ?? []), 'noted'], text: [...opening, next.text].join(' ').trim() };
}
