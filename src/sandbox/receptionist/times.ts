/** Reads the times of day a caller names: clock times, and looser wishes such as "early" or "after lunch". */

import { readCardinal } from './numbers.ts';
import { USED } from './words.ts';

export interface TimeMention {
  /** HH:MM on the 24-hour clock; a bare hour from 1 to 6 is taken as afternoon, as no service desk opens earlier. */
  time: string;
  isRejected: boolean;
  from: number;
  to: number;
}

/** A part of the day, or an end of it; `any`: the caller leaves it to us. */
export type Part = 'morning' | 'afternoon' | 'first' | 'last' | 'noon' | 'after-lunch' | 'any';

const ASKS_FOR_TIME =
  /^(at|around|about|by|say|maybe|for|make|like|take|after|before|till|until|from|not|or|to)$/;
const CONFIRMS_TIME =
  /^(works?|is|good|great|fine|sharp|ish|then|please|would|sounds|perfect|yeah|yes|on|thanks|tomorrow|today|or|okay|ok)$/;
const COUNTS_SOMETHING =
  /^(weeks?|days?|hours?|minutes?|mins?|months?|years?|hundred|thousand|k|miles?|doors?|cylinders?|dollars?|bucks|people|cars|vehicles|things?|more|one|of|liters?|other|times?|questions?|services?)$/;
const NAMES_A_ONE =
  /^(that|this|which|first|second|third|last|no|the|other|another|any|some|every|only|new|old|older|newer|earlier|later)$/;
const FILLERS =
  /^(um|uh|oh|okay|ok|yeah|yes|well|let's|do|i|i'll|can|we|you|take|the|please|then|say|maybe|how|so|and|no|sorry|it|actually|a|good|sure|great|just|\.)$/;

const pad = (n: number) => String(n).padStart(2, '0');

/** Minutes after the hour, beginning at `at`: "thirty", "oh five", "45". */
function readMinutes(words: readonly string[], at: number): { value: number; end: number } | undefined {
  const word = words[at];
  if ((word === 'oh' || word === 'o') && words[at + 1] !== undefined) {
    const low = readCardinal(words, at + 1);
    return low && low.value > 0 && low.value < 10 ? low : undefined;
  }
  const minutes = readCardinal(words, at);
  return minutes && minutes.value >= 10 && minutes.value < 60 ? minutes : undefined;
}

interface Clock {
  hour: number;
  minute: number;
  end: number;
  /** Said in a way that can only be a time. */
  isPlain: boolean;
}

function readClock(words: readonly string[], at: number): Clock | undefined {
  const word = words[at] ?? '';
  if (word === 'noon' || word === 'midday') return { hour: 12, minute: 0, end: at + 1, isPlain: true };
  const past = /^(half|quarter|ten|twenty|five) (past|after|to|till|of)$/.exec(
    words.slice(at, at + 2).join(' '),
  );
  if (past) {
    const hour = readCardinal(words, at + 2);
    const minutes = past[1] === 'half' ? 30 : past[1] === 'quarter' ? 15 : readCardinal(words, at)?.value;
    if (hour && minutes !== undefined && hour.value >= 1 && hour.value <= 12) {
      const isTo = past[2] !== 'past' && past[2] !== 'after';
      if (!isTo) return { hour: hour.value, minute: minutes, end: hour.end, isPlain: true };
      return {
        hour: hour.value === 1 ? 12 : hour.value - 1,
        minute: 60 - minutes,
        end: hour.end,
        isPlain: true,
      };
    }
  }
  const colon = /^(\d{1,2}):(\d{2})$/.exec(word);
  if (colon && Number(colon[1]) < 24 && Number(colon[2]) < 60) {
    return { hour: Number(colon[1]), minute: Number(colon[2]), end: at + 1, isPlain: true };
  }
  const run = /^(\d{1,2})([0-5]\d)$/.exec(word);
  if (run && Number(run[1]) >= 1 && Number(run[1]) <= 12) {
    return { hour: Number(run[1]), minute: Number(run[2]), end: at + 1, isPlain: false };
  }
  const hour = word === 'oh' || word === 'zero' ? undefined : readCardinal(words, at);
  if (!hour || hour.end !== at + 1 || hour.value < 1 || hour.value > 12) return undefined;
  const minutes = readMinutes(words, hour.end);
  if (minutes) return { hour: hour.value, minute: minutes.value, end: minutes.end, isPlain: true };
  return { hour: hour.value, minute: 0, end: hour.end, isPlain: words[hour.end] === 'oclock' };
}

/** Whether a number with no other mark of a time stands where a time would stand. */
function looksLikeTime(words: readonly string[], clock: Clock, at: number, isExpected: boolean): boolean {
  const before = words[at - 1] ?? '.';
  const after = words[clock.end] ?? '.';
  if (COUNTS_SOMETHING.test(after) || /^\d/.test(after) || readCardinal(words, clock.end)) return false;
  if (words[at] === 'one' && NAMES_A_ONE.test(before)) return false;
  if (ASKS_FOR_TIME.test(before) && before !== 'for' && before !== 'like') return true;
  const others = words.filter(
    (word, i) => (i < at || i >= clock.end) && word !== USED && !FILLERS.test(word),
  );
  if (isExpected && (CONFIRMS_TIME.test(after) || after === '.' || after === USED)) return true;
  if (words[at] !== 'one' && CONFIRMS_TIME.test(after)) return true;
  return others.length === 0 && (isExpected || words[at] !== 'one' || before !== '.');
}

function meridiemAfter(words: readonly string[], at: number): { isAfternoon?: boolean; end: number } {
  const start = words[at] === 'oclock' ? at + 1 : at;
  if (words[start] === 'am' || words[start] === 'pm')
    return { isAfternoon: words[start] === 'pm', end: start + 1 };
  const part = /^in the (morning|afternoon|evening)/.exec(words.slice(start, start + 3).join(' '))?.[1];
  return part ? { isAfternoon: part !== 'morning', end: start + 3 } : { end: start };
}

function onTwentyFourHours(clock: Clock, isAfternoon: boolean | undefined): string {
  const { hour } = clock;
  const later = isAfternoon ?? (hour < 7 || hour === 12);
  const resolved = hour > 12 ? hour : later ? (hour % 12) + 12 : hour % 12;
  return `${pad(resolved)}:${pad(clock.minute)}`;
}

const REJECTED_AFTER =
  /^(is |are )?(doesn't|does not|won't|will not|isn't|not) (work|good|do|possible)|^(is )?(no good|too (late|early))\b/;

/** Every clock time named, in the order said. `isExpected`: a time was asked for, so a bare number may be one. */
export function readTimes(words: readonly string[], isExpected = false): TimeMention[] {
  const mentions: TimeMention[] = [];
  for (let at = 0; at < words.length; ) {
    const clock = readClock(words, at);
    const meridiem = clock && meridiemAfter(words, clock.end);
    const isTime =
      clock &&
      (clock.isPlain || meridiem?.isAfternoon !== undefined || looksLikeTime(words, clock, at, isExpected));
    if (!clock || !meridiem || !isTime) {
      at += 1;
      continue;
    }
    const before = words[at - 1] === 'at' ? words[at - 2] : words[at - 1];
    mentions.push({
      time: onTwentyFourHours(clock, meridiem.isAfternoon),
      isRejected:
        before === 'not' || REJECTED_AFTER.test(words.slice(meridiem.end, meridiem.end + 4).join(' ')),
      from: at,
      to: meridiem.end,
    });
    at = meridiem.end;
  }
  return mentions;
}

const PARTS: readonly [RegExp, Part][] = [
  [
    /\b(end of (the )?(business )?day|latest|last (thing|slot|appointment|one of the day)|late in the day|after work|closing time|late afternoon|evening|(any|some)thing (else )?later)\b/,
    'last',
  ],
  [
    /\b(early|earliest|first thing|soonest|first (available|appointment|slot|opening)|when you open|right when you open|(any|some)thing (else )?(earlier|sooner))\b/,
    'first',
  ],
  [/\bafter lunch\b/, 'after-lunch'],
  [/\b(lunch ?time|around lunch|over lunch|middle of the day)\b/, 'noon'],
  [
    /\b(any ?time|whenever|doesn't matter|does not matter|don't care|up to you|you (pick|choose)|no preference|either (is|one|works)|whatever)\b/,
    'any',
  ],
  [/(?<!\bgood )\bmornings?\b|\bbefore lunch\b/, 'morning'],
  [/(?<!\bgood )\bafternoons?\b/, 'afternoon'],
];

/** The part of the day wished for, when no clock time is named. */
export function readPart(text: string): Part | undefined {
  return PARTS.find(([pattern]) => pattern.test(text))?.[1];
}
