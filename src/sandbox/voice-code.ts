/** Speech for machines: words coded into mu-law bytes, so that lost, late or reordered audio is heard as wrong words. */
import { BYTES_PER_MS } from '../speech/mulaw.ts';

/*
 * One character is 60 ms: 10 ms of a delimiter, then 50 ms of a symbol. The low seven bits carry the value, the
 * sign bit flips every 4 samples, so any energy detector hears a loud 1 kHz tone.
 *   symbol     0..47                                   the alphabet below
 *   delimiter  48 + (sequence mod 8) * 2 + upper case
 *   silence    everything quieter (64..127)
 * An utterance starts at sequence 0 and every word, also the last, is closed by a space: a word that ends
 * otherwise was cut. Undamaged text therefore determines every byte, and any change to the bytes shows.
 */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789 .,?!'-$:@/&";
const SPACE = ALPHABET.indexOf(' ');
const FIRST_DELIMITER = 48;
const FIRST_QUIET = 64;
const DELIMITER_BYTES = 10 * BYTES_PER_MS;
const SYMBOL_BYTES = 50 * BYTES_PER_MS;
const CHARACTER_BYTES = DELIMITER_BYTES + SYMBOL_BYTES;
/** This much silence ends a word: one packet. */
const GAP_BYTES = 20 * BYTES_PER_MS;
const DAMAGED = '~';

const SPELLINGS = new Map([
  ['‘', "'"],
  ['’', "'"],
  ['‚', ','],
  [';', ','],
  ['‐', '-'],
  ['‑', '-'],
  ['–', '-'],
  ['—', ' - '],
  ['−', '-'],
  ['⁄', '/'],
  ['"', ''],
  ['“', ''],
  ['”', ''],
  ['+', ' plus '],
  ['%', ' percent'],
  ['#', ' number '],
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['Æ', 'AE'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['Ø', 'O'],
  ['ł', 'l'],
  ['Ł', 'L'],
]);

/** What of `text` can be spoken: accents and typography spelled plainly, the rest dropped, single spaces. */
export function toSpeakable(text: string): string {
  let plain = '';
  for (const char of text.normalize('NFKD').replace(/\p{M}/gu, '')) {
    plain += SPELLINGS.get(char) ?? (ALPHABET.includes(char.toLowerCase()) ? char : ' ');
  }
  return plain.split(' ').filter(Boolean).join(' ');
}

/** The audio of `text`: 480 bytes (60 ms) for each speakable character and one more; nothing for nothing. */
export function encodeSpeech(text: string): Uint8Array {
  const speakable = toSpeakable(text);
  if (speakable === '') return new Uint8Array(0);
  const chars = `${speakable} `;
  const audio = new Uint8Array(chars.length * CHARACTER_BYTES);
  for (let index = 0; index < chars.length; index += 1) {
    const char = chars.charAt(index);
    const lower = char.toLowerCase();
    const start = index * CHARACTER_BYTES;
    audio.fill(FIRST_DELIMITER + (index % 8) * 2 + (char === lower ? 0 : 1), start, start + DELIMITER_BYTES);
    audio.fill(ALPHABET.indexOf(lower), start + DELIMITER_BYTES, start + CHARACTER_BYTES);
  }
  for (let at = 0; at < audio.length; at += 1) {
    if (at & 4) audio[at] = (audio[at] ?? 0) | 0x80;
  }
  return audio;
}

export interface DecodedWord {
  /** As spoken, with `~` wherever the audio was damaged. */
  text: string;
  /** Milliseconds of audio from the first byte pushed. */
  startMs: number;
  endMs: number;
  /** The end of the word was not heard; its text then ends in `~`. */
  isCut: boolean;
}

export interface SpeechDecoder {
  /** Listens to the next stretch, of any length; returns the words that ended in it. */
  push(audio: Uint8Array): DecodedWord[];
  /** No more audio is coming: the word that was being spoken, if any, as cut. */
  flush(): DecodedWord | undefined;
  /** All audio pushed so far, silence included. */
  readonly audioMs: number;
  /** Silence since the last sound; all of it when there was none. */
  readonly trailingSilenceMs: number;
  /** Sound within the last 20 ms. */
  readonly isSpeaking: boolean;
}

/** A machine over runs of equal values: its only memory is the run being heard, its delimiter, and the open word. */
export function createSpeechDecoder(): SpeechDecoder {
  let at = 0;
  let quietBytes = 0;
  let run = { value: FIRST_QUIET, bytes: 0 };
  let isHeard = false;
  let delimiter: { sequence: number; isUpper: boolean } | undefined;
  let expected = 0;
  let word: { text: string; start: number; end: number } | undefined;
  let words: DecodedWord[] = [];

  function append(char: string): void {
    const end = at - quietBytes;
    word ??= { text: '', start: end - run.bytes, end };
    // One scar however long the damage: noise is not a word of a thousand letters.
    if (char !== DAMAGED || !word.text.endsWith(DAMAGED)) word.text += char;
    word.end = end;
  }

  function close(isCut: boolean): void {
    if (!word) return;
    const ending = isCut && !word.text.endsWith(DAMAGED) ? DAMAGED : '';
    const { text, start, end } = word;
    words.push({ text: text + ending, startMs: start / BYTES_PER_MS, endMs: end / BYTES_PER_MS, isCut });
    word = undefined;
  }

  function hearDelimiter(value: number, bytes: number): void {
    if (delimiter || bytes !== DELIMITER_BYTES) append(DAMAGED);
    const sequence = (value - FIRST_DELIMITER) >> 1;
    // A new utterance may begin anywhere; a word it breaks into was cut. Any other jump is lost audio.
    if (sequence !== expected) {
      if (sequence === 0 && bytes === DELIMITER_BYTES) close(true);
      else append(DAMAGED);
    }
    word ??= { text: '', start: at - bytes, end: at };
    delimiter = { sequence, isUpper: ((value - FIRST_DELIMITER) & 1) === 1 };
  }

  /** At its last byte, so that a word is told as soon as it is over; a run that then goes on is damage. */
  function hearSymbol(value: number): void {
    if (!delimiter) return;
    const char = ALPHABET.charAt(value);
    if (value !== SPACE) append(delimiter.isUpper ? char.toUpperCase() : char);
    else if (word?.text) close(false);
    else word = undefined;
    expected = (delimiter.sequence + 1) % 8;
    delimiter = undefined;
    isHeard = true;
  }

  function endRun(): void {
    const { value, bytes } = run;
    if (value >= FIRST_QUIET) return;
    if (value >= FIRST_DELIMITER) hearDelimiter(value, bytes);
    else if (!isHeard || bytes !== SYMBOL_BYTES) endDamagedSymbol();
  }

  function endDamagedSymbol(): void {
    append(DAMAGED);
    if (delimiter) expected = (delimiter.sequence + 1) % 8;
    delimiter = undefined;
  }

  function endSpeech(): void {
    if (delimiter) append(DAMAGED);
    delimiter = undefined;
    close(true);
    expected = 0;
  }

  function hear(byte: number): void {
    const value = Math.min(byte & 0x7f, FIRST_QUIET);
    if (value !== run.value) {
      endRun();
      run = { value, bytes: 0 };
      isHeard = false;
    }
    run.bytes += 1;
    at += 1;
    quietBytes = value === FIRST_QUIET ? quietBytes + 1 : 0;
    if (value < FIRST_DELIMITER && run.bytes === SYMBOL_BYTES) hearSymbol(value);
    if (quietBytes === GAP_BYTES) endSpeech();
  }

  function take(): DecodedWord[] {
    const taken = words;
    words = [];
    return taken;
  }

  return {
    push(audio) {
      for (const byte of audio) hear(byte);
      return take();
    },
    flush() {
      // A run still being heard is half a character, whatever it is; it cannot be two words.
      if (run.value < FIRST_QUIET && !(isHeard && run.bytes === SYMBOL_BYTES)) append(DAMAGED);
      run = { value: FIRST_QUIET, bytes: 0 };
      isHeard = false;
      delimiter = undefined;
      endSpeech();
      return take()[0];
    },
    get audioMs() {
      return at / BYTES_PER_MS;
    },
    get trailingSilenceMs() {
      return quietBytes / BYTES_PER_MS;
    },
    get isSpeaking() {
      return at > quietBytes && quietBytes < GAP_BYTES;
    },
  };
}
