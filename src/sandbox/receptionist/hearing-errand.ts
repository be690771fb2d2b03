/** Notes what the caller wants of a visit made before this call: which one, what with it, and when instead. */

import {
  beginErrand,
  chosenVisit,
  type Errand,
  moveKey,
  readCancelReason,
  readErrandKind,
  sayStays,
  type Visit,
} from './errands.ts';
import { noteTime } from './hearing-time.ts';
import type { Heard } from './listening.ts';
import { freshDraft, type Memory } from './memory.ts';
import { nearestCode } from './services.ts';
import { squash } from './vehicles.ts';

const DROPS =
  /\b(leave (it|everything|that|them|things)|never ?mind|forget (it|about it|that)|keep (it|that|them|the (appointment|time|old)|my (appointment|time))|don't (cancel|move|change)|stays? (as|where|the same|put)|as it is|don't bother)\b/;

/** A visit is named by a number that we gave nobody: "appointment number 17". The number is taken out of the words. */
const NUMBERED =
  /\b(appointments?|booking|visit|reservation|cancel|move|reschedule|change|confirm)(\s+(?:is\s+)?(?:number|id|no\.?)\s+#?|\s+#)[\w-]+/i;

export const namesNumber = (text: string): boolean => NUMBERED.test(text);
export const withoutNumber = (text: string): string => text.replace(NUMBERED, '$1');

/** Words after which a day is the one that the visit has now. */
const OLD_DAY =
  /\b(from|my|(appointment|visit|booking|inspection|change|rotation|service)( is| was| that)?( on| for)?( the| this| next)?|(it|that) is on|(can't|cannot|won't) make (it|that)( on)?|the one( on)?|scheduled (on|for))$/;

/** The turn without the days that only say which visit is meant. */
function withoutOldDays(heard: Heard): { heard: Heard; old: string[] } {
  const isOld = ({ from }: { from: number }) =>
    from > 0 && OLD_DAY.test(heard.words.slice(Math.max(0, from - 5), from).join(' '));
  const old = heard.dates.filter(isOld).map(({ date }) => date);
  return { heard: { ...heard, dates: heard.dates.filter((mention) => !isOld(mention)) }, old };
}

/** The one visit that the words point to. */
function pointedVisit(
  visits: readonly Visit[],
  heard: Heard,
  old: readonly string[],
  isAsked: boolean,
): Visit | undefined {
  const codes = new Set(heard.services.map(({ code }) => code));
  const model = heard.vehicle?.model;
  const fits = visits.filter(
    (visit) =>
      (codes.size === 0 || codes.has(visit.serviceCode)) &&
      (model === undefined || squash(visit.vehicle).includes(squash(model))) &&
      (old.length === 0 || old.includes(visit.start.slice(0, 10))),
  );
  const isNamed = codes.size > 0 || model !== undefined || old.length > 0;
  if (isNamed && fits.length === 1) return fits[0];
  if (!isAsked) return undefined;
  const days = heard.dates.map(({ date }) => date);
  const onDay = visits.filter(({ start }) => days.includes(start.slice(0, 10)));
  if (onDay.length === 1) return onDay[0];
  if (visits.length === 1 && heard.reply.isFirmYes && !heard.reply.isNo) return visits[0];
  if (/\b(first|earlier|former|sooner)\b/.test(heard.plain)) return visits[0];
  return /\b(second|later|latter|last|other)\b/.test(heard.plain) ? visits.at(-1) : undefined;
}

/** The draft finds free times for the visit's own service. */
function settleVisit(memory: Memory): void {
  const visit = memory.errand && chosenVisit(memory.errand);
  if (!visit) return;
  const codes = memory.context.services.map(({ code }) => code);
  memory.draft.service = nearestCode(visit.serviceCode, codes);
}

/** Begins an errand, or turns the one there is to what is wanted now. */
export function startErrand(memory: Memory, heard: Heard): void {
  const kind = heard.wish === 'reminders' ? 'reminders' : readErrandKind(heard.plain);
  if (!memory.errand) {
    memory.errand = beginErrand(kind);
    memory.draft = freshDraft();
  } else if (memory.errand.kind !== kind && kind !== 'see') turnTo(memory.errand, kind);
}

function turnTo(errand: Errand, kind: Errand['kind']): void {
  errand.kind = kind;
  errand.failures = 0;
  errand.isCancelSure = false;
}

function drop(memory: Memory, errand: Errand): void {
  const visit = chosenVisit(errand);
  memory.turn.news.push(`All right. ${visit ? sayStays(visit) : 'Nothing is changed.'}`);
  delete memory.errand;
  memory.draft = freshDraft();
}

/** Answers to "would you rather move it?" and "why?". */
function noteCancelling(memory: Memory, errand: Errand, heard: Heard): void {
  const { asked, isQuestionStale, turn } = memory;
  const saysCancel = /\bcancel\w*\b/.test(heard.plain);
  if (asked === 'cancel-reason' && errand.isCancelSure && !isQuestionStale) {
    errand.reason = readCancelReason(heard.plain) ?? 'other';
    return;
  }
  if (/\b(because|since|sold|elsewhere|can't make|came up|out of town|sick|went away)\b/.test(heard.plain))
    errand.reason = readCancelReason(heard.plain) ?? 'other';
  if (asked !== 'move-instead' || isQuestionStale) return;
  if (saysCancel || turn.isNo) errand.isCancelSure = true;
  else if (turn.isYes || heard.dates.length > 0) turnTo(errand, 'move');
}

/** Takes a turn during an errand. Returns whether it spoke of a time, or undefined when the errand was over before it. */
export function noteErrand(memory: Memory, errand: Errand, all: Heard): { time: boolean } | undefined {
  const { turn, asked } = memory;
  const { heard, old } = withoutOldDays(all);
  const isSeen = errand.kind === 'see' && asked === 'anything-else';
  const explicit = readErrandKind(heard.plain);
  const isUnproved = !memory.identity.isVerified;
  const declines = (asked === 'transfer' || asked === 'call-back') && turn.isNo && !memory.isQuestionStale;
  if (DROPS.test(heard.plain) || (declines && explicit === 'see')) {
    drop(memory, errand);
    return { time: false };
  }
  if (isSeen && explicit === 'see') {
    delete memory.errand;
    memory.draft = freshDraft();
    return undefined;
  }
  const isAnswer = asked === 'cancel-reason' || asked === 'move-instead';
  if (explicit !== 'see' && explicit !== errand.kind && !isAnswer && !(explicit === 'confirm' && isUnproved))
    turnTo(errand, explicit);
  if (errand.kind === 'cancel') noteCancelling(memory, errand, heard);
  if (turn.namesNumber) {
    errand.isNumbered = true;
    delete errand.visit;
  } else if (errand.visits) {
    const visit = pointedVisit(errand.visits, all, old, asked === 'which-visit');
    if (visit) errand.visit = visit.id;
    else if (asked === 'which-visit' && turn.isNo && errand.visits.length === 1) {
      drop(memory, errand);
      return { time: false };
    }
  } else noteHints(errand, all, old);
  settleVisit(memory);
  const isAboutTime = errand.kind === 'move' && asked !== 'which-visit';
  const hadVisit = memory.wantsVisit;
  const time = isAboutTime && noteTime(memory, asked === 'full-day' ? asSlot(memory, heard) : heard);
  memory.wantsVisit = hadVisit;
  if (asked === 'full-day' && turn.isNo && !time) drop(memory, errand);
  turn.asksUnproved =
    isUnproved &&
    memory.identity.tried.length > 0 &&
    /\b(tell me|when (is|was|it)|what time|which day)\b/.test(heard.plain);
  turn.asksOracle = isUnproved && ORACLE.test(heard.plain);
  return { time };
}

const ORACLE =
  /\b(which (part|one|bit|of (it|them))|(is|was|were|did i (get|have)) (the |my )?(year|month|day|date|birthday|street|address|zip|number|vin)\b.*\b(right|correct|wrong|off|match\w*)?|what (is|was|did i get) wrong|how close|am i close|what do you have on file|(the )?(year|month|day|street) (is |was )?(right|wrong|off))\b/;

/** "No" to another day is no "no" to a time. */
function asSlot(memory: Memory, heard: Heard): Heard {
  memory.draft.offered = [];
  return heard;
}

/** Before the visits are known, what was said of them is kept for when they are. */
function noteHints(errand: Errand, heard: Heard, old: readonly string[]): void {
  const model = heard.vehicle?.model;
  const codes = heard.services.map(({ code }) => code);
  if (codes.length > 0 || model !== undefined || old.length > 0) {
    errand.hints = { codes, days: [...old], ...(model === undefined ? {} : { model }) };
  }
}

/** The visits as looked up, and the one that was named before. */
export function noteVisits(memory: Memory, errand: Errand, visits: Visit[]): void {
  errand.visits = visits;
  const { hints } = errand;
  const fits = visits.filter(
    (visit) =>
      hints !== undefined &&
      (hints.codes.length === 0 || hints.codes.includes(visit.serviceCode)) &&
      (hints.model === undefined || squash(visit.vehicle).includes(squash(hints.model))) &&
      (hints.days.length === 0 || hints.days.includes(visit.start.slice(0, 10))),
  );
  const [fit] = fits;
  if (fit && fits.length === 1 && !errand.isNumbered && visits.length > 1) errand.visit = fit.id;
  if (visits.length === 0) {
    memory.turn.news.push("I don't see an upcoming visit for you.");
    delete memory.errand;
    memory.draft = freshDraft();
    return;
  }
  settleVisit(memory);
}

/** A firm yes to exactly the move that was read back. */
export function noteMoveConsent(memory: Memory, heard: Heard, start: string | undefined): void {
  const visit = memory.errand && chosenVisit(memory.errand);
  if (memory.asked !== 'move-check' || !visit || start === undefined) return;
  const key = moveKey(visit, start);
  const strays = heard.wish !== undefined || heard.isUnsafe || heard.topics.length > 0;
  if (heard.reply.isFirmYes && !strays && memory.draft.readBack === key) memory.draft.consent = key;
}
