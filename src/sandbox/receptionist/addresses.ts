/** Reads a street address and a ZIP code as they are said: "four eighty two Maple Avenue, six two seven oh four". */

import { readDigits } from './numbers.ts';
import { USED } from './words.ts';

export interface AddressMention {
  /** House number and street: "482 Maple Avenue". */
  street?: string;
  /** Five digits. */
  zip?: string;
  /** The stretches of words used. */
  used: { from: number; to: number }[];
}

const STREET_TYPES =
  /^(street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|court|ct|boulevard|blvd|way|place|pl|circle|cir|terrace|trail|parkway|pkwy|highway|hwy|square)$/;
const NOT_IN_STREET =
  /^(at|on|is|it|and|the|for|my|oclock|am|pm|dollars|miles|minutes|of|to|or|in|i|number|zip|code|a|·|\.)$/;
const LONGEST_NAME = 4;

const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** A house number: digits, or words such as "twenty two ten" and "one hundred five". */
function readHouseNumber(words: readonly string[], at: number): { digits: string; end: number } | undefined {
  const hundredAt = words.indexOf('hundred', at);
  const run = readDigits(words, at);
  if (run.end === at) return undefined;
  if (hundredAt > at && hundredAt < run.end) {
    const before = readDigits(words.slice(0, hundredAt), at);
    const after = readDigits(words, hundredAt + 1);
    if (before.digits.length <= 2 && after.digits.length <= 2 && after.end === run.end)
      return { digits: String(Number(before.digits) * 100 + Number(after.digits || 0)), end: run.end };
  }
  return run.digits.length <= 6 ? run : undefined;
}

function readStreet(
  words: readonly string[],
  isExpected: boolean,
): { text: string; from: number; to: number } | undefined {
  for (let from = 0; from < words.length; from += 1) {
    const number = readHouseNumber(words, from);
    if (!number) continue;
    const name: string[] = [];
    let at = number.end;
    for (; at < words.length && name.length <= LONGEST_NAME; at += 1) {
      const word = words[at] ?? '';
      if (NOT_IN_STREET.test(word) || word === USED || /^\d+$/.test(word)) break;
      name.push(title(word));
      if (!STREET_TYPES.test(word) || name.length < 2) continue;
      return { text: [number.digits, ...name].join(' '), from, to: at + 1 };
    }
    // "1502 Jefferson, 62702": without the kind of street only when an address was asked for.
    const isBare = isExpected && name.length > 0 && name.length <= 2 && readZipAt(words, at) !== undefined;
    if (isBare) return { text: [number.digits, ...name].join(' '), from, to: at };
    from = number.end - 1;
  }
  return undefined;
}

function readZipAt(words: readonly string[], at: number): { zip: string; to: number } | undefined {
  const skip = /^(zip|code|\.|,)$/;
  let start = at;
  while (start < words.length && skip.test(words[start] ?? '')) start += 1;
  const run = readDigits(words, start);
  return run.digits.length === 5 ? { zip: run.digits, to: run.end } : undefined;
}

/** Street and ZIP, or one of them. Without `isExpected` a ZIP counts only after "zip" or a street. */
export function readAddress(words: readonly string[], isExpected = false): AddressMention | undefined {
  const street = readStreet(words, isExpected);
  const used = street ? [{ from: street.from, to: street.to }] : [];
  const left = words.map((word, i) => (street && i >= street.from && i < street.to ? USED : word));
  for (let at = 0; at < left.length; at += 1) {
    const isNamed = left[at] === 'zip' || street !== undefined || isExpected;
    const zip = isNamed ? readZipAt(left, at) : undefined;
    if (zip)
      return {
        ...(street ? { street: street.text } : {}),
        zip: zip.zip,
        used: [...used, { from: at, to: zip.to }],
      };
    const run = readDigits(left, at);
    if (run.end > at) at = run.end - 1;
  }
  return street && { street: street.text, used };
}
