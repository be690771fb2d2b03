/** The model loop of one call: words out, tools run, words out; at most three rounds of tools a reply. */
import type { HistoryEntry } from '../call/history.ts';
import type { Agent, ReplyPart } from '../call/ports.ts';
import { VendorError } from '../lib/vendor-error.ts';
import { createClaimFilter, mayClaim } from './claims.ts';
import type { Dispatcher } from './dispatcher.ts';
import { toMessages } from './messages.ts';
import type { LanguageModel, ModelMessage, ModelRequest, ToolCall } from './ports.ts';
import { createResumption } from './resumption.ts';
import type { Ending } from './tool.ts';
import { bookAppointmentTool } from './tools/book-appointment.ts';
import { cancelAppointmentTool } from './tools/cancel-appointment.ts';
import { confirmAppointmentTool } from './tools/confirm-appointment.ts';
import { rescheduleAppointmentTool } from './tools/reschedule-appointment.ts';

const MAX_TOOL_ROUNDS = 3;
/** The writes that a caller may be told were done. */
const CLAIMABLE = [
  bookAppointmentTool,
  rescheduleAppointmentTool,
  confirmAppointmentTool,
  cancelAppointmentTool,
].map(({ name }) => name);
/** Replies in a row that failed before the agent gives up the call. */
const MAX_FAILURES = 2;

export interface AgentOptions {
  model: LanguageModel;
  dispatcher: Dispatcher;
  /** The same for every call, so that the vendor's prompt cache works. */
  persona: string;
  /** What is true of this call now: dates, services, caller. */
  context: () => string;
  cacheKey: string;
}

export function createAgent({ model, dispatcher, persona, context, cacheKey }: AgentOptions): Agent {
  let failures = 0;
  const tools = dispatcher.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));
  const isTerminal = ({ name }: ToolCall) =>
    dispatcher.tools.find((tool) => tool.name === name)?.effect === 'terminal';

  async function* reply(history: readonly HistoryEntry[], signal: AbortSignal): AsyncGenerator<ReplyPart> {
    const entries = [...history];
    const progress: Progress = {
      done: undefined,
      hasSpoken: false,
      hasCorrected: false,
      hasContinued: false,
    };
    try {
      for (let round = 0; round <= MAX_TOOL_ROUNDS; round++) {
        const isLast = round === MAX_TOOL_ROUNDS;
        const { text, calls } = yield* ask(entries, isLast ? 'none' : 'auto', progress, signal);
        if (signal.aborted) return;
        if (calls.length === 0 || isLast) break;
        yield { type: 'working' };
        if (text) entries.push({ speaker: 'agent', text, isInterrupted: false });
        const isOver = yield* runTools({ text, calls }, entries, progress, signal);
        if (signal.aborted) return;
        if (isOver) break;
      }
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof VendorError)) throw error;
      failures++;
      yield { type: 'fault', fault: error.message };
      yield* apologise(progress.done);
    }
  }

  /**
   * One answer of the model. When its stream breaks off after the first words, one more is asked for that goes on
   * from what was said: an apology in the middle of a sentence would cost the caller a turn.
   */
  async function* ask(
    entries: readonly HistoryEntry[],
    toolChoice: ModelRequest['toolChoice'],
    progress: Progress,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyPart, { text: string; calls: readonly ToolCall[] }> {
    let text = '';
    for (;;) {
      let calls: readonly ToolCall[] = [];
      let hasBegun = false;
      // What it holds back of a broken answer was never said, and goes with it.
      const filter = createClaimFilter((kind) => mayClaim(dispatcher.session, kind));
      const resumption = createResumption(text);
      const messages = toMessages(persona, context(), entries);
      if (text) messages.push(...askToGoOn(text));
      try {
        for await (const event of model.stream({ messages, tools, toolChoice, cacheKey }, signal)) {
          if (event.type === 'words') {
            hasBegun = true;
            const words = filter.push(resumption.push(event.text));
            if (!words) continue;
            text += words;
            progress.hasSpoken = true;
            yield { type: 'words', text: words };
          } else if (event.type === 'tool-calls') calls = event.calls;
          else yield { type: 'usage', model: event.model, ...(event.usage ?? NO_USAGE) };
        }
      } catch (error) {
        const canGoOn = error instanceof VendorError && error.retryable && hasBegun && !progress.hasContinued;
        if (!canGoOn || signal.aborted) throw error;
        progress.hasContinued = true;
        progress.hasCorrected ||= filter.hasCorrected;
        yield { type: 'fault', fault: error.message };
        continue;
      }
      if (signal.aborted) return { text, calls };
      const isWriting = toolChoice === 'auto' && calls.some(({ name }) => CLAIMABLE.includes(name));
      const rest = filter.push(resumption.end()) + filter.end({ isWriting });
      progress.hasCorrected ||= filter.hasCorrected;
      if (rest) {
        text += rest;
        progress.hasSpoken = true;
        yield { type: 'words', text: rest };
      }
      return { text, calls };
    }
  }

  /** Runs the calls one after the other; returns whether the reply is over. A reply that was cut short begins nothing new. */
  async function* runTools(
    { text, calls }: { text: string; calls: readonly ToolCall[] },
    entries: HistoryEntry[],
    progress: Progress,
    signal: AbortSignal,
  ): AsyncGenerator<ReplyPart, boolean> {
    let ending: Ending = 'none';
    let goodbye: string | undefined;
    let hasFailed = false;
    for (const call of calls) {
      if (signal.aborted) return true;
      // Nobody is hung up on who has just heard that their booking was not made.
      if (isTerminal(call) && progress.hasCorrected) {
        yield { type: 'words', text: ' Would you like me to do that?' };
        return true;
      }
      const { record, effect, spoken, ending: wished } = await dispatcher.dispatch(call);
      entries.push({ speaker: 'tool', record });
      yield { type: 'tool', record };
      if (!record.isSuccess) hasFailed = true;
      if (effect === 'write' && spoken) progress.done = spoken;
      if (wished !== 'none') [ending, goodbye] = [wished, spoken];
    }
    // What failed in the same breath has not been told yet.
    if (ending === 'none' || hasFailed || signal.aborted) return false;
    // Nobody is moved to another line without a word about it, whatever was said before.
    const hasSaidSo = ending === 'transferred' ? text !== '' : progress.hasSpoken;
    if (!hasSaidSo) yield { type: 'words', text: ` ${goodbye ?? 'Thanks for calling. Goodbye.'}` };
    yield { type: 'close', reason: ending };
    return true;
  }

  /** The model failed: the caller hears fixed words, and if something was done, what it was. */
  function* apologise(done: string | undefined): Generator<ReplyPart> {
    if (done) yield { type: 'words', text: ` ${done}` };
    else if (failures < MAX_FAILURES)
      yield { type: 'words', text: " I'm sorry, I lost that. Could you say it again, please?" };
    else {
      yield {
        type: 'words',
        text: " I'm sorry, I'm having trouble on my end and can't finish this now. Please call us back in a few minutes. Goodbye.",
      };
      yield { type: 'close', reason: 'llm_error' };
    }
  }

  return { reply };
}

/** What has happened in one reply so far. */
interface Progress {
  /** What the last write did, in words for the caller. */
  done: string | undefined;
  hasSpoken: boolean;
  /** A claim of a booking that does not exist has been replaced. */
  hasCorrected: boolean;
  /** A broken answer has been taken up again once. */
  hasContinued: boolean;
}

function askToGoOn(said: string): ModelMessage[] {
  return [
    { role: 'assistant', text: said, toolCalls: [] },
    {
      role: 'system',
      text: 'Your last message broke off where it ends, and the caller has heard it up to there. Go on from exactly there, without repeating any of it.',
    },
  ];
}

const NO_USAGE = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
