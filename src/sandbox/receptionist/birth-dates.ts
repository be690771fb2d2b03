/** Reads a date of birth as it is told to prove who is calling: "March eighth, nineteen ninety", "3/8/1990". */

import { readCardinal, readDigits, readOrdinal } from './numbers.ts';

export interface BirthDateMention {
  /** YYYY-MM-DD; undefined when the year is missing or the day does not exist. */
  date?: string;
  from: number;
  to: number;
}

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const SHORT_MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const FIRST_YEAR = 1900;
/** Nobody younger has a car serviced in their own name; keeps a coming "May 19, 2026" from being a date of birth. */
const LEAST_AGE = 14;

const monthNumber = (word = ''): number =>
  1 + Math.max(MONTHS.indexOf(word), SHORT_MONTHS.indexOf(word.replace(/^sept$/, 'sep')));

/** "1990", "nineteen ninety", "nineteen oh five", "two thousand and one", "twenty oh one", "90" when `isShortAllowed`. */
function readBirthYear(
  words: readonly string[],
  at: number,
  lastYear: number,
  isShortAllowed: boolean,
): { value: number; end: number } | undefined {
  const inRange = (value: number, end: number) =>
    value >= FIRST_YEAR && value <= lastYear ? { value, end } : undefined;
  if (/^\d{4}$/.test(words[at] ?? '')) return inRange(Number(words[at]), at + 1);
  if (words[at] === 'two' && words[at + 1] === 'thousand') {
    const skip = words[at + 2] === 'and' ? at + 3 : at + 2;
    const rest = readCardinal(words, skip);
    return rest && rest.value < 50 ? inRange(2000 + rest.value, rest.end) : inRange(2000, at + 2);
  }
  const century = readCardinal(words, at);
  if (century && (century.value === 19 || century.value === 20) && century.end === at + 1) {
    const hundred = words[century.end] === 'hundred' ? century.end + 1 : century.end;
    const isZero = /^(oh|o|zero)$/.test(words[hundred] ?? '') && readCardinal(words, hundred + 1);
    const rest = readCardinal(words, isZero ? hundred + 1 : hundred);
    if (rest && rest.value < 100 && (isZero ? rest.value < 10 : rest.value >= 10))
      return inRange(century.value * 100 + rest.value, rest.end);
    const digits = readDigits(words, hundred);
    if (digits.digits.length === 2) return inRange(century.value * 100 + Number(digits.digits), digits.end);
  }
  const short = isShortAllowed ? readCardinal(words, at) : undefined;
  if (!short || short.value > 99 || short.value < 10) return undefined;
  return inRange(2000 + short.value <= lastYear ? 2000 + short.value : 1900 + short.value, short.end);
}

function asDate(year: number, month: number, day: number): string | undefined {
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString();
  } catch {
    return undefined;
  }
}

function mention(
  year: number | undefined,
  month: number,
  day: number,
  from: number,
  to: number,
): BirthDateMention {
  const date = year === undefined ? undefined : asDate(year, month, day);
  return { ...(date === undefined ? {} : { date }), from, to };
}

const skipWords = (words: readonly string[], at: number, pattern: RegExp) =>
  pattern.test(words[at] ?? '') ? at + 1 : at;

/** "march [the] eighth [of] 1990" or "[the] eighth of march 1990", beginning at `at`. */
function readNamedMonth(
  words: readonly string[],
  at: number,
  lastYear: number,
  isExpected: boolean,
): BirthDateMention | undefined {
  let month = monthNumber(words[at]);
  let day: { value: number; end: number } | undefined;
  let end = at;
  if (month > 0) {
    const dayAt = skipWords(words, at + 1, /^the$/);
    day = readOrdinal(words, dayAt) ?? readCardinal(words, dayAt);
    end = day?.end ?? end;
  } else {
    day = readOrdinal(words, at) ?? readCardinal(words, at);
    const monthAt = day ? skipWords(words, day.end, /^(of|day)$/) : at;
    month = monthNumber(words[monthAt]);
    end = monthAt + 1;
  }
  if (!day || month === 0 || day.value < 1 || day.value > 31) return undefined;
  const year = readBirthYear(words, skipWords(words, end, /^(of|in|the|year)$/), lastYear, isExpected);
  if (!year && !isExpected) return undefined;
  return mention(year?.value, month, day.value, at, year?.end ?? end);
}

/** "3/8/1990", "3/8/90", "1990 03 08", "03 08 1990", "three eight nineteen ninety", "03081990". */
function readFigures(
  words: readonly string[],
  at: number,
  lastYear: number,
  isExpected: boolean,
): BirthDateMention | undefined {
  const slashed = /^(\d{1,2})\/(\d{1,2})\/(\d{2}|\d{4})$/.exec(words[at] ?? '');
  if (slashed) {
    const year = readBirthYear([slashed[3] ?? ''], 0, lastYear, true);
    return year && mention(year.value, Number(slashed[1]), Number(slashed[2]), at, at + 1);
  }
  const packed = /^(\d\d)(\d\d)(\d{4})$/.exec(words[at] ?? '');
  if (packed && isExpected) {
    const year = readBirthYear([packed[3] ?? ''], 0, lastYear, false);
    if (year) return mention(year.value, Number(packed[1]), Number(packed[2]), at, at + 1);
  }
  const isIso = /^(19|20)\d\d$/.test(words[at] ?? '') && Number(words[at]) <= lastYear;
  if (isIso && /^\d\d$/.test(words[at + 1] ?? '') && /^\d\d$/.test(words[at + 2] ?? ''))
    return mention(Number(words[at]), Number(words[at + 1]), Number(words[at + 2]), at, at + 3);
  if (!isExpected) return undefined;
  const part = (from: number) => {
    const zero = /^(oh|o|zero|0)$/.test(words[from] ?? '') ? readCardinal(words, from + 1) : undefined;
    return zero && zero.value < 10 ? zero : readCardinal(words, from);
  };
  const month = part(at);
  const day = month && month.value >= 1 && month.value <= 12 ? part(month.end) : undefined;
  const year =
    day && day.value >= 1 && day.value <= 31
      ? readBirthYear(words, day.end, lastYear, /^\d+$/.test(words[day.end] ?? ''))
      : undefined;
  return month && day && year ? mention(year.value, month.value, day.value, at, year.end) : undefined;
}

/**
 * The last date of birth said. `isExpected`: one was asked for, so a bare row of numbers or a date without its year
 * counts too. `today`: YYYY-MM-DD.
 */
export function readBirthDate(
  words: readonly string[],
  today: string,
  isExpected = false,
): BirthDateMention | undefined {
  const lastYear = Temporal.PlainDate.from(today).year - LEAST_AGE;
  let last: BirthDateMention | undefined;
  for (let at = 0; at < words.length; ) {
    const found =
      readNamedMonth(words, at, lastYear, isExpected) ?? readFigures(words, at, lastYear, isExpected);
    if (found && (found.date !== undefined || last?.date === undefined)) last = found;
    at = found ? found.to : at + 1;
  }
  return last;
}
