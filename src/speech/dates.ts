/** Dates and times in words: "Tuesday, May twenty-sixth, at nine in the morning". */
import { sayCardinal, sayOrdinal, sayYear } from './numbers.ts';

const months = 'January February March April May June July August September October November December'.split(
  ' ',
);
const weekdays = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

const monthName =
  '(Jan(?:uary|\\.)?|Feb(?:ruary|\\.)?|Mar(?:ch|\\.)?|Apr(?:il|\\.)?|May|June?\\.?|July?\\.?|Aug(?:ust|\\.)?|Sept?(?:ember|\\.)?|Oct(?:ober|\\.)?|Nov(?:ember|\\.)?|Dec(?:ember|\\.)?)';
const weekdayName = '(Sun|Mon|Tues?|Wed(?:nes)?|Thu(?:rs?)?|Fri|Sat(?:ur)?)(?:day|\\.)?';
const clockTime = '(\\d{1,2})(?::([0-5]\\d)(?::[0-5]\\d)?)?';
const period = '([AaPp])(?:\\.\\s?[Mm]\\b\\.?|[Mm]\\b)';

/** Years before this one are said with a bare date; appointments lie ahead and need none. */
const firstSilentYear = 2026;

const isoDate =
  /(?:\b([A-Z][a-z]+day),? )?\b(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?(?![\w-])/g;
const slashDate = /(?:\b([A-Z][a-z]+day),? )?(?<![\w/.$])(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})(?![\w/])/g;
const shortDate = /\b(on|by|until|before|after|through|[A-Z][a-z]+day,?) (\d{1,2})\/(\d{1,2})(?![\w/])/g;
const monthDay = new RegExp(
  `\\b${monthName} (\\d{1,2})(?:st|nd|rd|th)?(?:\\s?[-–]\\s?(\\d{1,2})(?:st|nd|rd|th)?)?(?:,? ((?:19|20)\\d{2}))?(?![\\w/:]|[.,]\\d)`,
  'g',
);
const dayMonth = new RegExp(
  `\\b(\\d{1,2})(?:st|nd|rd|th)? (?:of )?${monthName}\\b(?:,? ((?:19|20)\\d{2})\\b)?`,
  'g',
);
const shortWeekday = new RegExp(`\\b${weekdayName}(?=(?:, ?| )(?:at )?(?:${monthName}|\\d))`, 'g');
const weekdaySpan = new RegExp(`\\b${weekdayName}\\s?[-–—]\\s?${weekdayName}\\b\\.?`, 'g');
const timeSpan = new RegExp(
  `(?<![\\w:.$])(from )?${clockTime}\\s?(?:${period})?\\s?(?:[-–—]|to)\\s?${clockTime}\\s?(?:${period})?(?![\\w:%/]|[.,]\\d)`,
  'g',
);
const singleTime = new RegExp(
  `(?<![\\w:.$/-])${clockTime}\\s?(?:${period})?(?![\\w:%]|[.,]\\d)((?: o'clock)?(?: in the (?:morning|afternoon|evening)| at night)?)`,
  'g',
);

/** Replaces every date and time; what is none (month 13, minute 75) is left for the rules about numbers. */
export function readDates(text: string): string {
  return text
    .replace(
      isoDate,
      (
        whole,
        day: string | undefined,
        year: string,
        month: string,
        date: string,
        hour?: string,
        minute?: string,
      ) => {
        const spoken = sayDate(Number(year), Number(month), Number(date), hour === undefined);
        if (!spoken || (hour !== undefined && (Number(hour) > 23 || Number(minute) > 59))) return whole;
        const rest = hour === undefined ? '' : `, at ${sayTime(Number(hour), Number(minute), 'day')}`;
        return keepWeekday(day, spoken) + rest;
      },
    )
    .replace(slashDate, (whole, day: string | undefined, month: string, date: string, year: string) => {
      const spoken = sayDate(
        Number(year.length === 2 ? `20${year}` : year),
        Number(month),
        Number(date),
        true,
      );
      return spoken ? keepWeekday(day, spoken) : whole;
    })
    .replace(weekdaySpan, (_, from: string, to: string) => `${fullWeekday(from)} to ${fullWeekday(to)}`)
    .replace(shortWeekday, (_, day: string) => fullWeekday(day))
    .replace(shortDate, (whole, lead: string, month: string, date: string) => {
      return isDate(2028, Number(month), Number(date))
        ? `${lead} ${sayMonthDay(Number(month), Number(date))}`
        : whole;
    })
    .replace(monthDay, (whole, name: string, from: string, to?: string, year?: string) => {
      const month = monthNumber(name);
      if (!isDate(2028, month, Number(from))) return whole;
      const until = to === undefined ? '' : ` to ${sayOrdinal(Number(to))}`;
      return (
        sayMonthDay(month, Number(from)) + until + (year === undefined ? '' : `, ${sayYear(Number(year))}`)
      );
    })
    .replace(dayMonth, (whole, date: string, name: string, year?: string) => {
      const month = monthNumber(name);
      if (!isDate(2028, month, Number(date))) return whole;
      return sayMonthDay(month, Number(date)) + (year === undefined ? '' : `, ${sayYear(Number(year))}`);
    });
}

/** Replaces times of day; runs after dates, money and phone numbers, so that what is left with a colon is a time. */
export function readTimes(text: string): string {
  return text
    .replace(/\b24\s?\/\s?7\b/g, 'twenty-four seven')
    .replace(/\b(noon|midnight)\s?[-–—]\s?(?=\d)/gi, '$1 to ')
    .replace(
      timeSpan,
      (
        whole,
        from = '',
        hour1: string,
        minute1: string | undefined,
        half1: string | undefined,
        hour2: string,
        minute2: string | undefined,
        half2: string | undefined,
      ) => {
        if (!minute1 && !half1 && !minute2 && !half2) return whole;
        const end = readClock(hour2, minute2, half2);
        const start = readClock(hour1, minute1, half1);
        return start && end ? `${from}${start} to ${end}${restoreStop(whole)}` : whole;
      },
    )
    .replace(
      singleTime,
      (
        whole,
        hour: string,
        minute: string | undefined,
        half: string | undefined,
        tail: string,
        at: number,
        all: string,
      ) => {
        if (!minute && !half) return whole;
        const dayPart = tail.replace(" o'clock", '');
        const spoken =
          dayPart && !half ? sayTime(Number(hour), Number(minute), 'bare') : readClock(hour, minute, half);
        if (!spoken) return whole;
        const stop = /^$|^ [A-Z](?!\w+day\b)/.test(all.slice(at + whole.length)) ? restoreStop(whole) : '';
        return spoken + dayPart + stop;
      },
    );
}

/** "a.m." may have swallowed the full stop of its sentence. */
function restoreStop(whole: string): string {
  return whole.endsWith('.') ? '.' : '';
}

function readClock(hour: string, minute = '00', half?: string): string | undefined {
  const [h, m] = [Number(hour), Number(minute)];
  if (half) {
    if (h < 1 || h > 12) return undefined;
    return sayTime((h % 12) + (half.toLowerCase() === 'p' ? 12 : 0), m, 'day');
  }
  if (h > 23) return undefined;
  const is24Hour = hour.length === 2 && (hour.startsWith('0') || h > 12);
  return sayTime(h, m, is24Hour || (h === 12 && m === 0) ? 'day' : 'clock');
}

/** `day`: with the part of the day. `clock`: "eight oh five", "nine o'clock". `bare`: the part of the day follows anyway. */
function sayTime(hour: number, minute: number, style: 'day' | 'clock' | 'bare'): string {
  if (minute === 0 && style === 'day' && hour % 12 === 0) return hour === 0 ? 'midnight' : 'noon';
  const name = sayCardinal(hour % 12 === 0 ? 12 : hour % 12);
  const minutes = minute === 0 ? '' : minute < 10 ? ` oh ${sayCardinal(minute)}` : ` ${sayCardinal(minute)}`;
  if (style === 'clock') return name + (minutes || " o'clock");
  return name + minutes + (style === 'day' ? ` ${partOfDay(hour)}` : '');
}

function partOfDay(hour: number): string {
  if (hour < 12) return 'in the morning';
  if (hour < 17) return 'in the afternoon';
  return hour < 21 ? 'in the evening' : 'at night';
}

function sayDate(year: number, month: number, day: number, withYear: boolean): string | undefined {
  if (!isDate(year, month, day)) return undefined;
  const monthDay = sayMonthDay(month, day);
  if (withYear && year < firstSilentYear) return `${monthDay}, ${sayYear(year)}`;
  return `${weekdays[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]}, ${monthDay}`;
}

/** "Tuesday, 2026-05-26" already names its day; the reader's day wins over a wrong one of ours. */
function keepWeekday(day: string | undefined, spoken: string): string {
  if (day === undefined) return spoken;
  return weekdays.includes(day) ? `${day}, ${spoken.replace(/^\w+day, /, '')}` : `${day} ${spoken}`;
}

function sayMonthDay(month: number, day: number): string {
  return `${months[month - 1]} ${sayOrdinal(day)}`;
}

function isDate(year: number, month: number, day: number): boolean {
  if (year < 1900 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function monthNumber(name: string): number {
  return months.findIndex((month) => month.startsWith(name.slice(0, 3))) + 1;
}

function fullWeekday(name: string): string {
  return weekdays.find((day) => day.startsWith(name.slice(0, 3))) ?? name;
}
