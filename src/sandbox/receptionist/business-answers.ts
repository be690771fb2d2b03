/** Answers questions about hours, address, prices and work times from the facts of the call. */

import type { Day, Service } from './call-context.ts';
import { draftVehicle, factKey, type Memory } from './memory.ts';
import { deskNumber } from './plan.ts';
import { sayChoice, sayClock, sayDate, sayDuration, sayNumber, sayTime } from './saying.ts';

const NUMBER = /\d+/g;

/** A street address with its numbers as they are said: "one two three Main Street, Springfield". State and zip stay out. */
function sayAddress(address: string): string {
  return address.replace(/,?\s*[A-Z]{2}\s+\d{5}(-\d{4})?$/, '').replace(NUMBER, (digits) =>
    digits
      .split('')
      .map((digit) => sayNumber(Number(digit)))
      .join(' '),
  );
}

/** "today", "tomorrow, Friday" or "Tuesday, May twenty-sixth". */
export function sayDay(memory: Memory, date: string): string {
  const { today } = memory.context;
  if (date === today) return 'today';
  const isTomorrow = Temporal.PlainDate.from(today).add({ days: 1 }).toString() === date;
  return isTomorrow ? `tomorrow, ${sayDate(date)}` : sayDate(date);
}

function sayHours(memory: Memory, day: Day): string {
  const name = sayDay(memory, day.date);
  const isToday = day.date === memory.context.today;
  const opening = isToday ? name : `on ${name}`.replace('on tomorrow', 'tomorrow');
  if (day.open === undefined || day.close === undefined) {
    return `We're closed ${opening}${day.reason ? `, for ${day.reason}` : ''}.`;
  }
  return `We're open ${opening} from ${sayTime(day.open)} to ${sayTime(day.close)}.`;
}

/** The week in one sentence: the usual hours from Monday to Friday, Saturday's and Sunday's. */
function sayWeek(memory: Memory): string {
  const hours = (pick: (weekday: number) => boolean) =>
    memory.context.days.find(
      (day) => pick(Temporal.PlainDate.from(day.date).dayOfWeek) && day.open !== undefined,
    );
  const weekday = hours((n) => n < 6);
  const saturday = hours((n) => n === 6);
  const sunday = hours((n) => n === 7);
  const span = (day: Day) => `from ${sayClock(day.open ?? '')} to ${sayClock(day.close ?? '')}`;
  const parts = [
    weekday ? `Monday to Friday ${span(weekday)}` : '',
    saturday ? `Saturday ${span(saturday)}` : '',
    sunday ? `Sunday ${span(sunday)}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0
    ? `Please ask the desk about hours, at ${deskNumber(memory)}.`
    : `We're open ${parts.join(', and ')}.`;
}

function answerHours(memory: Memory): string {
  const { turn, draft, context } = memory;
  const dates = turn.topicDays.length > 0 ? turn.topicDays : draft.day ? [draft.day] : [];
  const days = dates.flatMap((date) => context.days.find((day) => day.date === date) ?? []);
  const facts = dates
    .flatMap((date) => memory.facts[factKey('hours', date)] ?? [])
    .filter((fact) => fact !== '');
  if (days.length === 0 && facts.length > 0) return facts.join(' ');
  if (dates.length > 0 && days.length === 0) return `I only have our hours for the next two weeks here.`;
  return days.length === 0
    ? sayWeek(memory)
    : days
        .slice(0, 3)
        .map((day) => sayHours(memory, day))
        .join(' ');
}

function answerPrice(service: Service): string {
  const name = `A ${service.name}`.replace(/^A (?=[aeiou])/i, 'An ').replace(/^A (?=scheduled)/, '');
  if (service.price === 'free' || (typeof service.price === 'object' && service.price.high === 0)) {
    return `There is no charge for ${service.name}.`;
  }
  if (service.price === undefined)
    return `For a ${service.name}, the advisor gives you a price once they've had a look.`;
  const { low, high } = service.price;
  const range =
    low === high
      ? `about ${sayNumber(low)} dollars`
      : `between ${sayNumber(low)} and ${sayNumber(high)} dollars`;
  return `${name} usually runs ${range}; the advisor gives you the exact price.`;
}

function answerMenu(memory: Memory, service: Service | undefined): string {
  if (service && service.code !== 'repair' && service.code !== 'other')
    return `Yes, we do that: ${service.name}.`;
  const names = memory.context.services
    .filter(({ code }) => code !== 'other' && code !== 'repair')
    .map(({ name }) => name);
  return `We do ${sayChoice(names).replace(/ or (?=[^,]*$)/, ' and ')}, and repairs.`;
}

/** One sentence or two for what was asked, or undefined when nothing was. */
export function answerTopics(memory: Memory): string | undefined {
  const { turn, draft, context } = memory;
  const service = context.services.find(
    ({ code }) => code === (turn.topicService ?? draft.service ?? memory.mentioned),
  );
  const sentences = turn.topics.map((topic) => {
    if (topic === 'hours') return answerHours(memory);
    if (topic === 'transport')
      return memory.facts[factKey('transport', null)] || 'The advisor can tell you about that.';
    if (topic === 'address') return `We're at ${sayAddress(context.address)}.`;
    if (topic === 'phone') return `Our number is ${deskNumber(memory)}.`;
    if (topic === 'menu') return turn.topics.length > 1 ? '' : answerMenu(memory, service);
    if (!service) return 'That depends on the work.';
    return topic === 'price' ? answerPrice(service) : `Plan on ${sayDuration(service.minutes)} for that.`;
  });
  const text = sentences.filter((sentence) => sentence !== '').join(' ');
  return text === '' ? undefined : text;
}

/** "your 2019 Honda Accord", the year in words. */
export function sayVehicle(memory: Memory): string {
  const { year, make, model } = draftVehicle(memory);
  return [year === undefined ? '' : sayYear(year), make ?? '', model ?? '']
    .filter((part) => part !== '')
    .join(' ');
}

/** "twenty nineteen", "two thousand five", "nineteen ninety-eight". */
export function sayYear(year: number): string {
  if (year >= 2000 && year < 2010)
    return year === 2000 ? 'two thousand' : `two thousand ${sayNumber(year - 2000)}`;
  const rest = year % 100;
  return `${sayNumber(Math.floor(year / 100))} ${rest === 0 ? 'hundred' : rest < 10 ? `oh ${sayNumber(rest)}` : sayNumber(rest)}`;
}
