import { describe, expect, it } from 'vitest';
import { startPacer } from '../../../src/sandbox/twilio/pacer.ts';

describe('the pacer', () => {
  it('makes up for late timers and never drifts', () => {
    let now = 0;
    let due: (() => void) | undefined;
    let beats = 0;
    const clock = {
      elapsed: () => now,
      after(_ms: number, run: () => void) {
        due = run;
        return () => {
          due = undefined;
        };
      },
    };
    const stop = startPacer(clock, () => {
      beats += 1;
    });
    for (const at of [20.4, 41, 59, 60, 200, 1000.9]) {
      now = at;
      due?.();
      expect(beats).toBe(Math.floor(at / 20));
    }
    stop();
    now = 5000;
    expect(due).toBeUndefined();
    expect(beats).toBe(50);
  });
});
