/** The model loop of one call: words out, tools run, words out; at most three rounds of tools a reply. */
import type { HistoryEntry } from '../call/history.ts';
import type { Agent, ReplyPart } from '../call/ports.ts';
import { VendorError } from '../lib/vendor-error.ts';
import type { Dispatcher } from './dispatcher.ts';
import { toMessages } from './messages.ts';
import type { LanguageModel, ToolCall } from './ports.ts';

const MAX_TOOL_ROUNDS = 3;
/** Replies in a row that failed before the agent gives up the call. */
const MAX_FAILURES = 2;

export interface AgentOptions {
  model: LanguageModel;
  dispatcher: Dispatcher;
  /** The same for every call, so that the vendor's prompt cache works. */
  persona: string;
  /** What is true of this call now: dates, services, caller. */
  context(): string;
  cacheKey: string;
}

export function createAgent({ model, dispatcher, persona, context, cacheKey }: AgentOptions): Agent {
  let failures = 0;
  const tools = dispatcher.tools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }));

  async function* reply(history: readonly HistoryEntry[], signal: AbortSignal): AsyncGenerator<ReplyPart> {
    const entries = [...history];
    let done: string | undefined;
    try {
      for (let round = 0; round <= MAX_TOOL_ROUNDS; round++) {
        let text = '';
        let calls: readonly ToolCall[] = [];
        const request = {
          messages: toMessages(persona, context(), entries),
          tools,
          toolChoice: round === MAX_TOOL_ROUNDS ? ('none' as const) : ('auto' as const),
          cacheKey,
        };
        for await (const event of model.stream(request, signal)) {
          if (event.type === 'words') {
            text += event.text;
            yield event;
          } else if (event.type === 'tool-calls') calls = event.calls;
          else yield { type: 'usage', model: event.model, ...(event.usage ?? NO_USAGE) };
        }
        if (signal.aborted) return;
        failures = 0;
        if (calls.length === 0) return;
        yield { type: 'working' };
        if (text) entries.push({ speaker: 'agent', text, isInterrupted: false });
        let isClosing = false;
        for (const call of calls) {
          // A reply that was cut short begins nothing new; what has begun has been awaited.
          if (signal.aborted) return;
          const { record, effect, message } = await dispatcher.dispatch(call);
          entries.push({ speaker: 'tool', record });
          yield { type: 'tool', record };
          if (effect === 'write') done = message;
          if (effect === 'terminal') isClosing = true;
        }
        if (isClosing) {
          if (!signal.aborted) yield { type: 'close', reason: 'agent_end' };
          return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof VendorError)) throw error;
      failures++;
      yield { type: 'fault', fault: error.message };
      yield* apologise(done);
    }
  }

  /** The model failed: the caller hears fixed words, and if something was done, what it was. */
  function* apologise(done: string | undefined): Generator<ReplyPart> {
    if (done) yield { type: 'words', text: `${done} Is there anything else I can do for you?` };
    else if (failures < MAX_FAILURES)
      yield { type: 'words', text: "I'm sorry, I lost that. Could you say it again, please?" };
    else {
      yield {
        type: 'words',
        text: "I'm sorry, I'm having trouble on my end and can't finish this now. Please call us back in a few minutes. Goodbye.",
      };
      yield { type: 'close', reason: 'llm_error' };
    }
  }

  return { reply };
}

const NO_USAGE = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
