import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeBusyTimes } from '../../../src/adapters/google-calendar/busy-times.ts';

const at = (start: number, end: number) => ({ startsAt: new Date(start), endsAt: new Date(end) });

describe('merging busy times', () => {
  it('joins what overlaps or touches, sorts, and drops empty times', () => {
    const merged = mergeBusyTimes([at(50, 60), at(10, 20), at(15, 30), at(30, 40), at(11, 12), at(45, 45)]);
    expect(merged).toStrictEqual([at(10, 40), at(50, 60)]);
  });

  it('covers exactly the minutes that were busy, with gaps between any two', () => {
    const minute = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.array(fc.tuple(minute, minute)), (pairs) => {
        const merged = mergeBusyTimes(pairs.map(([start, end]) => at(start, end)));
        for (let now = 0; now < 60; now += 1) {
          const isBusy = pairs.some(([start, end]) => start <= now && now < end);
          const found = merged.filter(
            ({ startsAt, endsAt }) => startsAt.getTime() <= now && now < endsAt.getTime(),
          );
          expect(found).toHaveLength(isBusy ? 1 : 0);
        }
        merged.forEach((time, index) => {
          const next = merged[index + 1];
          if (next) expect(time.endsAt.getTime()).toBeLessThan(next.startsAt.getTime());
        });
      }),
    );
  });
});
