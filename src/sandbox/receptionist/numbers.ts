/** Reads numbers as people say them: cardinals, ordinals, years and runs of digits. */

const UNITS = 'zero one two three four five six seven eight nine'.split(' ');
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINAL_UNITS = 'zeroth first second third fourth fifth sixth seventh eighth ninth'.split(' ');
const ORDINAL_TEENS =
  'tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );

export interface NumberAt {
  value: number;
  /** The index after the last word of the number. */
  end: number;
}

const unit = (word: string | undefined): number =>
  word === undefined || word === 'zero' ? -1 : UNITS.indexOf(word);

/** A cardinal from 0 to 99 in words, or any number in digits, beginning at `at`. */
export function readCardinal(words: readonly string[], at: number): NumberAt | undefined {
  const word = words[at];
  if (word === undefined) return undefined;
  if (/^\d+$/.test(word)) return { value: Number(word), end: at + 1 };
  if (word === 'oh' || word === 'zero') return { value: 0, end: at + 1 };
  if (unit(word) > 0) return { value: unit(word), end: at + 1 };
  if (TEENS.includes(word)) return { value: 10 + TEENS.indexOf(word), end: at + 1 };
  if (!TENS.includes(word)) return undefined;
  const tens = 20 + 10 * TENS.indexOf(word);
  const more = unit(words[at + 1]);
  return more > 0 ? { value: tens + more, end: at + 2 } : { value: tens, end: at + 1 };
}

/** An ordinal from 1 to 31 ("twenty eighth", "28th"), beginning at `at`. */
export function readOrdinal(words: readonly string[], at: number): NumberAt | undefined {
  const word = words[at];
  if (word === undefined) return undefined;
  const digits = /^(\d{1,2})(st|nd|rd|th)$/.exec(word);
  let found: NumberAt | undefined;
  if (digits) found = { value: Number(digits[1]), end: at + 1 };
  else if (ORDINAL_UNITS.includes(word)) found = { value: ORDINAL_UNITS.indexOf(word), end: at + 1 };
  else if (ORDINAL_TEENS.includes(word)) found = { value: 10 + ORDINAL_TEENS.indexOf(word), end: at + 1 };
  else if (word === 'twentieth' || word === 'thirtieth')
    found = { value: word === 'twentieth' ? 20 : 30, end: at + 1 };
  else if (word === 'twenty' || word === 'thirty') {
    const more = ORDINAL_UNITS.indexOf(words[at + 1] ?? '');
    if (more > 0) found = { value: (word === 'twenty' ? 20 : 30) + more, end: at + 2 };
  }
  return found && found.value >= 1 && found.value <= 31 ? found : undefined;
}

/** A model year from 1950 to 2049 ("2019", "twenty nineteen", "two thousand and five", "nineteen ninety eight"). */
export function readYear(words: readonly string[], at: number): NumberAt | undefined {
  const word = words[at];
  const inRange = (value: number, end: number) =>
    value >= 1950 && value <= 2049 ? { value, end } : undefined;
  if (word === undefined) return undefined;
  if (/^\d{4}$/.test(word)) return inRange(Number(word), at + 1);
  if (word === 'two' && words[at + 1] === 'thousand') {
    const skip = words[at + 2] === 'and' ? at + 3 : at + 2;
    const rest = readCardinal(words, skip);
    return rest && rest.value < 50 ? inRange(2000 + rest.value, rest.end) : inRange(2000, at + 2);
  }
  if (word !== 'twenty' && word !== 'nineteen' && word !== '20' && word !== '19') return undefined;
  const century = word === 'twenty' || word === '20' ? 2000 : 1900;
  const zero = words[at + 1] === 'oh' || words[at + 1] === 'o' || words[at + 1] === 'zero';
  const rest = readCardinal(words, zero ? at + 2 : at + 1);
  if (!rest || rest.value > 99 || (zero ? rest.value > 9 : rest.value < 10)) return undefined;
  return inRange(century + rest.value, rest.end);
}

const REPEATS: Readonly<Record<string, number>> = { double: 2, triple: 3 };

/**
 * The digits said from `at` on, as long as they go on: "five five five", "double five", "seventeen", "oh one",
 * "twenty five hundred". Each number is written after the last one, as phone and model numbers are said.
 */
export function readDigits(words: readonly string[], at: number): { digits: string; end: number } {
  let digits = '';
  let i = at;
  while (i < words.length) {
    const word = words[i] ?? '';
    const repeat = REPEATS[word];
    const next = readCardinal(words, repeat ? i + 1 : i);
    if (word === 'o') digits += '0';
    else if (word === 'hundred' && digits !== '') digits += '00';
    else if (word === 'thousand' && digits !== '') digits += '000';
    else if (next) {
      digits += (/^\d+$/.test(word) ? word : String(next.value)).repeat(repeat ?? 1);
      i = next.end;
      continue;
    } else break;
    i += 1;
  }
  return { digits, end: i };
}
