/** What the caller hears: played audio decoded into words, and the moments at which the agent has had its say. */
import type { Clock } from '../../lib/clock.ts';
import { createSpeechDecoder, type DecodedWord } from '../voice-code.ts';

/** Times are milliseconds since the call was answered. */
export type HeardWord = DecodedWord;

export interface TurnWait {
  /** Silence that ends a turn; 700 ms unless told. */
  gapMs?: number;
  /** The wait is given up with an error after this long; 30 s unless told. */
  deadlineMs?: number;
}

export interface Ear {
  /** The next stretch as played, silence included; `pendingBytes` are still to come. */
  hear(audio: Uint8Array, pendingBytes: number): void;
  nextTurn(wait?: TurnWait): Promise<string>;
  onHeard(listener: (word: HeardWord) => void): () => void;
  /** The line has gone; words heard and not asked for can still be had from `nextTurn`. */
  stop(): void;
  readonly words: readonly HeardWord[];
  readonly isSpeaking: boolean;
  readonly atMs: number;
}

interface Waiting {
  gapMs: number;
  resolve(text: string): void;
  reject(error: Error): void;
}

const GAP_MS = 700;
const DEADLINE_MS = 30_000;

export function createEar(clock: Pick<Clock, 'after'>): Ear {
  const decoder = createSpeechDecoder();
  const words: HeardWord[] = [];
  const listeners = new Set<(word: HeardWord) => void>();
  /** Words before this one belong to turns already handed out. */
  let turnFrom = 0;
  let waiting: Waiting[] = [];
  let isStopped = false;

  function take(word: HeardWord): void {
    words.push(word);
    for (const listener of listeners) listener(word);
  }

  function textSince(from: number): string {
    return words
      .slice(from)
      .map(({ text }) => text)
      .join(' ');
  }

  /** Hands the turn to the first who waits; the others wait for the next one. */
  function settle(pendingBytes: number): void {
    const [first] = waiting;
    if (!first || turnFrom === words.length) return;
    if (!isStopped && (pendingBytes > 0 || decoder.trailingSilenceMs < first.gapMs)) return;
    waiting = waiting.slice(1);
    const text = textSince(turnFrom);
    turnFrom = words.length;
    first.resolve(text);
  }

  function failAll(): void {
    for (const wait of waiting) wait.reject(new Error('The call ended and the agent said nothing more.'));
    waiting = [];
  }

  return {
    hear(audio, pendingBytes) {
      for (const word of decoder.push(audio)) take(word);
      settle(pendingBytes);
    },
    nextTurn({ gapMs = GAP_MS, deadlineMs = DEADLINE_MS } = {}) {
      return new Promise((resolve, reject) => {
        const cancel = clock.after(deadlineMs, () => {
          waiting = waiting.filter((one) => one !== mine);
          const heard = textSince(turnFrom);
          reject(new Error(`The agent did not finish a turn in ${deadlineMs} ms; heard: "${heard}"`));
        });
        const mine: Waiting = {
          gapMs,
          resolve(text) {
            cancel();
            resolve(text);
          },
          reject(error) {
            cancel();
            reject(error);
          },
        };
        waiting.push(mine);
        if (isStopped) {
          settle(0);
          failAll();
        }
      });
    },
    onHeard(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      const last = decoder.flush();
      if (last) take(last);
      settle(0);
      failAll();
    },
    words,
    get isSpeaking() {
      return decoder.isSpeaking;
    },
    get atMs() {
      return decoder.audioMs;
    },
  };
}
