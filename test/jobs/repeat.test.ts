import { describe, expect, it } from 'vitest';
import { repeat } from '../../src/jobs/repeat.ts';
import { createManualClock } from '../support/manual-clock.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Repeated work', () => {
  it('is done each time the interval has passed, also after a failure, and not once it is stopped', async () => {
    const clock = createManualClock();
    const errors: unknown[] = [];
    let runs = 0;
    const stop = repeat({
      clock,
      everyMs: 100,
      async run() {
        runs++;
        if (runs === 1) throw new Error('away');
      },
      onError: (error) => errors.push(error),
    });
    clock.advance(99);
    expect(runs).toBe(0);
    clock.advance(1);
    await settle();
    expect([runs, errors.length]).toEqual([1, 1]);
    clock.advance(100);
    await settle();
    expect(runs).toBe(2);
    stop();
    clock.advance(1_000);
    await settle();
    expect(runs).toBe(2);
  });

  it('never overlaps itself', async () => {
    const clock = createManualClock();
    const { promise, resolve } = Promise.withResolvers<void>();
    let runs = 0;
    const stop = repeat({
      clock,
      everyMs: 10,
      async run() {
        runs++;
        await promise;
      },
      onError: () => {},
    });
    clock.advance(100);
    await settle();
    expect(runs).toBe(1);
    resolve();
    await settle();
    clock.advance(10);
    await settle();
    expect(runs).toBe(2);
    stop();
  });
});
