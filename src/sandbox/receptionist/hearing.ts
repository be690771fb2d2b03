/** Lets a caller's turn change what is known: the last statement wins. */

import { noteCallBack } from './call-backs.ts';
import { ERRAND_TOOLS } from './errands.ts';
import { namesNumber, noteErrand, noteMoveConsent, startErrand, withoutNumber } from './hearing-errand.ts';
import { notePerson, noteName as notePersonName } from './hearing-person.ts';
import { noteTime } from './hearing-time.ts';
import { noteVehicle } from './hearing-vehicle.ts';
import { isProofExpected, noteProof } from './identity.ts';
import { type Heard, listen } from './listening.ts';
import { draftKey, freshTurn, type Memory } from './memory.ts';
import { readDepartment } from './reaching-people.ts';
import { sayWeekday } from './saying.ts';
import { nearestCode } from './services.ts';
import { chosenStart } from './slots.ts';
import { isRemark, wantsVisit } from './wishes.ts';

const CONCERN_LENGTH = 300;
/** Of the caller's words, for a note or the person who takes over. */
const MOST_SUMMARY = 400;

/** A note in brackets that the agent puts where a caller's words would be. */
const NOTE = /\[[^\]]*\]/g;

function noteService(memory: Memory, heard: Heard): boolean {
  const { draft, context, turn } = memory;
  const [mention, ...more] = heard.services;
  if (!mention) return false;
  const codes = context.services.map(({ code }) => code);
  const code = nearestCode(mention.code, codes);
  const asksOnly = heard.topics.some(
    (topic) => topic === 'price' || topic === 'duration' || topic === 'menu',
  );
  if (asksOnly) {
    turn.topicService = code;
    memory.mentioned = code;
    if (draft.service !== undefined || !wantsVisit(heard.plain)) return true;
  }
  const words = heard.text.trim().slice(0, CONCERN_LENGTH);
  const isAddition = /\b(also|as well|plus|too|while (it's|you're|i'm) (there|at it))\b/.test(heard.plain);
  const isAboutSame =
    draft.service !== undefined && (mention.isConcern || isAddition) && memory.asked !== 'change';
  if (isAboutSame && code !== draft.service) {
    draft.concern =
      draft.concern === undefined ? words : `${draft.concern} / ${words}`.slice(0, CONCERN_LENGTH);
    return true;
  }
  if (code !== draft.service) {
    draft.service = code;
    delete draft.concern;
  }
  if (mention.isConcern || more.some((other) => other.code !== mention.code) || code === 'other')
    draft.concern ??= words;
  memory.wantsVisit = true;
  return true;
}

/** A need that no list knows, told when the need was asked for: the advisor gets it in the caller's words. */
function noteUnlistedNeed(memory: Memory, heard: Heard): boolean {
  const tells =
    /\b(my|the|it|something|there) .*\b(is|are|keeps|has|doing|making|acting|came|fell|feels|looks|won't|doesn't|wrong|problem|issue)\b|\b(need|want|replace|install) .*\b(new|replaced|installed|looked at|checked)\b/.test(
      heard.plain,
    );
  const isOpen =
    (memory.asked === 'need' || memory.turns === 1) &&
    memory.draft.service === undefined &&
    !heard.reply.isNo;
  const isOther = heard.topics.length > 0 || heard.wish !== undefined || heard.words.length < 4;
  const isPersonal = heard.name !== undefined || heard.email !== undefined || heard.phone !== undefined;
  if (!isOpen || isOther || !tells || isPersonal) return false;
  memory.draft.service = nearestCode(
    'other',
    memory.context.services.map(({ code }) => code),
  );
  memory.draft.concern = heard.text.trim().slice(0, CONCERN_LENGTH);
  memory.wantsVisit = true;
  return true;
}

function noteConsent(memory: Memory, heard: Heard): void {
  const start = chosenStart(memory);
  noteMoveConsent(memory, heard, start);
  if (memory.asked !== 'read-back' || start === undefined) return;
  const key = draftKey(memory, start);
  const asksFirst = heard.topics.length > 0 && !/^(yes|yeah|yep)\b/.test(heard.plain);
  const strays = heard.wish !== undefined || heard.isUnsafe || asksFirst;
  if (heard.reply.isFirmYes && !strays && memory.draft.readBack === key) memory.draft.consent = key;
}

/** "[silence]", "[The caller pressed 1]", or what was heard of an interrupted reply. */
function hearNote(memory: Memory, note: string): void {
  if (/^\[silence/i.test(note)) memory.turn = freshTurn('silence');
  else if (/pressed/i.test(note)) memory.turn = freshTurn('keys');
  else if (NOBODY.test(note)) hearNobody(memory);
  else {
    const readBackDay = /\d{4}-\d\d-\d\d/.exec(memory.draft.readBack ?? '')?.[0];
    const heard = /"([\s\S]*)"/.exec(note)?.[1];
    if (readBackDay && heard !== undefined && !heard.includes(sayWeekday(readBackDay)))
      delete memory.draft.readBack;
    memory.turn = { ...freshTurn('note') };
  }
}

const NOBODY = /\b(nobody|no one)\b.*\b(take|took|answer\w*|pick\w*|available)\b/i;

/** Whether words that are not ours say that a transfer came to nothing. */
export const saysNobody = (text: string): boolean => NOBODY.test(text);

/** A transfer came to nothing: a call-back is offered. */
export function hearNobody(memory: Memory): void {
  memory.turn = { ...freshTurn('note'), isTransferRefused: true };
  memory.asked = memory.offers.has('create_follow_up_note') ? 'call-back' : 'anything-else';
  memory.isQuestionStale = false;
}

/** A yes to "Are you still there?" says nothing about what was asked before. */
function withoutStaleYes(memory: Memory, heard: Heard): Heard {
  if (!memory.isQuestionStale) return heard;
  return { ...heard, reply: { ...heard.reply, isYes: false, isFirmYes: false } };
}

/** Lets what was said change what is known of a booking, or of a visit made before. */
function take(memory: Memory, heard: Heard, isPersonal: boolean): Memory['turn']['took'] {
  const errand = memory.errand && noteErrand(memory, memory.errand, heard);
  if (errand)
    return { service: false, vehicle: false, person: notePersonName(memory, heard), time: errand.time };
  return {
    service: noteService(memory, heard) || noteUnlistedNeed(memory, heard),
    vehicle: noteVehicle(memory, heard),
    person: isPersonal ? false : notePerson(memory, heard),
    time: noteTime(memory, heard),
  };
}

export function hear(memory: Memory, content: string): void {
  const notes = content.match(NOTE) ?? [];
  for (const note of notes) hearNote(memory, note);
  const text = content.replace(NOTE, ' ').trim();
  if (text === '') {
    if (notes.length === 0) memory.turn = freshTurn('silence');
    if (memory.turn.kind === 'silence') memory.silences += 1;
    return;
  }
  memory.silences = 0;
  memory.turns += 1;
  memory.turn = freshTurn('words');
  const { turn } = memory;
  // Agreement counts for the turn it is given in; whatever is said next has to be agreed to anew.
  delete memory.draft.consent;
  const isLastMissing = memory.first !== undefined && memory.last === undefined;
  const listened = listen(
    withoutNumber(text),
    memory.context,
    memory.asked,
    isLastMissing,
    isProofExpected(memory),
  );
  const heard = withoutStaleYes(memory, listened);
  const isProof = heard.birthDate !== undefined || heard.vin !== undefined || heard.address !== undefined;
  // What proves who somebody is goes into no note and no summary.
  if (!isProof) memory.summary = `${memory.summary} ${text}`.trim().slice(-MOST_SUMMARY);
  turn.topics = /\bjust wanted\b/.test(heard.plain) ? [] : heard.topics;
  if (heard.wish) turn.wish = heard.wish;
  turn.isUnsafe = heard.isUnsafe;
  turn.wordCount = heard.words.length;
  turn.isYes = heard.reply.isYes;
  turn.isNo = heard.reply.isNo;
  turn.isThanks = heard.reply.isThanks;
  turn.isBye = heard.reply.isBye;
  turn.isFirmYes = heard.reply.isFirmYes;
  turn.namesNumber = namesNumber(text);
  turn.department = readDepartment(heard.plain);
  continueTopic(memory, heard);
  const isTextWanted =
    memory.asked === 'anything-else' &&
    (memory.said['text-offer'] ?? 0) > 0 &&
    memory.hasVisit &&
    turn.isYes &&
    !turn.isNo &&
    !turn.isBye &&
    turn.wordCount <= 5;
  if (isTextWanted && turn.wish === undefined) turn.wish = 'text';
  if (turn.wish === 'person' && heard.phone) turn.wish = 'outside-number';
  if (turn.wish === 'angry') memory.isAngry = true;
  const wantsMove = /\b(change|move|push|cancel|make) (it|that|the time|the day)\b/.test(heard.plain);
  if (wantsMove && memory.booked.length > 0 && memory.draft.service === undefined && !memory.errand)
    turn.wish = 'existing-visit';
  if (memory.identity.isLocked) delete memory.errand;
  const canRunErrands = ERRAND_TOOLS.every((tool) => memory.offers.has(tool));
  if (canRunErrands && (turn.wish === 'existing-visit' || turn.wish === 'reminders')) {
    startErrand(memory, heard);
    delete turn.wish;
  }
  if (noteCallBack(memory, heard)) {
    if (turn.wish === 'call-back') delete turn.wish;
    delete memory.errand;
    notePersonName(memory, heard);
    turn.topics = [];
    memory.misses = 0;
    return;
  }
  const isProved = noteProof(memory, heard);

  turn.took = take(memory, heard, turn.wish === 'outside-number');
  if (memory.asked === 'vin' && memory.vinSuggested !== undefined) {
    if (heard.reply.isFirmYes) {
      memory.vinToCheck = memory.vinSuggested;
      memory.draft.vin = memory.vinSuggested;
    }
    delete memory.vinSuggested;
  }
  const took = Object.values(turn.took).some(Boolean);
  // What failed before is tried again once the caller wants something anew.
  if (took) memory.draft.lookups = memory.draft.lookups.filter(({ error }) => error === undefined);
  if (heard.transport) memory.draft.transport = heard.transport;
  if (wantsVisit(heard.plain) && !memory.errand && turn.news.length === 0) memory.wantsVisit = true;
  const takesMentioned =
    turn.took.time || wantsVisit(heard.plain) || (memory.asked === 'visit' && turn.isYes);
  if (memory.mentioned !== undefined && memory.draft.service === undefined && takesMentioned) {
    memory.draft.service = memory.mentioned;
    memory.wantsVisit = true;
  }
  if (heard.isUnsafe) {
    memory.hasUnsafeCar = true;
    const codes = memory.context.services.map(({ code }) => code);
    memory.draft.service ??= nearestCode('engine_diagnostics', codes);
    memory.draft.concern ??= text.slice(0, CONCERN_LENGTH);
  }
  if (turn.wish === 'abuse') memory.abuses += 1;
  noteConsent(memory, heard);
  const isAnswered =
    turn.isYes || turn.isNo || turn.isBye || turn.isThanks || turn.wish !== undefined || turn.isUnsafe;
  const isOther =
    listened.reply.isYes !== heard.reply.isYes ||
    heard.transport !== undefined ||
    heard.part !== undefined ||
    isRemark(heard.plain) ||
    isProved ||
    memory.errand !== undefined ||
    turn.news.length > 0 ||
    wantsVisit(heard.plain);
  turn.isUnderstood = took || isAnswered || isOther || turn.topics.length > 0;
  memory.misses = turn.isUnderstood ? 0 : memory.misses + 1;
}

/** "And Saturday?" after a question about hours asks for hours again. Days asked about are no days to come. */
function continueTopic(memory: Memory, heard: Heard): void {
  const { turn } = memory;
  const goesOn =
    memory.lastTopic === 'hours' &&
    !memory.wantsVisit &&
    heard.dates.length > 0 &&
    heard.services.length === 0 &&
    turn.topics.length === 0;
  if (goesOn) turn.topics = ['hours'];
  if (turn.topics.includes('hours')) turn.topicDays = heard.dates.map(({ date }) => date);
  if (turn.topics.length > 0) memory.lastTopic = turn.topics[0] ?? 'hours';
  else if (heard.services.length > 0) delete memory.lastTopic;
}
