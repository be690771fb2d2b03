/** One thing the agent says, from its first word to its last byte played: its audio, its marks, and what was heard of it. */
import type { TurnLatencies } from './events.ts';
import { Ledger, type Phrase } from './heard.ts';
import type { AgentTurn, History } from './history.ts';
import type { Phone } from './ports.ts';

const FRAME_BYTES = 160;
const SILENCE = 0xff;
/** So much is in hand before the first of it is played: a voice dribbles at first, and a gap would fall into the first word. */
const START_BYTES = 100 * 8;
/** A mark every 200 ms of audio: what was heard is known to within about half a word. */
const MARK_EVERY_MS = 200;

export class Utterance {
  readonly generation: number;
  readonly abort = new AbortController();
  readonly latencies: TurnLatencies = {};
  /** Stopwatch readings: when its making began, and when its first phrase went to the voice. */
  readonly startedAt: number;
  firstPhraseAt: number | undefined;
  /** All its audio has been delivered by the voice; only playing is left. */
  isVoiced = false;
  #isSettled = false;
  readonly #ledger = new Ledger();
  readonly #phone: Phone;
  readonly #history: History;
  readonly #turns: AgentTurn[] = [];
  #turn: AgentTurn | undefined;
  #carry: Uint8Array = new Uint8Array(0);
  #markedMs = 0;
  #playedMs = 0;

  constructor(generation: number, startedAt: number, phone: Phone, history: History) {
    this.generation = generation;
    this.startedAt = startedAt;
    this.#phone = phone;
    this.#history = history;
  }

  get isEmpty(): boolean {
    return this.#turns.length === 0;
  }

  /** All its words so far, heard or not. */
  get text(): string {
    return this.#turns.map((turn) => turn.text).join(' ');
  }

  get hasAudio(): boolean {
    return this.#ledger.sentMs > 0 || this.#carry.length > 0;
  }

  /** Milliseconds of its audio that have been sent and not yet been reported played. */
  get unplayedMs(): number {
    return this.#ledger.sentMs - this.#playedMs;
  }

  /** Words go to the voice; they belong to the conversation from here on, as far as they are heard. */
  said(phrase: Phrase): void {
    if (!this.#turn) {
      this.#turn = this.#history.agentBegan();
      this.#turns.push(this.#turn);
    }
    this.#turn.add(phrase.written);
    this.#ledger.said(phrase);
  }

  /** A tool ran in between: what follows is a new stretch of words. */
  breakWords(): void {
    this.#turn = undefined;
  }

  /** Audio from the voice, any length: whole frames go to the phone, the rest waits for more. */
  play(audio: Uint8Array): void {
    const all = this.#carry.length === 0 ? audio : concat(this.#carry, audio);
    if (this.#ledger.sentMs === 0 && all.length < START_BYTES) {
      this.#carry = all.slice();
      return;
    }
    const whole = all.length - (all.length % FRAME_BYTES);
    this.#carry = all.slice(whole);
    if (whole === 0) return;
    this.#send(all.subarray(0, whole));
    if (this.#ledger.sentMs - this.#markedMs >= MARK_EVERY_MS) this.#mark();
  }

  delivered(spoken: string): void {
    this.#ledger.delivered(spoken);
  }

  /** The voice has delivered everything: a last mark tells when it has been heard. */
  voiced(): void {
    this.#flush();
    this.isVoiced = true;
    this.#mark();
  }

  /** A mark came back. Returns whether the whole utterance has now been played. */
  played(mark: string): boolean {
    const ms = Number(mark.slice(mark.indexOf(':') + 1));
    if (Number.isFinite(ms)) this.#playedMs = Math.max(this.#playedMs, ms);
    return this.isVoiced && this.#playedMs >= this.#ledger.sentMs;
  }

  /** For a line that echoes no marks: as much was played as time has passed for. */
  assumePlayed(ms: number): void {
    this.#playedMs = Math.max(this.#playedMs, Math.min(ms, this.#ledger.sentMs));
  }

  isOwnMark(mark: string): boolean {
    return mark.startsWith(`${this.generation}:`);
  }

  /** Ends it: the history keeps what was heard. Returns the heard text. */
  settle(wasCut: boolean): string {
    if (this.#isSettled) return '';
    this.#isSettled = true;
    const heard = wasCut ? this.#ledger.heard(this.#playedMs) : undefined;
    let rest = heard?.text ?? this.#turns.map((turn) => turn.text).join(' ');
    const all = rest;
    for (const turn of this.#turns) {
      const whole = turn.text;
      const part = rest.startsWith(whole) ? whole : rest;
      rest = rest.slice(part.length).trimStart();
      turn.settle(part, wasCut && part !== whole, this.latencies);
    }
    return all;
  }

  #flush(): void {
    if (this.#carry.length === 0) return;
    const frames = new Uint8Array(Math.ceil(this.#carry.length / FRAME_BYTES) * FRAME_BYTES).fill(SILENCE);
    frames.set(this.#carry);
    this.#carry = new Uint8Array(0);
    this.#send(frames);
  }

  #send(audio: Uint8Array): void {
    this.#phone.play(audio);
    this.#ledger.sent(audio.length);
  }

  #mark(): void {
    this.#markedMs = this.#ledger.sentMs;
    this.#phone.mark(`${this.generation}:${this.#markedMs}`);
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
