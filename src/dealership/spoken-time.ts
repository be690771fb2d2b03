/** Dates and times in the words a person would say on the phone. */
import { weekdayName, whichOfTwo } from './local-time.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const CARDINALS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const TENS: Record<number, { cardinal: string; ordinal: string }> = {
  2: { cardinal: 'twenty', ordinal: 'twentieth' },
  3: { cardinal: 'thirty', ordinal: 'thirtieth' },
  4: { cardinal: 'forty', ordinal: 'fortieth' },
  5: { cardinal: 'fifty', ordinal: 'fiftieth' },
};

/** 0 to 59. */
function sayNumber(value: number): string {
  const tens = TENS[Math.floor(value / 10)];
  if (tens === undefined) return CARDINALS[value] ?? '';
  return value % 10 === 0 ? tens.cardinal : `${tens.cardinal}-${CARDINALS[value % 10]}`;
}

/** 1 to 31. */
function sayOrdinal(value: number): string {
  const tens = TENS[Math.floor(value / 10)];
  if (tens === undefined) return ORDINALS[value] ?? '';
  return value % 10 === 0 ? tens.ordinal : `${tens.cardinal}-${ORDINALS[value % 10]}`;
}

function partOfDay(hour: number): string {
  if (hour < 12) return 'in the morning';
  if (hour < 18) return 'in the afternoon';
  return hour < 21 ? 'in the evening' : 'at night';
}

/** `nine in the morning`, `one thirty in the afternoon`, `eight oh five in the morning`, `noon`, `midnight`. */
export function sayTime(time: Temporal.PlainTime): string {
  if (time.minute === 0 && time.hour === 12) return 'noon';
  if (time.minute === 0 && time.hour === 0) return 'midnight';
  const hour = sayNumber(time.hour % 12 === 0 ? 12 : time.hour % 12);
  const minute =
    time.minute === 0
      ? ''
      : time.minute < 10
        ? ` oh ${sayNumber(time.minute)}`
        : ` ${sayNumber(time.minute)}`;
  return `${hour}${minute} ${partOfDay(time.hour)}`;
}

/** `Tuesday, May twenty-sixth`. */
export function sayDate(date: Temporal.PlainDate): string {
  return `${weekdayName(date)}, ${MONTHS[date.month - 1]} ${sayOrdinal(date.day)}`;
}

/** `today, Thursday the twenty-first`; `tomorrow, Friday the twenty-second`; any other day as `sayDate`. */
export function sayRelativeDate(date: Temporal.PlainDate, today: Temporal.PlainDate): string {
  const days = today.until(date, { largestUnit: 'days' }).days;
  const word = days === 0 ? 'today' : days === 1 ? 'tomorrow' : undefined;
  return word === undefined ? sayDate(date) : `${word}, ${weekdayName(date)} the ${sayOrdinal(date.day)}`;
}

/**
 * `Tuesday, May twenty-sixth, at nine in the morning`. With `now`, today and tomorrow are called so.
 * A time that the clocks show twice says which of the two it is.
 */
export function sayWhen(time: Temporal.ZonedDateTime, now?: Temporal.ZonedDateTime): string {
  const date = time.toPlainDate();
  const day = now === undefined ? sayDate(date) : sayRelativeDate(date, now.toPlainDate());
  return `${day}, at ${sayTimeOfNight(time)}`;
}

/** As `sayTime`; a time that the clocks show twice says which of the two it is. */
export function sayTimeOfNight(time: Temporal.ZonedDateTime): string {
  const which = whichOfTwo(time);
  const words = sayTime(time.toPlainTime());
  if (which === undefined) return words;
  return `${words}, ${which === 'first' ? 'before' : 'after'} the clocks go back`;
}
