/** Who holds the floor: the pure rules of taking turns. No clock, no I/O; timers are commands out and facts in. */
import type { CallCommand, CallEnd, CallFact, Opening } from './events.ts';
import { isBackchannel, isFarewell } from './short-answers.ts';

export interface TurnOptions {
  /** Words came but neither speech_final nor UtteranceEnd: ask for a final, and the same again before we go on. */
  turnBackupMs: number;
  finalizeMs: number;
  /** Silence of ours while a reply is owed: a first filler, a second, then an apology. */
  firstFillerMs: number;
  secondFillerMs: number;
  giveUpMs: number;
  /** The caller's silence before we ask; asked twice, then goodbye. */
  callerSilenceMs: number;
  maxSilencePrompts: number;
  maxCallMs: number;
  /** Replies that may fail in a row before we say goodbye. */
  maxFailedReplies: number;
}

/** Sources: UtteranceEnd can be no shorter than 1 s, so the backup stands behind it; fillers after voice-agent practice (1.2 s, then 4 s, 8 s). */
export const defaultTurnOptions: TurnOptions = {
  turnBackupMs: 1_500,
  finalizeMs: 500,
  firstFillerMs: 1_200,
  secondFillerMs: 4_000,
  giveUpMs: 8_000,
  callerSilenceMs: 7_000,
  maxSilencePrompts: 2,
  maxCallMs: 15 * 60_000,
  maxFailedReplies: 2,
};

export interface TurnState {
  /**
   * `listening`: the caller's turn. `thinking`: a reply is being made and nothing of it is audible yet.
   * `speaking`: the agent is audible. `over`: the call has ended.
   */
  phase: 'waiting' | 'listening' | 'thinking' | 'speaking' | 'over';
  /** Final words of the caller's unfinished turn, and the latest guess at what follows them. */
  finals: readonly string[];
  interim: string;
  /** The recogniser has been asked for its final words. */
  isFinalizing: boolean;
  /** The caller finished a short remark while we were speaking; it is answered when we are done. */
  hasFinished: boolean;
  /** A turn that was ended on a guess (interim words): the final words for it may still come and are no new turn. */
  guessedTurn: string;
  /** What the agent is saying holds a question, so a short answer is an answer. */
  hasAsked: boolean;
  /** The call ends when what is being said has been heard. */
  closing: CallEnd | undefined;
  /** Fillers spoken for the reply that is owed. */
  fillers: number;
  silencePrompts: number;
  failedReplies: number;
  /** A caller's turn from before the call broke off has no answer yet; it comes after the opening line. */
  owesReply: boolean;
}

export const initialTurnState: TurnState = {
  phase: 'waiting',
  finals: [],
  interim: '',
  isFinalizing: false,
  hasFinished: false,
  guessedTurn: '',
  hasAsked: false,
  closing: undefined,
  fillers: 0,
  silencePrompts: 0,
  failedReplies: 0,
  owesReply: false,
};

type Step = [TurnState, CallCommand[]];

/** The one rule book: what happens next, given what happened. */
export function step(state: TurnState, fact: CallFact, options: TurnOptions): Step {
  if (state.phase === 'over') return [state, []];
  switch (fact.type) {
    case 'call.answered':
      return onAnswered(state, fact.opening, options);
    case 'caller.spoke':
      return onWords(state, fact, options);
    case 'caller.paused':
      return onPause(state, options);
    case 'caller.pressed':
      return onKey(state, fact.digit, options);
    case 'caller.left':
      return end(state, fact.how === 'hangup' ? 'caller_hangup' : 'media_disconnect');
    case 'agent.said':
      return [{ ...state, hasAsked: state.hasAsked || fact.text.includes('?') }, []];
    case 'agent.began':
      return state.phase === 'thinking'
        ? [{ ...state, phase: 'speaking', fillers: 0 }, [{ type: 'clearTimer', timer: 'patience' }]]
        : [state, []];
    case 'agent.finished':
      return onAgentFinished(state, options);
    case 'reply.ended':
      return onReplyEnded(state, fact.wasEmpty, fact.closes, options);
    case 'hearing.failed':
      return close(state, 'cannotHearGoodbye', 'stt_error');
    case 'voice.failed':
      return close(state, 'troubleGoodbye', 'tts_error');
    case 'shutdown.began':
      return close(state, 'shutdownGoodbye', 'shutdown');
    case 'timer.fired':
      return onTimer(state, fact.timer, options);
  }
}

function onAnswered(state: TurnState, opening: Opening | undefined, options: TurnOptions): Step {
  const again = opening?.owesReply ? undefined : opening?.again;
  return [
    { ...state, phase: 'speaking', hasAsked: true, owesReply: opening?.owesReply ?? false },
    [
      { type: 'setTimer', timer: 'maxDuration', ms: options.maxCallMs },
      { type: 'say', line: opening?.line ?? 'greeting', isFiller: false, ...(again ? { again } : {}) },
    ],
  ];
}

function onWords(
  state: TurnState,
  fact: { text: string; isFinal: boolean; endsTurn: boolean },
  options: TurnOptions,
): Step {
  const text = fact.text.trim();
  if (state.phase !== 'listening' && isSameWords(text, state.guessedTurn)) {
    return [fact.isFinal ? { ...state, guessedTurn: '' } : state, []];
  }
  const next: TurnState = fact.isFinal
    ? { ...state, finals: text ? [...state.finals, text] : state.finals, interim: '' }
    : {
        ...state,
        interim: text || state.interim,
        isFinalizing: state.isFinalizing && isSameWords(text, state.interim),
      };
  const words = unfinishedTurn(next);
  if (!words) return [next, []];

  if (state.phase === 'speaking' || state.phase === 'thinking') {
    if (!interrupts(words, state)) {
      if (!(fact.isFinal && fact.endsTurn)) return [next, []];
      return [isBackchannel(words) ? withoutWords(next) : { ...next, hasFinished: true }, []];
    }
    const listening: TurnState = { ...next, phase: 'listening', closing: undefined, fillers: 0 };
    const stop: CallCommand[] = [{ type: 'stopReply' }, { type: 'clearTimer', timer: 'patience' }];
    const [after, commands] = hearOn(listening, fact, options);
    return [after, [...stop, ...commands]];
  }
  return hearOn(next, fact, options);
}

/** The caller holds the floor and has said something. */
function hearOn(state: TurnState, fact: { isFinal: boolean; endsTurn: boolean }, options: TurnOptions): Step {
  if (fact.isFinal && (fact.endsTurn || state.isFinalizing)) return endTurn(state, options);
  return [
    { ...state, silencePrompts: 0 },
    [
      { type: 'clearTimer', timer: 'silence' },
      { type: 'setTimer', timer: 'turn', ms: state.isFinalizing ? options.finalizeMs : options.turnBackupMs },
    ],
  ];
}

function onPause(state: TurnState, options: TurnOptions): Step {
  if (state.phase !== 'listening') {
    return [isBackchannel(unfinishedTurn(state)) ? withoutWords(state) : { ...state, hasFinished: true }, []];
  }
  if (state.interim) return finalize(state, options);
  return state.finals.length > 0 ? endTurn(state, options) : [state, []];
}

function onKey(state: TurnState, digit: string, options: TurnOptions): Step {
  const stop: CallCommand[] =
    state.phase === 'speaking' || state.phase === 'thinking' ? [{ type: 'stopReply' }] : [];
  const [next, commands] = endTurn(
    {
      ...state,
      phase: 'listening',
      closing: undefined,
      finals: [...state.finals, `[The caller pressed ${digit}]`],
    },
    options,
  );
  return [next, [...stop, ...commands]];
}

function onAgentFinished(state: TurnState, options: TurnOptions): Step {
  if (state.phase !== 'speaking') return [state, []];
  if (state.closing) return end(state, state.closing);
  const listening: TurnState = { ...state, phase: 'listening' };
  if (state.hasFinished && unfinishedTurn(state)) return endTurn(listening, options);
  if (state.owesReply && !unfinishedTurn(state)) return endTurn(listening, options);
  // The caller began to answer under our last words: their turn goes on.
  const timer: CallCommand = unfinishedTurn(state)
    ? { type: 'setTimer', timer: 'turn', ms: options.turnBackupMs }
    : { type: 'setTimer', timer: 'silence', ms: options.callerSilenceMs };
  return [listening, [timer]];
}

function onReplyEnded(
  state: TurnState,
  wasEmpty: boolean,
  closes: CallEnd | undefined,
  options: TurnOptions,
): Step {
  if (state.phase === 'listening') return [state, []];
  const next: TurnState = { ...state, closing: closes ?? state.closing, failedReplies: 0 };
  if (!wasEmpty) return [next, []];
  if (closes) return end(next, closes);
  // Nothing to say twice in a row is a failure of ours; asking the caller again would go on for ever.
  const failedReplies = state.failedReplies + 1;
  if (failedReplies >= options.maxFailedReplies) return close(state, 'troubleGoodbye', 'llm_error');
  return [
    { ...next, phase: 'speaking', hasAsked: true, fillers: 0, failedReplies },
    [
      { type: 'clearTimer', timer: 'patience' },
      { type: 'say', line: 'didNotCatch', isFiller: false },
    ],
  ];
}

function onTimer(
  state: TurnState,
  timer: 'turn' | 'patience' | 'silence' | 'maxDuration',
  options: TurnOptions,
): Step {
  switch (timer) {
    case 'turn':
      if (state.phase !== 'listening' || !unfinishedTurn(state)) return [state, []];
      return state.isFinalizing ? endTurn(state, options) : finalize(state, options);
    case 'patience':
      return onPatience(state, options);
    case 'silence':
      return onSilence(state, options);
    case 'maxDuration':
      return close(state, 'timeUpGoodbye', 'max_duration');
  }
}

function onPatience(state: TurnState, options: TurnOptions): Step {
  if (state.phase !== 'thinking') return [state, []];
  if (state.fillers < 2) {
    const wait =
      state.fillers === 0
        ? options.secondFillerMs - options.firstFillerMs
        : options.giveUpMs - options.secondFillerMs;
    return [
      { ...state, fillers: state.fillers + 1 },
      [
        { type: 'say', line: state.fillers === 0 ? 'oneMoment' : 'stillWorking', isFiller: true },
        { type: 'setTimer', timer: 'patience', ms: wait },
      ],
    ];
  }
  const failedReplies = state.failedReplies + 1;
  if (failedReplies >= options.maxFailedReplies) return close(state, 'troubleGoodbye', 'llm_error');
  return [
    { ...state, phase: 'speaking', hasAsked: true, fillers: 0, failedReplies },
    [{ type: 'stopReply' }, { type: 'say', line: 'trouble', isFiller: false }],
  ];
}

function onSilence(state: TurnState, options: TurnOptions): Step {
  if (state.phase !== 'listening') return [state, []];
  if (state.silencePrompts >= options.maxSilencePrompts) return close(state, 'noInputGoodbye', 'no_input');
  return [
    { ...state, phase: 'speaking', hasAsked: true, silencePrompts: state.silencePrompts + 1 },
    [{ type: 'say', line: 'stillThere', isFiller: false }],
  ];
}

function finalize(state: TurnState, options: TurnOptions): Step {
  return [
    { ...state, isFinalizing: true },
    [{ type: 'finalizeHearing' }, { type: 'setTimer', timer: 'turn', ms: options.finalizeMs }],
  ];
}

function endTurn(state: TurnState, options: TurnOptions): Step {
  const text = unfinishedTurn(state);
  return [
    {
      ...withoutWords(state),
      phase: 'thinking',
      guessedTurn: state.interim ? text : '',
      hasAsked: false,
      fillers: 0,
      silencePrompts: 0,
      owesReply: false,
    },
    [
      { type: 'clearTimer', timer: 'turn' },
      { type: 'clearTimer', timer: 'silence' },
      { type: 'setTimer', timer: 'patience', ms: options.firstFillerMs },
      { type: 'startReply', text },
    ],
  ];
}

/** Says goodbye and hangs up once it has been heard; the caller may still stop us by speaking. */
function close(
  state: TurnState,
  line: 'cannotHearGoodbye' | 'troubleGoodbye' | 'timeUpGoodbye' | 'shutdownGoodbye' | 'noInputGoodbye',
  reason: CallEnd,
): Step {
  return [
    { ...withoutWords(state), phase: 'speaking', closing: reason, hasAsked: false, fillers: 0 },
    [
      { type: 'clearTimer', timer: 'turn' },
      { type: 'clearTimer', timer: 'silence' },
      { type: 'clearTimer', timer: 'patience' },
      { type: 'stopReply' },
      { type: 'say', line, isFiller: false },
    ],
  ];
}

function end(state: TurnState, reason: CallEnd): Step {
  return [{ ...state, phase: 'over' }, [{ type: 'hangUp', reason }]];
}

/** Ends that the caller may still stop by speaking; a transfer is one, so that nobody is moved against their will. */
const INTERRUPTIBLE: readonly CallEnd[] = ['agent_end', 'no_input', 'transferred'];

/** Whether words spoken over the agent, or while it thinks, take the floor. */
function interrupts(words: string, state: TurnState): boolean {
  if (state.closing) {
    if (!INTERRUPTIBLE.includes(state.closing)) return false;
    return !isBackchannel(words) && !isFarewell(words);
  }
  if (isBackchannel(words)) return false;
  return state.hasAsked || state.phase === 'thinking' || words.split(/\s+/).length >= 2 || isStop(words);
}

const STOP_WORDS = /^(stop|wait|no|nope|hold on|hang on|hello|sorry|actually|excuse me)\b/i;
const isStop = (words: string) => STOP_WORDS.test(words);

function unfinishedTurn(state: TurnState): string {
  return [...state.finals, state.interim].join(' ').trim();
}

function withoutWords(state: TurnState): TurnState {
  return { ...state, finals: [], interim: '', isFinalizing: false, hasFinished: false };
}

/** Whether `text` only repeats words of the turn that was ended on a guess. */
function isSameWords(text: string, guessedTurn: string): boolean {
  const plain = (words: string) =>
    words
      .toLowerCase()
      .replace(/[^a-z0-9 ]/g, '')
      .replace(/\s+/g, ' ')
      .trim();
  return guessedTurn !== '' && plain(text) !== '' && plain(guessedTurn).endsWith(plain(text));
}
