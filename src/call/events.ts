/** The whole vocabulary of one phone call: facts in the past tense go in, commands in the imperative come out. */

/** How a call ended, as kept in the call log. */
export type CallEnd =
  | 'caller_hangup'
  | 'agent_end'
  /** The line goes on to a person; whether one answers is known later. */
  | 'transferred'
  | 'no_input'
  | 'max_duration'
  | 'stt_error'
  | 'llm_error'
  | 'tts_error'
  | 'media_disconnect'
  | 'shutdown';

/** Fixed lines, rendered ahead of time so that they play even when every vendor is down. */
export const LINES = [
  'greeting',
  /** The first half of a greeting by name; the second half is spoken live behind it. */
  'welcome',
  /** Instead of the greeting, when a call that had been cut off comes back, or one that nobody took. */
  'lineCut',
  'nobodyThere',
  'oneMoment',
  'stillWorking',
  'stillThere',
  'noInputGoodbye',
  'didNotCatch',
  'trouble',
  'troubleGoodbye',
  'cannotHearGoodbye',
  'timeUpGoodbye',
  'shutdownGoodbye',
] as const;
export type Line = (typeof LINES)[number];

/** `turn`: words came, the end of the turn did not. `patience`: a reply is owed. `silence`: the caller owes one. */
export type TimerName = 'turn' | 'patience' | 'silence' | 'maxDuration';

/**
 * How a call begins when not with the plain greeting: by name, or because it is taken up again. `again`: what is said
 * live behind the line, such as what was being asked when the call broke off. `owesReply`: the caller had finished a turn and was given no answer.
 */
export interface Opening {
  line: 'welcome' | 'lineCut' | 'nobodyThere';
  again?: string;
  owesReply?: boolean;
}

export type CallFact =
  | { type: 'call.answered'; opening?: Opening }
  | { type: 'caller.spoke'; text: string; isFinal: boolean; endsTurn: boolean }
  /** The recogniser found a gap after the last word. */
  | { type: 'caller.paused' }
  | { type: 'caller.pressed'; digit: string }
  | { type: 'caller.left'; how: 'hangup' | 'dropped' }
  /** A phrase was handed to the voice. */
  | { type: 'agent.said'; text: string }
  /** The first audio of the reply went to the phone. */
  | { type: 'agent.began' }
  /** The reply, or a fixed line spoken in its place, has been played to its end. */
  | { type: 'agent.finished' }
  /** The agent has nothing more to add; `closes`: it asked to end the call once its words have been heard. */
  | { type: 'reply.ended'; wasEmpty: boolean; closes?: CallEnd }
  | { type: 'hearing.failed' }
  | { type: 'voice.failed' }
  | { type: 'shutdown.began' }
  | { type: 'timer.fired'; timer: TimerName };

export type CallCommand =
  /** Without text it answers what stands in the history already. */
  | { type: 'startReply'; text: string }
  /** Cut the agent short: voice, phone buffer and model; the history keeps what was heard. */
  | { type: 'stopReply' }
  /** Speak a fixed line. `isFiller`: the reply being made goes on behind it. `again`: words spoken after it in one breath. */
  | { type: 'say'; line: Line; isFiller: boolean; again?: string }
  | { type: 'finalizeHearing' }
  | { type: 'setTimer'; timer: TimerName; ms: number }
  | { type: 'clearTimer'; timer: TimerName }
  | { type: 'hangUp'; reason: CallEnd };

/** What observers (call log, metrics, console, terminal) may watch. They never steer. */
export type CallEvent =
  | { type: 'turn.settled'; turn: SettledTurn }
  | { type: 'caller.interrupted'; heardText: string }
  | { type: 'usage'; model: string; promptTokens: number; cachedTokens: number; completionTokens: number }
  | { type: 'fault'; where: 'hearing' | 'voice' | 'model' | 'tool'; fault: string }
  /** A stream of the call is over; after `media_disconnect` and `transferred` another of the same call may follow. */
  | { type: 'call.ended'; reason: CallEnd; durationMs: number };

export interface TurnLatencies {
  /** Last word from the recogniser to the decision that the turn is over. */
  endOfTurnMs?: number;
  /** Start of the reply to the model's first word. */
  modelFirstTokenMs?: number;
  /** First phrase handed to the voice to its first audio. */
  speechFirstByteMs?: number;
  /** End of the caller's turn to the first audio sent to the phone. */
  responseMs?: number;
}

/** One thing said or done, final. `position` counts from 1 in the order of the conversation. */
export type SettledTurn =
  | { position: number; speaker: 'caller'; text: string; at: number }
  | {
      position: number;
      speaker: 'agent';
      /** As heard by the caller. */
      text: string;
      isInterrupted: boolean;
      latencies: TurnLatencies;
      at: number;
    }
  | { position: number; speaker: 'tool'; record: ToolRecord; at: number };

/** A tool that ran: what was asked and what came of it. Kept whatever happens to the reply that asked. */
export interface ToolRecord {
  callId: string;
  name: string;
  /** As the model wrote it. */
  arguments: string;
  /** JSON, as given back to the model. */
  result: string;
  isSuccess: boolean;
  tookMs: number;
}
