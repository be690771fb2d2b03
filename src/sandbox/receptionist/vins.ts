/** Reads a vehicle identification number, or its last eight, as it is typed or spelled: "K A zero one four five zero one". */

import { readCardinal } from './numbers.ts';

export interface VinMention {
  /** Upper case; 17 characters, or 8 when the last eight were asked for, or fewer or more when they do not fit. */
  vin: string;
  isWhole: boolean;
  from: number;
  to: number;
}

const WHOLE = 17;
const LAST = 8;
/** Letters that no VIN has, heard for the figure that looks like them. */
const LOOKALIKES: Readonly<Record<string, string>> = { i: '1', o: '0', q: '0' };
const BETWEEN = /^(then|dash|space|and|\.)$/;

/** One letter, number or typed group at `at`. "b as in boy" and "b for boy" count as one letter. */
function readPiece(words: readonly string[], at: number): { text: string; end: number } | undefined {
  const word = words[at] ?? '';
  const repeat = word === 'double' ? 2 : word === 'triple' ? 3 : 1;
  const start = repeat > 1 ? at + 1 : at;
  const piece = words[start] ?? '';
  if (/^[a-z]$/.test(piece)) {
    const like = words.slice(start + 1, start + 3).join(' ');
    const example =
      like === 'as in' ? words[start + 3] : words[start + 1] === 'for' ? words[start + 2] : undefined;
    const hasExample = example?.startsWith(piece) === true && example.length > 1;
    const end = start + 1 + (hasExample ? (like === 'as in' ? 3 : 2) : 0);
    return { text: (LOOKALIKES[piece] ?? piece).repeat(repeat), end };
  }
  if (/^(?=\w*\d)[a-z0-9]+$/.test(piece))
    return /^\d+(st|nd|rd|th)$/.test(piece) ? undefined : { text: piece.repeat(repeat), end: start + 1 };
  const number = readCardinal(words, start);
  return number && { text: String(number.value).repeat(repeat), end: number.end };
}

function readRun(words: readonly string[], from: number): { text: string; to: number } {
  let text = '';
  let to = from;
  for (let at = from; at < words.length && text.length <= WHOLE + LAST; ) {
    const piece = readPiece(words, at);
    if (piece) {
      text += piece.text;
      at = piece.end;
      to = at;
    } else if (text !== '' && BETWEEN.test(words[at] ?? '')) at += 1;
    else break;
  }
  return { text, to };
}

/** The VIN said. Unasked, only a whole one with both letters and figures is taken for one. */
export function readVin(words: readonly string[], isExpected = false): VinMention | undefined {
  for (let from = 0; from < words.length; from += 1) {
    // "a" before a word is an article.
    if (words[from] === 'a' && (words[from + 1] ?? '').length > 1 && !readPiece(words, from + 1)) continue;
    const { text, to } = readRun(words, from);
    const isMixed = /[a-z]/.test(text) && /\d/.test(text);
    if (text.length === WHOLE && isMixed) return { vin: text.toUpperCase(), isWhole: true, from, to };
    if (isExpected && text.length >= 5 && (isMixed || text.length === LAST))
      return { vin: text.toUpperCase(), isWhole: false, from, to };
    if (to > from + 1) from = to - 1;
  }
  return undefined;
}
