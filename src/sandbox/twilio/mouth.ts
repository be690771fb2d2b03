/** What the caller is saying: text coded into audio and handed out frame by frame, silence in between. */
import { FRAME_BYTES, SILENCE } from '../../speech/mulaw.ts';
import { createByteQueue } from './byte-queue.ts';

export interface Mouth {
  /** Resolves when the last byte has been taken, or with `stop`. */
  say(audio: Uint8Array): Promise<void>;
  /** The next 20 ms; always a whole frame. */
  nextFrame(): Uint8Array;
  /** Nothing more will be taken. */
  stop(): void;
}

export function createMouth(): Mouth {
  const queue = createByteQueue();
  let pushed = 0;
  let taken = 0;
  let isStopped = false;
  let waiting: { until: number; done: () => void }[] = [];

  function settle(): void {
    const done = waiting.filter(({ until }) => isStopped || until <= taken);
    waiting = waiting.filter(({ until }) => !isStopped && until > taken);
    for (const wait of done) wait.done();
  }

  return {
    say(audio) {
      queue.push(audio);
      pushed += audio.length;
      return new Promise((done) => {
        waiting.push({ until: pushed, done });
        settle();
      });
    },
    nextFrame() {
      const frame = new Uint8Array(FRAME_BYTES).fill(SILENCE);
      const speech = queue.take(FRAME_BYTES);
      frame.set(speech);
      taken += speech.length;
      settle();
      return frame;
    },
    stop() {
      isStopped = true;
      settle();
    },
  };
}
