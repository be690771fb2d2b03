/** Notes the day and the time the caller wants, and which of the offered starts they take. */

import type { DateMention } from './dates.ts';
import type { Heard } from './listening.ts';
import type { Memory } from './memory.ts';
import { sayWeekday } from './saying.ts';

const SOONEST =
  /\b(as soon as possible|asap|soonest|first available|earliest (you|available|possible|appointment|opening|slot)|right away)\b/;

function setDay(memory: Memory, mention: DateMention): void {
  const { draft, turn } = memory;
  if (mention.isPast) {
    turn.hasPastDay = true;
    return;
  }
  const near = draft.day ?? draft.offered[0]?.slice(0, 10);
  // "Friday" again, when a certain Friday is being talked about, is that Friday.
  const offered = draft.offered
    .map((start) => start.slice(0, 10))
    .find((date) => sayWeekday(date) === sayWeekday(mention.date));
  const meant = near !== undefined && sayWeekday(near) === sayWeekday(mention.date) ? near : offered;
  const date = mention.isWeekdayOnly && meant !== undefined ? meant : mention.date;
  if (mention.or !== undefined) {
    draft.whichDay = [mention.date, mention.or];
    delete draft.day;
    return;
  }
  if (mention.isWeekdayOnly && draft.whichDay && sayWeekday(draft.whichDay[0]) === sayWeekday(mention.date))
    return;
  delete draft.whichDay;
  draft.day = date;
}

/** "the later one", "the first", when two days were named. */
function settleWhichDay(memory: Memory, heard: Heard): boolean {
  const { draft } = memory;
  if (!draft.whichDay || memory.asked !== 'which-day') return false;
  const isLater = /\b(later|after|second|following|next week|latter|other|week after)\b/.test(heard.plain);
  const isSooner = /\b(sooner|earlier|first|this (week|coming|one)|coming|former)\b/.test(heard.plain);
  if (isLater === isSooner) return false;
  draft.day = draft.whichDay[isLater ? 1 : 0];
  delete draft.whichDay;
  return true;
}

/** The offered start that the caller takes without naming a clock time. */
function pickOffered(memory: Memory, heard: Heard): string | undefined {
  const { offered } = memory.draft;
  if (memory.asked !== 'slot' || offered.length === 0 || heard.dates.some(({ isRejected }) => !isRejected))
    return undefined;
  if (/\b(any|some)thing (else )?(later|earlier|sooner)\b/.test(heard.plain)) return undefined;
  if (/\b(second|middle)( one)?\b/.test(heard.plain)) return offered[1];
  if (/\b(last|latest|later|latter)( one)?\b/.test(heard.plain))
    return heard.part === 'last' ? undefined : offered.at(-1);
  if (
    /\b(first|earlier|earliest|sooner|soonest)( one)?\b|\b(either|any of|whatever|whichever|you (pick|choose)|doesn't matter)\b/.test(
      heard.plain,
    )
  ) {
    return offered[0];
  }
  const hasOther = heard.part !== undefined && heard.part !== 'any';
  return heard.reply.isFirmYes && offered.length === 1 && !hasOther && heard.topics.length === 0
    ? offered[0]
    : undefined;
}

function noteClock(memory: Memory, heard: Heard, hasDay: boolean): boolean {
  const { draft } = memory;
  const taken = heard.times.findLast(({ isRejected }) => !isRejected);
  if (heard.times.some((mention) => mention.isRejected && mention.time === draft.time)) delete draft.time;
  if (taken) {
    draft.time = taken.time;
    delete draft.part;
    const offer = draft.offered.find((start) => start.slice(11) === taken.time);
    const offeredDay = (offer ?? draft.offered[0])?.slice(0, 10);
    if (!hasDay && offeredDay !== undefined && !draft.whichDay && memory.asked === 'slot')
      draft.day = offeredDay;
    return true;
  }
  if (heard.part === undefined || heard.topics.includes('hours')) return heard.times.length > 0;
  draft.part = heard.part;
  const isBeforeNoon = (draft.time ?? '') < '12:00';
  const keepsTime =
    heard.part === 'any' ||
    (heard.part === 'morning' ? isBeforeNoon : heard.part === 'afternoon' && !isBeforeNoon);
  if (!keepsTime) delete draft.time;
  return true;
}

/** Returns whether the turn said anything about when. */
export function noteTime(memory: Memory, heard: Heard): boolean {
  const { draft, turn } = memory;
  if (turn.topics.includes('hours')) return false;
  const picked = pickOffered(memory, heard);
  if (picked !== undefined && !heard.times.some(({ isRejected }) => !isRejected)) {
    draft.day = picked.slice(0, 10);
    draft.time = picked.slice(11);
    delete draft.whichDay;
    return true;
  }
  const named = heard.dates.filter(({ isRejected }) => !isRejected);
  if (heard.dates.some((mention) => mention.isRejected && mention.date === draft.day)) delete draft.day;
  const last = named.findLast(({ isPast }) => !isPast) ?? named.at(-1);
  if (last) setDay(memory, last);
  const settled = last === undefined && settleWhichDay(memory, heard);
  if (!last && draft.day === undefined && !draft.whichDay && SOONEST.test(heard.plain)) {
    draft.day = memory.context.today;
    draft.part = 'first';
  }
  const hasClock = noteClock(memory, heard, last !== undefined || settled);
  const isRefusal = memory.asked === 'slot' && turn.isNo && !last && !hasClock;
  if (isRefusal) {
    draft.offered = [];
    delete draft.time;
    delete draft.day;
  }
  if (last || hasClock) memory.wantsVisit = true;
  return heard.dates.length > 0 || hasClock || settled;
}
