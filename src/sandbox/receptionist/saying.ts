/** Writes dates, times, money, numbers and vehicles the way they are said on the telephone. */

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '. . twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS: Readonly<Record<string, string>> = {
  one: 'first',
  two: 'second',
  three: 'third',
  five: 'fifth',
  eight: 'eighth',
  nine: 'ninth',
  twelve: 'twelfth',
  twenty: 'twentieth',
  thirty: 'thirtieth',
};
const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);

/** 0 to 9,999 in words: "four hundred twelve". */
export function sayNumber(n: number): string {
  if (n >= 1000)
    return `${sayNumber(Math.floor(n / 1000))} thousand${n % 1000 ? ` ${sayNumber(n % 1000)}` : ''}`;
  if (n >= 100) return `${sayNumber(Math.floor(n / 100))} hundred${n % 100 ? ` ${sayNumber(n % 100)}` : ''}`;
  if (n < 20) return UNITS[n] ?? '';
  return `${TENS[Math.floor(n / 10)] ?? ''}${n % 10 ? `-${UNITS[n % 10] ?? ''}` : ''}`;
}

export function sayOrdinal(n: number): string {
  const words = sayNumber(n);
  const last = words.split('-').at(-1) ?? '';
  return words.slice(0, words.length - last.length) + (ORDINALS[last] ?? `${last}th`);
}

/** "Tuesday". `date`: YYYY-MM-DD. */
export const sayWeekday = (date: string): string =>
  WEEKDAYS[Temporal.PlainDate.from(date).dayOfWeek - 1] ?? '';

/** "Tuesday, May twenty-sixth". */
export function sayDate(date: string): string {
  const { month, day } = Temporal.PlainDate.from(date);
  return `${sayWeekday(date)}, ${MONTHS[month - 1] ?? ''} ${sayOrdinal(day)}`;
}

function clockWords(time: string): { words: string; hour: number } {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const twelve = UNITS[hour % 12 || 12] ?? '';
  const rest = minute === 0 ? '' : minute < 10 ? ` oh ${sayNumber(minute)}` : ` ${sayNumber(minute)}`;
  return { words: time === '12:00' ? 'noon' : twelve + rest, hour };
}

/** "nine in the morning", "one thirty in the afternoon", "noon". `time`: HH:MM. */
export function sayTime(time: string): string {
  const { words, hour } = clockWords(time);
  if (words === 'noon') return words;
  return `${words} in the ${hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening'}`;
}

/** "nine", "one thirty": where the part of the day is plain. */
export const sayClock = (time: string): string => clockWords(time).words;

/** "Tuesday, May twenty-sixth, at nine in the morning". `at`: YYYY-MM-DDTHH:MM. */
export const sayWhen = (at: string): string => `${sayDate(at.slice(0, 10))}, at ${sayTime(at.slice(11, 16))}`;

/** "two one seven, five five five, oh one nine zero", in groups of three, three and four. */
export function sayPhone(phone: string): string {
  const ten = phone.replace(/\D/g, '').slice(-10);
  return [ten.slice(0, 3), ten.slice(3, 6), ten.slice(6)]
    .map((group) =>
      group
        .split('')
        .map((digit, i) => (digit === '0' ? (i === 0 ? 'oh' : 'zero') : (UNITS[Number(digit)] ?? '')))
        .join(' '),
    )
    .join(', ');
}

/** 90 as "about an hour and a half". */
export function sayDuration(minutes: number): string {
  if (minutes === 60) return 'about an hour';
  if (minutes === 90) return 'about an hour and a half';
  if (minutes % 60 === 0) return `about ${sayNumber(minutes / 60)} hours`;
  return `about ${sayNumber(minutes)} minutes`;
}

/** "nine, ten or eleven thirty". */
export function sayChoice(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} or ${items.at(-1) ?? ''}`;
}

/** "an oil change", "a brake service", "scheduled maintenance". */
export function withArticle(name: string): string {
  if (/maintenance$|diagnostics$/.test(name)) return name;
  return `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}`;
}
