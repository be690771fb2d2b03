/**
 * What the caller really heard of one reply: a ledger of phrases, bytes sent and marks echoed.
 * The voice says when a stretch of text has been delivered whole; inside a stretch text is proportional to time.
 */

/** mu-law at 8 kHz. */
const BYTES_PER_MS = 8;
/** Before a stretch is complete its length is guessed at this pace: about 15 characters a second, slow on purpose so that the guess claims less, never more. */
const DEFAULT_MS_PER_CHARACTER = 68;

export interface Phrase {
  /** As the model wrote it; this is what the history keeps. */
  written: string;
  /** As the voice was told to say it. */
  spoken: string;
}

export interface Heard {
  /** The written text of what was heard, cut at a word. */
  text: string;
  /** Everything said has been delivered and played. */
  isWhole: boolean;
}

interface Stretch {
  phrases: Phrase[];
  startMs: number;
  endMs: number;
}

export class Ledger {
  #closed: Stretch[] = [];
  #open: Phrase[] = [];
  #openStartMs = 0;
  #sentBytes = 0;
  #msPerCharacter = DEFAULT_MS_PER_CHARACTER;

  /** A phrase was handed to the voice; its audio comes after all earlier audio. */
  said(phrase: Phrase): void {
    this.#open.push(phrase);
  }

  /** Audio of the reply was sent to the phone. */
  sent(bytes: number): void {
    this.#sentBytes += bytes;
  }

  get sentMs(): number {
    return this.#sentBytes / BYTES_PER_MS;
  }

  /** All audio of `spoken`, the oldest phrases not yet delivered, has been sent. */
  delivered(spoken: string): void {
    const length = withoutSpace(spoken);
    const phrases: Phrase[] = [];
    let taken = 0;
    while (taken < length) {
      const next = this.#open.shift();
      if (!next) break;
      phrases.push(next);
      taken += withoutSpace(next.spoken);
    }
    if (phrases.length === 0) return;
    const stretch = { phrases, startMs: this.#openStartMs, endMs: this.sentMs };
    this.#closed.push(stretch);
    this.#openStartMs = stretch.endMs;
    const characters = spokenLength(phrases);
    if (characters > 0 && stretch.endMs > stretch.startMs) {
      this.#msPerCharacter = Math.max(this.#msPerCharacter, (stretch.endMs - stretch.startMs) / characters);
    }
  }

  /** What was heard when `playedMs` of the reply's audio had been played. */
  heard(playedMs: number): Heard {
    const parts: string[] = [];
    for (const stretch of this.#closed) {
      if (playedMs >= stretch.endMs) parts.push(...stretch.phrases.map((phrase) => phrase.written));
      else parts.push(...cut(stretch.phrases, share(playedMs, stretch.startMs, stretch.endMs)));
    }
    if (this.#open.length > 0) {
      const guess = this.#openStartMs + spokenLength(this.#open) * this.#msPerCharacter;
      const endMs = Math.max(guess, this.sentMs);
      parts.push(...cut(this.#open, share(playedMs, this.#openStartMs, endMs)));
    }
    const text = parts.join(' ').replace(/\s+/g, ' ').trim();
    return { text, isWhole: this.#open.length === 0 && playedMs >= this.sentMs };
  }
}

const withoutSpace = (text: string) => text.replace(/\s/g, '').length;
const spokenLength = (phrases: readonly Phrase[]) =>
  phrases.reduce((sum, phrase) => sum + phrase.spoken.length, 0);

function share(playedMs: number, startMs: number, endMs: number): number {
  if (endMs <= startMs) return 0;
  return Math.min(1, Math.max(0, (playedMs - startMs) / (endMs - startMs)));
}

/** The written words that lie wholly within the first `part` (0..1) of what is spoken. */
function cut(phrases: readonly Phrase[], part: number): string[] {
  let characters = Math.floor(spokenLength(phrases) * part);
  const heard: string[] = [];
  for (const phrase of phrases) {
    if (characters <= 0) break;
    if (characters >= phrase.spoken.length) heard.push(phrase.written);
    else heard.push(wholeWords(phrase.written, (characters / phrase.spoken.length) * phrase.written.length));
    characters -= phrase.spoken.length;
  }
  return heard;
}

function wholeWords(text: string, characters: number): string {
  const end = Math.floor(characters);
  if (end >= text.length) return text;
  const head = text.slice(0, end + 1);
  return head.slice(0, Math.max(0, head.search(/\s\S*$/)));
}
