import { describe, expect, it } from 'vitest';
import { createPlayout } from '../../../src/sandbox/twilio/playout.ts';

function setUp() {
  const echoed: string[] = [];
  return { echoed, playout: createPlayout((mark) => echoed.push(mark)) };
}

describe('the playout buffer', () => {
  it('echoes a mark when everything before it has been played, not sooner', () => {
    const { echoed, playout } = setUp();
    playout.push(new Uint8Array(200));
    playout.mark('a');
    playout.push(new Uint8Array(10));
    playout.mark('b');
    expect(playout.play(160)).toHaveLength(160);
    expect(echoed).toEqual([]);
    expect(playout.play(160)).toHaveLength(50);
    expect(echoed).toEqual(['a', 'b']);
  });

  it('echoes at once a mark with nothing before it', () => {
    const { echoed, playout } = setUp();
    playout.mark('a');
    expect(echoed).toEqual(['a']);
  });

  it('drops the audio on clear and echoes every pending mark', () => {
    const { echoed, playout } = setUp();
    playout.push(new Uint8Array(1600).fill(1));
    playout.mark('a');
    playout.mark('b');
    playout.clear();
    expect(echoed).toEqual(['a', 'b']);
    expect(playout.play(160)).toHaveLength(0);
    playout.push(new Uint8Array([2]));
    expect(playout.play(160)).toEqual(new Uint8Array([2]));
  });

  it('discards what goes beyond ten minutes', () => {
    const { playout } = setUp();
    expect(playout.push(new Uint8Array(4_800_000))).toBe(true);
    expect(playout.push(new Uint8Array(1))).toBe(false);
    expect(playout.pendingBytes).toBe(4_800_000);
  });
});
