/** Numbers in words, in the ways Americans say them aloud. */

const ones =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = '_ ten twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales = ['', ' thousand', ' million', ' billion', ' trillion'];
const irregularOrdinals: Record<string, string> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
};

/** 48200 -> "forty-eight thousand two hundred". Whole numbers from 0 below 10^15. */
export function sayCardinal(value: number): string {
  if (value < 1000) return sayBelowThousand(value);
  const parts: string[] = [];
  for (let rest = value, scale = 0; rest > 0; rest = Math.floor(rest / 1000), scale += 1) {
    if (rest % 1000 > 0) parts.unshift(sayBelowThousand(rest % 1000) + (scales[scale] ?? ''));
  }
  return parts.join(' ');
}

function sayBelowThousand(value: number): string {
  if (value >= 100) {
    const rest = value % 100;
    return `${ones[Math.floor(value / 100)]} hundred${rest === 0 ? '' : ` ${sayBelowThousand(rest)}`}`;
  }
  if (value < 20) return ones[value] ?? '';
  const unit = value % 10;
  return `${tens[Math.floor(value / 10)]}${unit === 0 ? '' : `-${ones[unit]}`}`;
}

/** 26 -> "twenty-sixth". */
export function sayOrdinal(value: number): string {
  return sayCardinal(value).replace(/[a-z]+$/, (last) => {
    return irregularOrdinals[last] ?? (last.endsWith('y') ? `${last.slice(0, -1)}ieth` : `${last}th`);
  });
}

/** "62704" -> "six two seven oh four": digit by digit, anything else skipped. */
export function sayDigits(digits: string): string {
  return digits
    .replace(/\D/g, '')
    .split('')
    .map((digit) => (digit === '0' ? 'oh' : ones[Number(digit)]))
    .join(' ');
}

/** A figure as written, with thousands commas and decimals: "1,249.5" -> "one thousand two hundred forty-nine point five". */
export function sayFigure(figure: string): string {
  const [whole = '', decimals] = figure.replaceAll(',', '').split('.');
  const spoken = whole.length > 15 ? sayDigits(whole) : sayCardinal(Number(whole));
  return decimals ? `${spoken} point ${sayDigits(decimals)}` : spoken;
}

/** 2019 -> "twenty nineteen", 2005 -> "two thousand five", 1908 -> "nineteen oh eight". */
export function sayYear(year: number): string {
  if (year >= 2000 && year < 2010) return sayCardinal(year);
  return sayPairs(String(year));
}

/** Model and house numbers: "150" -> "one fifty", "1500" -> "fifteen hundred", "405" -> "four oh five", "12450" digit by digit. */
export function sayPairs(digits: string): string {
  if (digits.startsWith('0') || digits.length > 4) return sayDigits(digits);
  const value = Number(digits);
  if (digits.length < 3 || value % 1000 === 0) return sayCardinal(value);
  const high = sayCardinal(Math.floor(value / 100));
  const low = value % 100;
  if (low === 0) return `${high} hundred`;
  return `${high} ${low < 10 ? `oh ${sayCardinal(low)}` : sayCardinal(low)}`;
}
