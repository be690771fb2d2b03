/** Reads a caller's name; letters that are spelled win over the word that was heard. */

import { readSpellings } from './letters.ts';
import { USED } from './words.ts';

export interface NameMention {
  first?: string;
  last?: string;
  isSpelled: boolean;
}

const NOT_A_NAME =
  /^(i|i'm|i'd|i've|i'll|it|is|a|an|the|my|me|name|and|yes|yeah|yep|sure|okay|ok|no|nope|not|this|that|here|new|first|time|customer|last|spelled|spell|spelling|capital|under|please|thanks|thank|you|hi|hello|hey|good|fine|great|um|uh|well|so|just|calling|for|about|to|of|with|in|on|at|from|by|put|use|would|be|was|are|what|when|how|why|who|where|can|could|do|does|don't|have|need|want|like|get|oil|change|car|truck|number|email|phone|day|morning|afternoon|tomorrow|today|never|been|there|before|right|correct|or|but|if|we|they|he|she|his|her|your|our|double|as|people|call|everyone|oh|sir|ma'am|person|robot|human|sorry|actually|wait|then|all|looking|trying|interested|wondering|going|booked|done|nothing|something|anything|wrong|urgent|vin|\.|·)$/;

const title = (word: string) => word.replace(/(^|['-])\p{L}/gu, (start) => start.toUpperCase());
const isName = (word: string | undefined): word is string =>
  word !== undefined && /^\p{L}[\p{L}'-]+$/u.test(word) && !NOT_A_NAME.test(word);

/** The words of the name that begin at `at`, three at most. */
function namesFrom(words: readonly string[], at: number): string[] {
  const names: string[] = [];
  for (let i = at; i < words.length && names.length < 3 && isName(words[i]); i += 1)
    names.push(words[i] ?? '');
  return names;
}

const INTRODUCTION = /^(name is|name|name's|this is|i'm|i am|call me|it is|it|under)$/;

/** Names after "my name is", "this is" and their like. `it` and `I'm` introduce a name only when one was asked for. */
function introduced(words: readonly string[], isExpected: boolean): string[] {
  for (let at = 0; at < words.length; at += 1) {
    for (const length of [2, 1]) {
      const phrase = words.slice(at, at + length).join(' ');
      if (!INTRODUCTION.test(phrase)) continue;
      const isSure = phrase.startsWith('name') && words[at - 1] !== 'last' && words[at - 1] !== 'first';
      if (!isSure && !isExpected && phrase !== 'this is') continue;
      const names = namesFrom(words, at + length);
      if (names.length >= (isSure || isExpected ? 1 : 2)) return names;
    }
  }
  return [];
}

/** Whether the spelled letters are likely another writing of the word heard. */
const resembles = (spelled: string, heard: string | undefined) =>
  heard !== undefined &&
  spelled.charAt(0) === heard.charAt(0) &&
  Math.abs(spelled.length - heard.length) <= 3;

/**
 * The name told. Unasked, a name is only taken when it is introduced or spelled. `isLastExpected`: only the last name
 * is missing, so a single word is that.
 */
export function readName(
  words: readonly string[],
  isExpected = false,
  isLastExpected = false,
): NameMention | undefined {
  const spellings = readSpellings(words);
  const [one, two] = spellings;
  const plain = words.map((word, i) => (spellings.some((s) => i >= s.from && i < s.to) ? USED : word));
  let names = introduced(plain, isExpected);
  for (let at = 0; names.length === 0 && at < plain.length; at += 1) {
    if (isExpected || (one !== undefined && at < one.from)) names = namesFrom(plain, at);
    if (one && !isExpected && names.length < 2) names = names.length === 1 && one.from <= at + 2 ? names : [];
  }
  const [heardFirst] = names;
  const heardLast = names.length > 1 ? names.at(-1) : undefined;
  const isSpelled = one !== undefined;
  if (one && two) return { first: title(one.letters), last: title(two.letters), isSpelled };
  if (one) {
    if (isLastExpected) return { last: title(one.letters), isSpelled };
    const isFirst = !heardLast && resembles(one.letters, heardFirst) && heardFirst === one.letters;
    const spellsFirst =
      heardLast !== undefined && !resembles(one.letters, heardLast) && resembles(one.letters, heardFirst);
    if (isFirst) return { first: title(one.letters), isSpelled };
    if (spellsFirst) return { first: title(one.letters), last: title(heardLast), isSpelled };
    if (heardFirst === undefined) return isExpected ? { last: title(one.letters), isSpelled } : undefined;
    return { first: title(heardFirst), last: title(one.letters), isSpelled };
  }
  if (heardFirst === undefined) return undefined;
  if (isLastExpected && heardLast === undefined) return { last: title(heardFirst), isSpelled };
  return {
    first: title(heardFirst),
    ...(heardLast === undefined ? {} : { last: title(heardLast) }),
    isSpelled,
  };
}
