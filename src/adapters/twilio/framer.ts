/** Cuts outgoing audio into whole 20 ms frames without ever putting silence inside a word. */
import type { Clock } from '../../lib/clock.ts';

const BYTES_PER_MS = 8;
const FRAME_BYTES = 20 * BYTES_PER_MS;
/** 200 ms: fewer messages for long stretches, small enough to be cut short by `clear`. */
const LONGEST_MESSAGE_BYTES = 10 * FRAME_BYTES;
const SILENCE = 0xff;
/** How long before the far end runs dry a part frame is filled up and sent: room for a late timer and the network. */
const MARGIN_MS = 60;
/** With nothing playing there is nothing to measure by: a part frame then waits this long for the rest. */
const SHORTEST_WAIT_MS = 20;

export interface FramerOutput {
  media(audio: Uint8Array): void;
  mark(name: string): void;
}

export interface Framer {
  play(audio: Uint8Array): void;
  /** Goes out once all audio before it has gone out. */
  mark(name: string): void;
  /** Drops the part frame and its timer; returns the marks that were waiting for it. Also the end. */
  clear(): string[];
}

/**
 * Bytes that do not fill a frame wait for the audio that follows. If none comes they are filled up with silence
 * shortly before the far end would run out of audio: until then waiting is inaudible, and filling up earlier would
 * put a hole into the word. A mark waits with them, so it never overtakes its audio, and since a mark is echoed only
 * when played, the wait does not delay its echo.
 */
export function createFramer(clock: Pick<Clock, 'elapsed' | 'after'>, output: FramerOutput): Framer {
  const carry = new Uint8Array(FRAME_BYTES);
  let carried = 0;
  let waitingMarks: string[] = [];
  /** When the far end will have played all that was sent. */
  let dryAt = 0;
  let cancelTimer: (() => void) | undefined;

  function send(audio: Uint8Array): void {
    dryAt = Math.max(dryAt, clock.elapsed()) + audio.length / BYTES_PER_MS;
    output.media(audio);
  }

  function releaseMarks(): void {
    const marks = waitingMarks;
    waitingMarks = [];
    for (const name of marks) output.mark(name);
  }

  function sendCarry(): void {
    carry.fill(SILENCE, carried);
    carried = 0;
    send(carry);
    releaseMarks();
  }

  function whenNearlyDry(): void {
    cancelTimer = undefined;
    if (carried === 0) return;
    if (dryAt - clock.elapsed() > MARGIN_MS) wait();
    else sendCarry();
  }

  function wait(): void {
    cancelTimer ??= clock.after(
      Math.max(SHORTEST_WAIT_MS, dryAt - clock.elapsed() - MARGIN_MS),
      whenNearlyDry,
    );
  }

  function cancelWait(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  function forget(): string[] {
    cancelWait();
    const names = waitingMarks;
    waitingMarks = [];
    carried = 0;
    dryAt = 0;
    return names;
  }

  return {
    play(audio) {
      let from = 0;
      if (carried > 0) {
        from = Math.min(FRAME_BYTES - carried, audio.length);
        carry.set(audio.subarray(0, from), carried);
        carried += from;
        if (carried < FRAME_BYTES) return;
        sendCarry();
      }
      const whole = audio.length - ((audio.length - from) % FRAME_BYTES);
      while (from < whole) {
        const to = Math.min(whole, from + LONGEST_MESSAGE_BYTES);
        send(audio.subarray(from, to));
        from = to;
      }
      if (from < audio.length) {
        carry.set(audio.subarray(from));
        carried = audio.length - from;
        wait();
      }
    },
    mark(name) {
      if (carried === 0) output.mark(name);
      else waitingMarks.push(name);
    },
    clear: forget,
  };
}
