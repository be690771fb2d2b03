/** Telephone audio as the line carries it: G.711 mu-law, 8 kHz, mono, and how loud a stretch of it is. */

/** 8,000 samples a second, one byte each. */
export const BYTES_PER_MS = 8;

/** The byte of no sound (+0). 0x7f, -0, is as quiet. */
export const SILENCE = 0xff;

/** 20 ms, the packet of the telephone network. */
export const FRAME_BYTES = 160;

/** Amplitude of each of the 256 codes as 16-bit linear, sign dropped: 0 to 32,124 (G.711 table 2a). */
const AMPLITUDES = Float64Array.from({ length: 256 }, (_, code) => {
  const bits = ~code & 0x7f;
  const exponent = bits >> 4;
  const mantissa = bits & 0x0f;
  return (((mantissa << 3) + 0x84) << exponent) - 0x84;
});

/** Root mean square amplitude in 16-bit units, 0 (silence, or no audio) to 32,124. */
export function frameEnergy(audio: Uint8Array): number {
  if (audio.length === 0) return 0;
  let sum = 0;
  for (const code of audio) {
    const amplitude = AMPLITUDES[code] ?? 0;
    sum += amplitude * amplitude;
  }
  return Math.sqrt(sum / audio.length);
}

/**
 * Whether the stretch is loud enough to be somebody talking.
 * `threshold`: 16-bit RMS; 500 is about -36 dBFS, above line noise (near -55) and below quiet speech (near -30).
 */
export function isLoud(audio: Uint8Array, threshold = 500): boolean {
  return frameEnergy(audio) >= threshold;
}

/** `ms` milliseconds of silence. */
export function silence(ms: number): Uint8Array {
  return new Uint8Array(Math.round(ms * BYTES_PER_MS)).fill(SILENCE);
}
