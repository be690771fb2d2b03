/** What the far end has been sent and not yet played: the buffer behind Twilio's `media`, `mark` and `clear`. */
import { BYTES_PER_MS } from '../../speech/mulaw.ts';
import { createByteQueue } from './byte-queue.ts';

/** More is thrown away, with warning 31931. */
const LONGEST_BUFFER_BYTES = 10 * 60_000 * BYTES_PER_MS;

export interface Playout {
  /** False when the buffer is full and the audio was discarded. */
  push(audio: Uint8Array): boolean;
  /** Echoed when all audio pushed before has been played; at once when there is none. */
  mark(name: string): void;
  /** Drops the audio; every pending mark is echoed. */
  clear(): void;
  /** Plays up to `bytes`, then echoes the marks passed. */
  play(bytes: number): Uint8Array;
  readonly pendingBytes: number;
}

export function createPlayout(echo: (mark: string) => void): Playout {
  const queue = createByteQueue();
  let pushed = 0;
  let played = 0;
  let marks: { name: string; at: number }[] = [];

  function echoPassed(): void {
    const passed = marks.filter(({ at }) => at <= played);
    marks = marks.filter(({ at }) => at > played);
    for (const { name } of passed) echo(name);
  }

  return {
    push(audio) {
      if (queue.length + audio.length > LONGEST_BUFFER_BYTES) return false;
      queue.push(audio);
      pushed += audio.length;
      return true;
    },
    mark(name) {
      marks.push({ name, at: pushed });
      echoPassed();
    },
    clear() {
      queue.clear();
      played = pushed;
      echoPassed();
    },
    play(bytes) {
      const audio = queue.take(bytes);
      played += audio.length;
      echoPassed();
      return audio;
    },
    get pendingBytes() {
      return queue.length;
    },
  };
}
