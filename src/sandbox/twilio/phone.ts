/** The simulated telephone as tests and demonstrations hold it, and the settings of the world around it. */
import type { CallRecord } from './call-record.ts';
import type { HeardWord, TurnWait } from './ear.ts';
import type { CallFaults } from './faults.ts';
import type { LineCounts } from './media-line.ts';

export interface CallEnd {
  by: 'caller' | 'agent';
  /** A sentence for people. */
  reason: string;
}

/** Times are milliseconds of the clock since the call was answered. */
export interface PhoneCall {
  readonly callSid: string;
  readonly record: Readonly<CallRecord>;
  /** May be changed while the call runs. */
  readonly faults: CallFaults;
  /** Speaks, over the agent if need be. Resolves when the last byte has been sent, or the call has ended. */
  say(text: string): Promise<void>;
  /** The same with audio of one's own: mu-law, any length. */
  playAudio(audio: Uint8Array): Promise<void>;
  press(digit: string): void;
  hangUp(): void;
  /** Breaks the media socket as a network does; Twilio then goes on with the action URL. */
  dropSocket(): void;
  /** Agent audio is being played, or waits to be. */
  readonly isAgentSpeaking: boolean;
  readonly atMs: number;
  readonly heard: readonly HeardWord[];
  heardText(): string;
  /**
   * What the agent said since the last turn handed out, once it has been quiet for the gap with nothing left to play,
   * or the call has ended. Rejects at the deadline, and when the call has ended with nothing more said.
   */
  nextAgentTurn(wait?: TurnWait): Promise<string>;
  /** Tells of each word when its end has been played; returns the way to stop. */
  onHeard(listener: (word: HeardWord) => void): () => void;
  /** Never rejects; settles after the last status callback. */
  ended: Promise<CallEnd>;
  readonly stats: Readonly<LineCounts>;
  /** All audio while a stream was open, up to the limit: the caller's, and the agent's without the silence between. */
  capture(): { sent: Uint8Array; played: Uint8Array };
  /** Numbers dialled by TwiML. */
  readonly dialled: readonly string[];
  /** What Twilio would have put into its debugger. */
  readonly warnings: readonly { code: number; detail: string }[];
}

/** What the sandbox itself may do to a call, as the REST API does. */
export interface ManagedCall extends PhoneCall {
  end(by: CallEnd['by'], reason: string): void;
  /** Drops the running TwiML, and its stream, for this. */
  replaceTwiml(source: { twiml: string } | { url: string }): void;
}

/** How the world outside takes its time. Milliseconds; may be changed at any moment. */
export interface CallTimings {
  /** Before an outgoing call is answered, or given up as busy. */
  ringMs: number;
  /** Before answering-machine detection has its verdict. */
  detectionMs: number;
  /** A transfer that is answered lasts this long. */
  talkMs: number;
  /** How much audio each direction is kept for `capture`. */
  captureMs: number;
}

export type DialOutcome = 'completed' | 'busy' | 'no-answer' | 'failed';
