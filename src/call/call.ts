/** One phone call: feeds facts to the rules of turns.ts and carries their commands out. Owns the call's timers, sockets and history. */
import type { Clock } from '../lib/clock.ts';
import { createPhraser } from '../speech/phrases.ts';
import { speakable } from '../speech/speakable.ts';
import type { CallCommand, CallEnd, CallEvent, CallFact, Line, Opening, TimerName } from './events.ts';
import { History, type Past } from './history.ts';
import type {
  Agent,
  Hearing,
  Lines,
  Phone,
  PhoneListener,
  SpeechToText,
  TextToSpeech,
  Voice,
} from './ports.ts';
import { defaultTurnOptions, initialTurnState, step, type TurnOptions } from './turns.ts';
import { Utterance } from './utterance.ts';

/** A reply that was cut short may still be finishing a write; the next one waits for it this long at most. */
const SETTLE_MS = 6_000;
/** The last mark should come back when its audio has been played; if it does not come this much later, we go on. */
const MARK_GRACE_MS = 3_000;
/** A line that has brought no mark back by now brings none: what was played is told from the time. */
const MARKS_DUE_MS = 2_000;
/** What the telephone network and Twilio hold; subtracted, so that the time claims less than was heard. */
const LINE_DELAY_MS = 300;

export interface CallParts {
  phone: Phone;
  speechToText: SpeechToText;
  textToSpeech: TextToSpeech;
  agent: Agent;
  lines: Lines;
  clock: Clock;
  options?: TurnOptions;
  observe: (event: CallEvent) => void;
  /** Instead of the plain greeting. */
  opening?: Opening;
  /** The call goes on from an earlier stream instead of beginning. */
  resume?: { past: Past; opening: Opening };
  /** Waited for (6 s at most) before a transfer closes the line: whoever is asked what comes next must know by then. */
  beforeTransfer?: () => Promise<void>;
}

export interface LiveCall {
  /** Where the phone's events go. */
  readonly listener: PhoneListener;
  /** Says goodbye and ends the call. */
  shutDown(): void;
  /** Resolves once everything the call owned has been closed. */
  readonly ended: Promise<CallEnd>;
}

export interface StartedCall extends LiveCall {
  /** What another stream of the same call needs to go on from here; complete once `ended` has resolved. */
  leftOff(): LeftOff;
}

export interface LeftOff {
  past: Past;
  /** What the agent said last, to its last word, heard or not. */
  lastWords: string;
  /** The caller's last turn has no answer. */
  owesReply: boolean;
}

/** Answers the phone: greets and begins to listen. */
export function startCall(parts: CallParts): StartedCall {
  const call = new Call(parts);
  call.answer();
  return call;
}

class Call implements StartedCall {
  readonly ended: Promise<CallEnd>;
  readonly #parts: CallParts;
  readonly #options: TurnOptions;
  readonly #history: History;
  readonly #hearing: Hearing;
  readonly #voice: Voice;
  readonly #timers = new Map<TimerName, () => void>();
  readonly #answeredAt: number;
  readonly #end: (reason: CallEnd) => void;
  #state = initialTurnState;
  #utterance: Utterance | undefined;
  #generation = 0;
  /** The reply being made, to its very end: also the write it had begun when it was cut. */
  #reply: Promise<void> = Promise.resolve();
  #cancelMarkGuard: (() => void) | undefined;
  /** Whether this line echoes marks; when it does not, the time tells what was played. */
  #marks: 'unknown' | 'come' | 'missing' = 'unknown';
  #firstAudioAt = 0;
  #lastWordsAt = 0;
  #lastWords = '';
  #owesReply = false;

  constructor(parts: CallParts) {
    this.#parts = parts;
    this.#options = parts.options ?? defaultTurnOptions;
    this.#answeredAt = parts.clock.elapsed();
    const { promise, resolve } = Promise.withResolvers<CallEnd>();
    this.ended = promise;
    this.#end = resolve;
    this.#history = new History(
      () => parts.clock.now(),
      (turn) => parts.observe({ type: 'turn.settled', turn }),
      parts.resume?.past,
    );
    this.#hearing = parts.speechToText.listen({
      heard: (fact) => {
        if (fact.type === 'speech-started') return;
        if (fact.type === 'utterance-end') return this.#handle({ type: 'caller.paused' });
        this.#lastWordsAt = parts.clock.elapsed();
        const isFinal = fact.type === 'final';
        const endsTurn = fact.type === 'final' && fact.endsTurn;
        this.#handle({ type: 'caller.spoke', text: fact.text, isFinal, endsTurn });
      },
      failed: (error) => {
        parts.observe({ type: 'fault', where: 'hearing', fault: error.message });
        this.#handle({ type: 'hearing.failed' });
      },
    });
    this.#voice = parts.textToSpeech.open({
      audio: (audio) => this.#onAudio(audio),
      delivered: (text) => this.#utterance?.delivered(text),
      finished: () => this.#onVoiced(),
      failed: (error) => {
        parts.observe({ type: 'fault', where: 'voice', fault: error.message });
        this.#handle({ type: 'voice.failed' });
      },
    });
  }

  readonly listener: PhoneListener = {
    audio: (audio) => this.#hearing.hear(audio),
    played: (mark) => this.#onPlayed(mark),
    pressed: (digit) => this.#handle({ type: 'caller.pressed', digit }),
    ended: (how) => this.#handle({ type: 'caller.left', how }),
  };

  answer(): void {
    const opening = this.#parts.resume?.opening ?? this.#parts.opening;
    this.#handle({ type: 'call.answered', ...(opening ? { opening } : {}) });
  }

  shutDown(): void {
    this.#handle({ type: 'shutdown.began' });
  }

  /** The one door for facts and the one switch for commands. */
  #handle(fact: CallFact): void {
    const [state, commands] = step(this.#state, fact, this.#options);
    this.#state = state;
    for (const command of commands) this.#carryOut(command);
  }

  #carryOut(command: CallCommand): void {
    switch (command.type) {
      case 'startReply':
        this.#startReply(command.text);
        break;
      case 'stopReply':
        this.#stopReply();
        break;
      case 'say':
        if (command.isFiller) this.#sayFiller(command.line);
        else this.#sayLine(command.line, command.again);
        break;
      case 'finalizeHearing':
        this.#hearing.finalize();
        break;
      case 'setTimer':
        this.#setTimer(command.timer, command.ms);
        break;
      case 'clearTimer':
        this.#clearTimer(command.timer);
        break;
      case 'hangUp':
        void this.#hangUp(command.reason);
        break;
    }
  }

  #setTimer(timer: TimerName, ms: number): void {
    this.#clearTimer(timer);
    const cancel = this.#parts.clock.after(ms, () => {
      this.#timers.delete(timer);
      this.#handle({ type: 'timer.fired', timer });
    });
    this.#timers.set(timer, cancel);
  }

  #clearTimer(timer: TimerName): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }

  #beginUtterance(): Utterance {
    const { clock, phone } = this.#parts;
    this.#utterance = new Utterance(++this.#generation, clock.elapsed(), phone, this.#history);
    return this.#utterance;
  }

  // --- speaking ---------------------------------------------------------------------------------------------

  #startReply(text: string): void {
    const utterance = this.#beginUtterance();
    const previous = this.#reply;
    if (text) utterance.latencies.endOfTurnMs = Math.max(0, utterance.startedAt - this.#lastWordsAt);
    this.#reply = this.#makeReply(utterance, text, previous);
  }

  async #makeReply(utterance: Utterance, text: string, previous: Promise<void>): Promise<void> {
    const { clock, agent, observe } = this.#parts;
    const signal = utterance.abort.signal;
    await this.#withinDeadline(previous);
    if (text) this.#history.callerSaid(text);
    if (signal.aborted) return;

    const phraser = createPhraser();
    let closes: CallEnd | undefined;
    const speak = (written: string) => {
      const spoken = speakable(written);
      if (signal.aborted || !spoken) return;
      utterance.firstPhraseAt ??= clock.elapsed();
      utterance.said({ written: written.replace(/\s+/g, ' ').trim(), spoken });
      this.#voice.say(spoken);
      this.#handle({ type: 'agent.said', text: written });
    };
    try {
      for await (const part of agent.reply(this.#history.entries, signal)) {
        if (part.type === 'words' && !signal.aborted) {
          utterance.latencies.modelFirstTokenMs ??= clock.elapsed() - utterance.startedAt;
          for (const phrase of phraser.push(part.text)) speak(phrase);
        } else if (part.type === 'working') {
          for (const phrase of phraser.end()) speak(phrase);
        } else if (part.type === 'tool') {
          this.#history.toolRan(part.record);
          utterance.breakWords();
        } else if (part.type === 'usage') {
          observe(part);
        } else if (part.type === 'fault') {
          observe({ type: 'fault', where: 'model', fault: part.fault });
        } else if (part.type === 'close') {
          closes = part.reason;
        }
      }
    } catch (error) {
      // A bug of ours: the caller hears a fixed line, not silence.
      observe({
        type: 'fault',
        where: 'model',
        fault: error instanceof Error ? error.message : String(error),
      });
    }
    if (signal.aborted) return;
    for (const phrase of phraser.end()) speak(phrase);
    if (!utterance.isEmpty) this.#voice.finish();
    this.#handle({
      type: 'reply.ended',
      wasEmpty: utterance.isEmpty,
      ...(closes ? { closes } : {}),
    });
  }

  #onAudio(audio: Uint8Array): void {
    const utterance = this.#utterance;
    if (!utterance) return;
    const isFirst = !utterance.hasAudio;
    utterance.play(audio);
    if (!isFirst) return;
    const now = this.#parts.clock.elapsed();
    this.#firstAudioAt = now;
    utterance.latencies.speechFirstByteMs = now - (utterance.firstPhraseAt ?? utterance.startedAt);
    utterance.latencies.responseMs = now - utterance.startedAt;
    this.#handle({ type: 'agent.began' });
  }

  #onVoiced(): void {
    const utterance = this.#utterance;
    if (!utterance || utterance.isVoiced) return;
    utterance.voiced();
    this.#cancelMarkGuard?.();
    const sinceFirstMs = this.#parts.clock.elapsed() - this.#firstAudioAt;
    const unplayedMs = this.#marks === 'missing' ? utterance.unplayedMs - sinceFirstMs : utterance.unplayedMs;
    const graceMs = this.#marks === 'missing' ? LINE_DELAY_MS : MARK_GRACE_MS;
    this.#cancelMarkGuard = this.#parts.clock.after(Math.max(0, unplayedMs) + graceMs, () => {
      if (this.#marks === 'unknown') this.#marks = 'missing';
      this.#finishUtterance(utterance);
    });
  }

  #onPlayed(mark: string): void {
    const utterance = this.#utterance;
    this.#marks = 'come';
    if (utterance?.isOwnMark(mark) && utterance.played(mark)) this.#finishUtterance(utterance);
  }

  #finishUtterance(utterance: Utterance): void {
    if (utterance !== this.#utterance) return;
    this.#cancelMarkGuard?.();
    this.#utterance = undefined;
    this.#lastWords = utterance.text;
    utterance.settle(false);
    this.#handle({ type: 'agent.finished' });
  }

  #stopReply(): void {
    const utterance = this.#utterance;
    this.#utterance = undefined;
    this.#cancelMarkGuard?.();
    utterance?.abort.abort();
    this.#voice.cancel();
    this.#parts.phone.clear();
    if (!utterance) return;
    const hadAudio = utterance.hasAudio;
    const sinceFirstMs = this.#parts.clock.elapsed() - this.#firstAudioAt;
    if (hadAudio && this.#marks !== 'come' && sinceFirstMs > MARKS_DUE_MS) {
      utterance.assumePlayed(sinceFirstMs - LINE_DELAY_MS);
    }
    this.#lastWords = utterance.text || this.#lastWords;
    const heardText = utterance.settle(true);
    if (hadAudio) this.#parts.observe({ type: 'caller.interrupted', heardText });
  }

  #sayLine(line: Line, again = ''): void {
    const utterance = this.#beginUtterance();
    const written = this.#parts.lines.text(line);
    const spoken = speakable(written);
    utterance.said({ written, spoken });
    const audio = this.#parts.lines.audio(line);
    if (audio) {
      this.#firstAudioAt = this.#parts.clock.elapsed();
      utterance.play(audio);
      utterance.delivered(spoken);
    } else this.#voice.say(spoken);
    const more = speakable(again);
    if (more) {
      utterance.said({ written: again, spoken: more });
      this.#voice.say(more);
    }
    if (audio && !more) this.#onVoiced();
    else this.#voice.finish();
  }

  /** Plays behind what was said and before the reply being made; only a rendered line can do that. */
  #sayFiller(line: Line): void {
    const audio = this.#parts.lines.audio(line);
    if (audio && !this.#utterance?.hasAudio) this.#parts.phone.play(audio);
  }

  leftOff(): LeftOff {
    const { entries, position } = this.#history;
    return { past: { entries, position }, lastWords: this.#lastWords, owesReply: this.#owesReply };
  }

  // --- the end ----------------------------------------------------------------------------------------------

  async #hangUp(reason: CallEnd): Promise<void> {
    const { phone, clock, observe } = this.#parts;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    // Nothing of the reply was audible yet: whatever it was going to say is still owed.
    this.#owesReply = this.#utterance !== undefined && !this.#utterance.hasAudio;
    this.#stopReply();
    if (reason === 'transferred') await this.#withinDeadline(this.#parts.beforeTransfer?.());
    phone.close();
    await this.#withinDeadline(Promise.allSettled([this.#reply, this.#hearing.close(), this.#voice.close()]));
    observe({ type: 'call.ended', reason, durationMs: clock.elapsed() - this.#answeredAt });
    this.#end(reason);
  }

  async #withinDeadline(work: Promise<unknown> | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.clock.after(SETTLE_MS, resolve);
    await Promise.race([work, promise]);
    cancel();
  }
}
