/** The book of the shop's bays: finds room for a job and never gives the same bay out twice. */
import type { Dice } from './dice.ts';
import type { OpenDay } from './shop.ts';

export interface Place {
  openDay: OpenDay;
  /** Slots after opening. */
  slot: number;
  /** From 1. */
  bay: number;
}

export function openBayBook(bayCount: number, dice: Dice) {
  /** By day, then bay, then slot: whether it is taken. */
  const days = new Map<number, boolean[][]>();

  function baysOf({ day, slots }: OpenDay): boolean[][] {
    const known = days.get(day);
    if (known) return known;
    const fresh = Array.from({ length: bayCount }, () => Array.from({ length: slots }, () => false));
    days.set(day, fresh);
    return fresh;
  }

  return {
    /**
     * Takes a place of so many slots that day, within the day's own bounds; null when there is none. Where the
     * search begins is chance, so that a quiet day is not filled from the left.
     */
    take(openDay: OpenDay, slots: number): Place | null {
      const { from, to } = openDay;
      const starts = to - slots - from + 1;
      if (starts <= 0) return null;
      const bays = baysOf(openDay);
      const firstStart = dice.between(0, starts - 1);
      const firstBay = dice.between(0, bayCount - 1);
      for (let i = 0; i < starts; i++) {
        const slot = from + ((firstStart + i) % starts);
        for (let j = 0; j < bayCount; j++) {
          const bay = (firstBay + j) % bayCount;
          const row = bays[bay];
          if (row === undefined || row.slice(slot, slot + slots).includes(true)) continue;
          row.fill(true, slot, slot + slots);
          return { openDay, slot, bay: bay + 1 };
        }
      }
      return null;
    },

    /** Gives back a place that turned out to be of no use. */
    free({ openDay, slot, bay }: Place, slots: number): void {
      baysOf(openDay)[bay - 1]?.fill(false, slot, slot + slots);
    },

    /** Share of the day's bay time that is taken, 0 to 1. */
    load(openDay: OpenDay): number {
      return baysOf(openDay).flat().filter(Boolean).length / (bayCount * openDay.slots);
    },
  };
}
