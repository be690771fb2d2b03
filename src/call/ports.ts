/** What one phone call needs from the world. Interfaces only; adapters implement them. Audio is mu-law, 8 kHz, mono: 8 bytes a millisecond. */
import type { VendorError } from '../lib/vendor-error.ts';
import type { Line, ToolRecord } from './events.ts';
import type { HistoryEntry } from './history.ts';

/** The caller's end of the line. Nothing here waits; once the line is closed every verb does nothing. */
export interface Phone {
  /** Queues audio of any length behind what is already queued. */
  play(audio: Uint8Array): void;
  /** Asks to be told (`PhoneListener.played`) when everything queued so far has been played. Also echoed by `clear`. */
  mark(name: string): void;
  /** Throws away what is queued and not yet played. Every pending mark comes back. */
  clear(): void;
  /** Hangs up. */
  close(): void;
}

export interface PhoneListener {
  /** Audio from the caller, in order. */
  audio(audio: Uint8Array): void;
  played(mark: string): void;
  /** One of 0-9 * #. */
  pressed(digit: string): void;
  /** Once, whoever ended it. `hangup`: a stop message; `dropped`: the connection broke. */
  ended(how: 'hangup' | 'dropped'): void;
}

/** What the recogniser reports, in order. */
export type Heard =
  | { type: 'speech-started' }
  | { type: 'interim'; text: string }
  /** Words that will not change. `endsTurn`: the recogniser heard the caller stop (speech_final). */
  | { type: 'final'; text: string; endsTurn: boolean }
  /** No new word for the configured gap. */
  | { type: 'utterance-end' };

export interface SpeechToText {
  /** Starts listening at once; audio heard before the connection stands is kept and sent when it does. */
  listen(listener: HearingListener): Hearing;
}

export interface HearingListener {
  heard(fact: Heard): void;
  /** Once, after our own reconnection has been given up. */
  failed(error: VendorError): void;
}

export interface Hearing {
  hear(audio: Uint8Array): void;
  /** Asks for whatever was heard so far to be made final now. */
  finalize(): void;
  close(): Promise<void>;
}

export interface TextToSpeech {
  /** One voice for one call. Connects at once. */
  open(listener: VoiceListener): Voice;
  /** Renders a fixed phrase ahead of time. Rejects with a VendorError. */
  render(text: string, signal: AbortSignal): Promise<Uint8Array>;
}

export interface Voice {
  /** Adds a phrase to the reply being spoken. Plain text as it should be read. */
  say(text: string): void;
  /** The reply is complete: `finished` follows when all its audio has been delivered. */
  finish(): void;
  /** Forgets the reply; none of its audio and none of its events arrive after this returns. */
  cancel(): void;
  close(): Promise<void>;
}

export interface VoiceListener {
  /** Audio of the reply being spoken, in order. */
  audio(audio: Uint8Array): void;
  /** Every byte of `text` (one or more whole phrases, in the order said) has been delivered. */
  delivered(text: string): void;
  /** The reply has been delivered whole. */
  finished(): void;
  /** The voice broke and could not be mended; `unspoken` is what had been said to it and not delivered. */
  failed(error: VendorError, unspoken: string): void;
}

/** One reply in the making, in order. */
export type ReplyPart =
  | { type: 'words'; text: string }
  /** Tools are about to run: what has been written so far should be spoken now. */
  | { type: 'working' }
  /** A tool has run; kept in the history even when the reply has been cut short. */
  | { type: 'tool'; record: ToolRecord }
  | { type: 'usage'; model: string; promptTokens: number; cachedTokens: number; completionTokens: number }
  /** The model failed; what follows is an apology in fixed words. */
  | { type: 'fault'; fault: string }
  /** The call is to end once the words have been heard: the agent asked for it, or it cannot go on. */
  | { type: 'close'; reason: 'agent_end' | 'transferred' | 'llm_error' };

export interface Agent {
  /**
   * Streams one reply to the conversation. After `signal` is aborted no new tool starts, a write that has begun is
   * finished and yielded, and the stream ends. Never throws for a vendor's failure.
   */
  reply(history: readonly HistoryEntry[], signal: AbortSignal): AsyncIterable<ReplyPart>;
}

/** Fixed lines as text and, where they could be rendered, as audio. */
export interface Lines {
  text(line: Line): string;
  audio(line: Line): Uint8Array | undefined;
}
