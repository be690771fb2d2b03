import { describe, expect, it } from 'vitest';
import { createFloodGuard, createOrderGuard } from '../../../src/adapters/twilio/frame-guard.ts';

describe('the flood guard', () => {
  it('lets a normal line and a ten-second stall pass', () => {
    const isWithinRate = createFloodGuard();
    for (let at = 0; at < 60_000; at += 20) expect(isWithinRate(at)).toBe(true);
    for (let frame = 0; frame < 500; frame += 1) expect(isWithinRate(70_000)).toBe(true);
  });

  it('stops what keeps coming faster than 100 frames a second', () => {
    const isWithinRate = createFloodGuard();
    const allowed = Array.from({ length: 5000 }, (_, frame) => isWithinRate(frame / 5)).filter(Boolean);
    expect(allowed.length).toBeGreaterThanOrEqual(500);
    expect(allowed.length).toBeLessThanOrEqual(601);
  });
});

describe('the order of frames', () => {
  it.each([
    ['as sent', [1, 2, 3], [1, 2, 3]],
    ['with holes', [1, 5, 9], [1, 5, 9]],
    ['doubled', [1, 1, 2, 2], [1, 2]],
    ['a latecomer', [1, 3, 2, 4], [1, 3, 4]],
    ['counted anew after a wild jump', [1, 9_000_000, 2, 3], [1, 9_000_000, 2, 3]],
    ['without numbers', [undefined, undefined], [undefined, undefined]],
  ])('never goes back: %s', (_, sequences, passed) => {
    const isNewer = createOrderGuard();
    expect(sequences.filter((sequence) => isNewer(sequence))).toEqual(passed);
  });
});
