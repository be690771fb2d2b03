/** Keeps the model from saying that something is booked, moved or cancelled before it is: such a sentence is held back and an honest one said. */
import { breakAfter, type Word } from '../speech/sentence-ends.ts';
import { type ClaimKind, findTrigger, isClaim, kindOf, type Sentence } from './claim-grammar.ts';
import type { CallSession } from './session.ts';

/** Whether what happened in the call bears the claim out. */
export function mayClaim({ done, appointmentId, appointments }: CallSession, kind: ClaimKind): boolean {
  const isBooked = appointmentId !== null || done.some((act) => act !== 'cancelled');
  switch (kind) {
    case 'booked':
      return isBooked;
    case 'standing':
      return isBooked || appointments.length > 0;
    case 'moved':
    case 'cancelled':
      return done.includes(kind);
  }
}

export interface ClaimFilter {
  /** Takes words as they stream in; returns what of the reply may be said now. Holds back from a trigger word to the end of its sentence. */
  push(text: string): string;
  /**
   * The words are over; returns what is left of them. `isWriting`: the model asks for the booking or the change in the
   * same breath, so a claim at the end was only early and the write's own answer takes its place.
   */
  end(options?: { isWriting?: boolean }): string;
  /** A false claim has been replaced since the filter was made. */
  readonly hasCorrected: boolean;
}

interface HeldWord extends Word {
  /** With the white space after it, as far as that has come. */
  raw: string;
}

/** `isTrue` is asked at each claim: what has been done in the call may be said. */
export function createClaimFilter(isTrue: (kind: ClaimKind) => boolean): ClaimFilter {
  /** The last word, until white space shows that it is whole. */
  let partial = '';
  /** Words of the sentence that have been passed on already, and the one before them while it may still belong to it. */
  let passed: HeldWord[] = [];
  let held: HeldWord[] = [];
  /** The honest sentence, said when it is clear that no booking is under way. */
  let owed = '';
  let hasCorrected = false;

  function read(text: string): string {
    let spaceOut = '';
    for (const [part] of text.matchAll(/\s+|\S+/g)) {
      if (part.trim() !== '') {
        partial += part;
        continue;
      }
      const last = partial === '' ? (held.at(-1) ?? passed.at(-1)) : undefined;
      if (partial !== '') {
        addWord(part);
      } else if (last) {
        last.raw += part;
        last.closesLine ||= part.includes('\n');
        if (held.length === 0) spaceOut += part;
      } else spaceOut += part;
      spaceOut += settle(false);
    }
    return spaceOut;
  }

  function addWord(space: string): void {
    const before = held.at(-1) ?? passed.at(-1);
    held.push({
      text: partial,
      raw: partial + space,
      end: partial.length,
      opensLine: before?.closesLine ?? true,
      closesLine: space.includes('\n'),
    });
    partial = '';
  }

  /** Passes on, holds or replaces the words that are whole. */
  function settle(isEnd: boolean): string {
    let out = '';
    for (let first = held[0]; first; first = held[0]) {
      const previous = passed.at(-1);
      if (previous && breakAfter(previous, first, isEnd) === 'sentence') passed = [];
      const context = passed.map(({ text }) => text);
      const trigger = findTrigger(context, textsOf(held), isEnd);
      if (trigger === 'unsure') return out;
      if (trigger !== 'none' && !isTrue(kindOf({ context, words: textsOf(held), ...trigger }))) {
        const end = findEnd(isEnd);
        if (end === undefined) return out;
        const sentence: Sentence = { context, words: textsOf(held.slice(0, end + 1)), ...trigger };
        if (isClaim(sentence)) {
          replace(sentence, held.splice(0, end + 1));
          continue;
        }
      }
      out += sayOwed() + first.raw;
      passed.push(first);
      held = held.slice(1);
    }
    return out;
  }

  /** The index of the last word of the sentence that is held, or undefined while that may still change. */
  function findEnd(isEnd: boolean): number | undefined {
    for (const [index, word] of held.entries()) {
      const kind = breakAfter(word, held[index + 1], isEnd);
      if (kind === undefined) return undefined;
      if (kind === 'sentence') return index;
    }
    return isEnd ? held.length - 1 : undefined;
  }

  function replace(claim: Sentence, sentence: readonly HeldWord[]): void {
    const { context } = claim;
    const [opener] = sentence;
    const last = sentence.at(-1);
    if (!opener || !last) return;
    const kind = kindOf(claim);
    // Beside an appointment that exists, "not booked" would itself be untrue.
    const undone =
      kind === 'moved' || kind === 'cancelled' ? kind : isTrue('standing') ? 'changed' : 'booked';
    const space = last.raw.slice(last.text.length);
    const isSaidAlready = (owed !== '' || hasCorrected) && context.length === 0;
    if (!isSaidAlready) owed += honest(context, opener.text, undone) + space;
    passed = [];
  }

  function sayOwed(): string {
    const words = owed;
    hasCorrected ||= words !== '';
    owed = '';
    return words;
  }

  return {
    push: read,
    end({ isWriting = false } = {}) {
      if (partial !== '') addWord('');
      const rest = settle(true);
      if (isWriting) owed = '';
      const out = rest + sayOwed();
      passed = [];
      return out;
    },
    get hasCorrected() {
      return hasCorrected;
    },
  };
}

/** Fits what has been said of the sentence: nothing, a lead-in ("Great,"), or the subject of the claim ("Your visit"). */
function honest(context: readonly string[], opener: string, undone: string): string {
  if (context.length === 0) return `That isn't ${undone} yet.`;
  const verb = opener.toLowerCase();
  if (verb === 'is' || verb === 'has') return `isn't ${undone} yet.`;
  if (verb === 'are' || verb === 'have') return `aren't ${undone} yet.`;
  if (ALONE.test(verb)) return `not ${undone} yet.`;
  const subject = /^(.*)['’]s$/.exec(opener)?.[1];
  return `${subject && !/^(it|that|everything)$/i.test(subject) ? subject : 'that'} isn't ${undone} yet.`;
}

const ALONE = /^(booked|confirmed|scheduled|reserved|moved|rescheduled|changed|switched|cancell?ed)\b/;

const textsOf = (words: readonly HeldWord[]) => words.map(({ text }) => text);
