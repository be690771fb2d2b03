/** The caller's audio for which there are no final words yet, kept so that a new connection can hear it again. */

export const BYTES_PER_MS = 8;

export interface ReplayBuffer {
  /** Adds audio and forgets the oldest beyond `capMs`. */
  append(audio: Uint8Array, capMs: number): void;
  /** Final words cover everything before this position, in bytes since the first audio. */
  cover(position: number): void;
  /** Where the kept audio begins, and all of it. */
  read(): { position: number; audio: Uint8Array };
  /** All audio ever appended, in bytes. */
  readonly position: number;
}

export function createReplayBuffer(): ReplayBuffer {
  const chunks: Uint8Array[] = [];
  let start = 0;
  let end = 0;

  function forgetBefore(position: number): void {
    while (start < position) {
      const [first] = chunks;
      if (!first) return;
      const excess = position - start;
      if (excess < first.length) {
        chunks[0] = first.subarray(excess);
        start = position;
      } else {
        chunks.shift();
        start += first.length;
      }
    }
  }

  return {
    append(audio, capMs) {
      chunks.push(audio);
      end += audio.length;
      forgetBefore(end - capMs * BYTES_PER_MS);
    },
    cover: (position) => forgetBefore(Math.min(position, end)),
    read: () => ({ position: start, audio: Buffer.concat(chunks) }),
    get position() {
      return end;
    },
  };
}
