/** Reads the days a caller names, counted from the dealership's present day. */

import { readCardinal, readOrdinal } from './numbers.ts';

const WEEKDAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split(' ');
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const SHORT_MONTHS = 'jan feb mar apr may jun jul aug sept oct nov dec'.split(' ');

export interface DateMention {
  /** YYYY-MM-DD; the first of the two when `or` is there. */
  date: string;
  /** The other day that may be meant ("next Friday" said on a Thursday): the caller has to be asked. */
  or?: string;
  /** "not Tuesday", "Tuesday doesn't work". */
  isRejected: boolean;
  /** Only a weekday was said: another week's may be meant when that one is being talked about. */
  isWeekdayOnly: boolean;
  /** The day named lies behind us. */
  isPast: boolean;
  from: number;
  to: number;
}

interface Found {
  date: string;
  or?: string;
  to: number;
}

const plus = (day: string, days: number) => Temporal.PlainDate.from(day).add({ days }).toString();
const weekdayOf = (day: string) => Temporal.PlainDate.from(day).dayOfWeek;

/** The next such weekday after today, never today itself (people then say "today"). `weekday`: 1 is Monday. */
function comingWeekday(today: string, weekday: number): string {
  const ahead = (weekday - weekdayOf(today) + 7) % 7;
  return plus(today, ahead === 0 ? 7 : ahead);
}

/** The next day of the month with this number, today included. */
function comingDayOfMonth(today: string, dayOfMonth: number): string | undefined {
  const first = Temporal.PlainDate.from(today).with({ day: 1 });
  for (let months = 0; months < 3; months += 1) {
    const month = first.add({ months });
    if (dayOfMonth > month.daysInMonth) continue;
    const day = month.with({ day: dayOfMonth }).toString();
    if (day >= today) return day;
  }
  return undefined;
}

function dayInMonth(today: string, month: number, day: number): string | undefined {
  const start = Temporal.PlainDate.from(today).with({ month, day: 1 });
  return day >= 1 && day <= start.daysInMonth ? start.with({ day }).toString() : undefined;
}

const SHORT_WEEKDAYS: Readonly<Record<string, number>> = {
  mon: 1,
  tue: 2,
  tues: 2,
  wed: 3,
  thu: 4,
  thurs: 4,
  fri: 5,
};

/** A word such as "friday", "fri" or "fridays" as 1 (Monday) to 7, else 0. */
function weekdayNumber(word = ''): number {
  return SHORT_WEEKDAYS[word] ?? 1 + WEEKDAYS.indexOf(word.replace(/s$/, ''));
}

function monthNumber(word: string | undefined): number {
  if (word === undefined) return 0;
  return 1 + Math.max(MONTHS.indexOf(word), SHORT_MONTHS.indexOf(word));
}

/** "[the] twenty ninth [of May]" after a weekday or on its own. */
function readDayOfMonth(words: readonly string[], at: number, today: string): Found | undefined {
  const the = words[at] === 'the' ? at + 1 : at;
  const ordinal = readOrdinal(words, the);
  const bare = the > at ? readCardinal(words, the) : undefined;
  const day = ordinal ?? (bare && bare.value > 12 && bare.value <= 31 ? bare : undefined);
  if (!day) return undefined;
  const month = words[day.end] === 'of' ? monthNumber(words[day.end + 1]) : 0;
  const date = month > 0 ? dayInMonth(today, month, day.value) : comingDayOfMonth(today, day.value);
  return date === undefined ? undefined : { date, to: month > 0 ? day.end + 2 : day.end };
}

function readWeekday(words: readonly string[], at: number, today: string): Found | undefined {
  const before = /^(next|this|coming)$/.exec(words[at] ?? '')?.[1];
  const nameAt = before ? at + 1 : at;
  const weekday = weekdayNumber(words[nameAt]);
  if (weekday === 0) return undefined;
  const end = nameAt + 1;
  const coming = comingWeekday(today, weekday);
  const month = monthNumber(words[end]);
  const dated = month > 0 ? readMonthDay(words, end, today) : readDayOfMonth(words, end, today);
  if (dated) {
    const fits = weekdayOf(dated.date) === weekday;
    return fits ? dated : { date: dated.date, or: coming, to: dated.to };
  }
  const monday = plus(today, 8 - weekdayOf(today));
  if (words[end] === 'next' && words[end + 1] === 'week')
    return { date: plus(monday, weekday - 1), to: end + 2 };
  if (words[end] === 'after' && words[end + 1] === 'next')
    return { date: plus(monday, weekday + 6), to: end + 2 };
  if (before === 'next' && coming < monday && weekdayOf(today) <= 5) {
    return { date: coming, or: plus(coming, 7), to: end };
  }
  return { date: coming, to: end };
}

function readMonthDay(words: readonly string[], at: number, today: string): Found | undefined {
  const month = monthNumber(words[at]);
  if (month === 0) return undefined;
  const dayAt = words[at + 1] === 'the' ? at + 2 : at + 1;
  const day = readOrdinal(words, dayAt) ?? readCardinal(words, dayAt);
  const date = day && dayInMonth(today, month, day.value);
  if (!day || date === undefined) return undefined;
  return { date, to: /^20\d\d$/.test(words[day.end] ?? '') ? day.end + 1 : day.end };
}

const NOT_DATES =
  /^(one|ones|available|time|times|slot|option|opening|thing|half|two|appointment|choice|visit)$/;

function readRelative(words: readonly string[], at: number, today: string): Found | undefined {
  const phrase = (count: number) => words.slice(at, at + count).join(' ');
  if (phrase(4) === 'the day after tomorrow') return { date: plus(today, 2), to: at + 4 };
  if (phrase(3) === 'day after tomorrow') return { date: plus(today, 2), to: at + 3 };
  if (phrase(1) === 'tomorrow') return { date: plus(today, 1), to: at + 1 };
  if (/^(today|tonight)$/.test(phrase(1))) return { date: today, to: at + 1 };
  if (/^this (morning|afternoon|evening)$/.test(phrase(2))) return { date: today, to: at + 1 };
  if (/^(this|the|next) weekend$/.test(phrase(2))) return { date: comingWeekday(today, 6), to: at + 2 };
  if (/^a week (from|on)$/.test(phrase(3))) {
    const start = readRelative(words, at + 3, today) ?? readWeekday(words, at + 3, today);
    if (start) return { date: plus(start.date, 7), to: start.to };
  }
  if (words[at] !== 'in') return undefined;
  const count = words[at + 1] === 'a' ? { value: 1, end: at + 2 } : readCardinal(words, at + 1);
  const span = /^(day|week)s?$/.exec(words[count?.end ?? -1] ?? '')?.[1];
  if (!count || !span || count.value > 60) return undefined;
  return { date: plus(today, count.value * (span === 'week' ? 7 : 1)), to: count.end + 1 };
}

function readDateAt(words: readonly string[], at: number, today: string): Found | undefined {
  const relative =
    readRelative(words, at, today) ?? readWeekday(words, at, today) ?? readMonthDay(words, at, today);
  if (relative) return relative;
  const numeric = /^(\d{1,2})\/(\d{1,2})(\/\d{2,4})?$/.exec(words[at] ?? '');
  if (numeric && Number(numeric[1]) >= 1 && Number(numeric[1]) <= 12) {
    const date = dayInMonth(today, Number(numeric[1]), Number(numeric[2]));
    return date === undefined ? undefined : { date, to: at + 1 };
  }
  const isOrdinal =
    words[at] === 'the' ||
    /^\d{1,2}(st|nd|rd|th)$/.test(words[at] ?? '') ||
    readOrdinal(words, at)?.end === at + 2;
  const day = isOrdinal ? readDayOfMonth(words, at, today) : undefined;
  return day && !NOT_DATES.test(words[day.to] ?? '') ? day : undefined;
}

const REJECTED_AFTER =
  /^(is |are )?(doesn't|does not|dont|don't|won't|will not|isn't|is not|not) (work|good|do|going to work|possible)|^(is )?(no good|bad|out)\b/;

/** Every day named, in the order said. `today` is YYYY-MM-DD in the dealership's time. */
export function readDates(words: readonly string[], today: string): DateMention[] {
  const mentions: DateMention[] = [];
  for (let at = 0; at < words.length; ) {
    const found = readDateAt(words, at, today);
    if (!found) {
      at += 1;
      continue;
    }
    const before = words.slice(Math.max(0, at - 2), at).join(' ');
    const after = words.slice(found.to, found.to + 4).join(' ');
    mentions.push({
      date: found.date,
      ...(found.or === undefined ? {} : { or: found.or }),
      isRejected:
        /\b(not|not on|but|except|can't do|can't|isn't|instead of)( on)?$/.test(before) ||
        REJECTED_AFTER.test(after),
      isWeekdayOnly: found.to === at + 1 && weekdayNumber(words[at]) > 0,
      isPast: found.date < today,
      from: at,
      to: found.to,
    });
    at = found.to;
  }
  return mentions;
}
