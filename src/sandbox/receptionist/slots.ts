/** Finds the next step towards a start time: a look at the calendar, an offer, or the start that the caller chose. */

import type { Lookup, Memory } from './memory.ts';

export type SlotStep =
  | { kind: 'look'; date: string; period: 'morning' | 'afternoon' | null; near: string | null }
  | { kind: 'chosen'; start: string }
  /** `passedOver`: the days named that had nothing, with the reason when they are closed. `missed`: the time named is not to be had. */
  | {
      kind: 'offer';
      starts: string[];
      passedOver: { date: string; reason?: string; isClosed: boolean }[];
      missed?: { start: string; why: 'gone' | 'taken' | 'late' };
      latestStart?: string;
    }
  | { kind: 'nothing' }
  | { kind: 'trouble' };

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The time to look around, from the clock time or the part of the day that the caller named. */
function wantedNear(memory: Memory, date: string): string | null {
  const { time, part, service } = memory.draft;
  if (time !== undefined) return time;
  const day = memory.context.days.find((known) => known.date === date);
  const minutes = memory.context.services.find(({ code }) => code === service)?.minutes ?? 30;
  if (part === 'first') return day?.open ?? '08:00';
  if (part === 'last') return clock(Math.max(0, minutesOf(day?.close ?? '18:00') - minutes));
  return part === 'noon' ? '12:00' : part === 'after-lunch' ? '12:30' : null;
}

function nextDay(memory: Memory, date: string): string {
  const open = memory.context.days.find((day) => day.date > date && day.open !== undefined);
  return open?.date ?? Temporal.PlainDate.from(date).add({ days: 1 }).toString();
}

/** Up to three starts: those nearest to the wish, else spread over the day. */
function pickOffers(
  lookup: Lookup,
  starts: readonly string[],
  near: string | null,
  part: string | undefined,
): string[] {
  if (part === 'last') return starts.slice(-2);
  if (near !== null) {
    const distance = (start: string) => Math.abs(minutesOf(start.slice(11)) - minutesOf(near));
    return [...starts]
      .sort((a, b) => distance(a) - distance(b) || a.localeCompare(b))
      .slice(0, 3)
      .sort();
  }
  if (starts.length <= 3 || lookup.period !== null) return starts.slice(0, 3);
  return [0, Math.floor(starts.length / 2), starts.length - 1].flatMap((i) => starts[i] ?? []);
}

/** How many days are looked at before giving up: each may cost a look at the calendar within one reply. */
const FURTHEST = 4;

export function nextSlotStep(memory: Memory): SlotStep {
  const { draft, context, taken } = memory;
  if (draft.day === undefined || draft.service === undefined) return { kind: 'nothing' };
  const period = draft.part === 'morning' || draft.part === 'afternoon' ? draft.part : null;
  const passedOver: { date: string; reason?: string; isClosed: boolean }[] = [];
  let date = draft.day;
  for (let tries = 0; tries < FURTHEST; tries += 1) {
    const known = context.days.find((day) => day.date === date);
    if (known && known.open === undefined) {
      passedOver.push({
        date,
        isClosed: true,
        ...(known.reason === undefined ? {} : { reason: known.reason }),
      });
      date = nextDay(memory, date);
      continue;
    }
    const near = wantedNear(memory, date);
    const sameDay = draft.lookups.filter(
      (lookup) => lookup.date === date && lookup.service === draft.service,
    );
    const start = draft.time === undefined ? undefined : `${date}T${draft.time}`;
    const isFree = (lookup: Lookup) =>
      start !== undefined &&
      (lookup.starts.includes(start) || (lookup.near === draft.time && lookup.isRequestedFree === true));
    const isGone = start !== undefined && taken.includes(start);
    if (start !== undefined && date === draft.day && !isGone && sameDay.some(isFree))
      return { kind: 'chosen', start };
    const looks = sameDay.filter((lookup) => lookup.period === period && lookup.near === near);
    // A day without any free start has none near another time either.
    const isEmpty = (look: Lookup) =>
      look.starts.length === 0 && (look.period === null || look.period === period);
    const done = sameDay.filter(({ error }) => error === undefined);
    const lookup = done.find((look) => looks.includes(look)) ?? done.find(isEmpty);
    if (!lookup) {
      if (looks.length < 2) return { kind: 'look', date, period, near };
      return looks.at(-1)?.error === 'invalid_args' ? { kind: 'nothing' } : { kind: 'trouble' };
    }
    const starts = lookup.starts.filter((free) => !taken.includes(free));
    if (starts.length === 0) {
      const { closedReason } = lookup;
      passedOver.push({
        date,
        isClosed: closedReason !== undefined,
        ...(closedReason ? { reason: closedReason } : {}),
      });
      date =
        lookup.nextOpenDate !== undefined && lookup.nextOpenDate > date
          ? lookup.nextOpenDate
          : nextDay(memory, date);
      continue;
    }
    const isLate =
      lookup.latestStart !== undefined && draft.time !== undefined && draft.time > lookup.latestStart;
    const offers = pickOffers(lookup, starts, near, draft.part);
    return {
      kind: 'offer',
      starts: isLate
        ? offers
            .filter((offer) => offer === `${date}T${lookup.latestStart ?? ''}`)
            .concat(offers.slice(-1))
            .slice(0, 1)
        : offers,
      passedOver,
      ...(start !== undefined && date === draft.day
        ? {
            missed: {
              start,
              why: isGone ? ('gone' as const) : isLate ? ('late' as const) : ('taken' as const),
            },
          }
        : {}),
      ...(lookup.latestStart === undefined ? {} : { latestStart: lookup.latestStart }),
    };
  }
  return { kind: 'nothing' };
}

/** The start that the draft stands at, when there is one. */
export function chosenStart(memory: Memory): string | undefined {
  const step = nextSlotStep(memory);
  return step.kind === 'chosen' ? step.start : undefined;
}
