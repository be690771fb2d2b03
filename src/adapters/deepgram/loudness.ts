/** For how long somebody has been talking, by loudness alone: a check on a recogniser that hears no words. */
import { BYTES_PER_MS } from './replay-buffer.ts';

/** mu-law codes below this (sign dropped) are amplitudes above 876 of 32,124: speech, not the noise of the line. */
const FIRST_QUIET_CODE = 0x50;
/** Talking crosses zero and pauses; a quarter of loud samples is talking. */
const LOUD_SHARE = 0.25;

export interface Loudness {
  hear(audio: Uint8Array): void;
  reset(): void;
  /** Milliseconds of loud audio since the last reset. */
  readonly loudMs: number;
}

export function createLoudness(): Loudness {
  let loudBytes = 0;
  return {
    hear(audio) {
      let loud = 0;
      for (const code of audio) if ((code & 0x7f) < FIRST_QUIET_CODE) loud += 1;
      if (loud >= audio.length * LOUD_SHARE) loudBytes += audio.length;
    },
    reset() {
      loudBytes = 0;
    },
    get loudMs() {
      return loudBytes / BYTES_PER_MS;
    },
  };
}
