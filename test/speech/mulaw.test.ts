/** How loud telephone audio is taken to be. */
import { describe, expect, it } from 'vitest';
import { BYTES_PER_MS, FRAME_BYTES, frameEnergy, isLoud, SILENCE, silence } from '../../src/speech/mulaw.ts';

describe('telephone audio', () => {
  it('carries twenty milliseconds in a frame', () => {
    expect(FRAME_BYTES).toBe(20 * BYTES_PER_MS);
  });

  // Amplitudes of ITU-T G.711, table 2a, scaled to 16 bits.
  it.each([
    { code: 0xff, amplitude: 0 },
    { code: 0x7f, amplitude: 0 },
    { code: 0xfe, amplitude: 8 },
    { code: 0xf0, amplitude: 120 },
    { code: 0xef, amplitude: 132 },
    { code: 0x8f, amplitude: 16_764 },
    { code: 0x80, amplitude: 32_124 },
    { code: 0x00, amplitude: 32_124 },
  ])('hears code $code at amplitude $amplitude', ({ code, amplitude }) => {
    expect(frameEnergy(new Uint8Array(FRAME_BYTES).fill(code))).toBe(amplitude);
  });

  it('hears nothing in no audio', () => {
    expect(frameEnergy(new Uint8Array(0))).toBe(0);
    expect(isLoud(new Uint8Array(0))).toBe(false);
  });

  it('takes a talking voice for loud and line noise for quiet', () => {
    expect(isLoud(new Uint8Array(FRAME_BYTES).fill(0xc8))).toBe(true);
    expect(isLoud(new Uint8Array(FRAME_BYTES).fill(0xf8))).toBe(false);
  });

  it('makes silence of any length', () => {
    expect(silence(12.5)).toHaveLength(100);
    expect(silence(20).every((code) => code === SILENCE)).toBe(true);
  });
});
