/** A language model that plays a scenario's script over the vendor's wire: per caller turn, an answer to each request. */
import type { Brain, ChatMessage } from '../../src/sandbox/openai/chat.ts';
import type { ModelStep } from './scenario.ts';

const NOTHING_LEFT = 'Is there anything else I can do for you?';

/**
 * `turns[n]` are the answers to the requests that the n-th thing the caller said leads to. A request beyond the script
 * is answered with a harmless question, so that a conversation which runs on does not fail for that.
 */
export function createScriptedModel(turns: readonly (readonly ModelStep[])[]): Brain {
  /** Requests answered so far, by caller turn. */
  const answered = new Map<number, number>();
  return ({ messages, toolChoice }) => {
    const turn = messages.filter(isSaid).length - 1;
    const index = answered.get(turn) ?? 0;
    answered.set(turn, index + 1);
    const step = turns[turn]?.[index];
    if (!step) return { text: NOTHING_LEFT, toolCalls: [] };
    return { text: step.say, toolCalls: toolChoice === 'none' ? [] : step.call.map(toCall) };
  };
}

/** Text arguments stand for what is no JSON object; the wire sends them under a name that no tool has. */
const toCall = ({ name, args }: ModelStep['call'][number]) => ({
  name,
  arguments: typeof args === 'string' ? { garbage: args } : args,
});

/** What the caller said; not what the application remarks about it in brackets. */
const isSaid = ({ role, content }: ChatMessage) => role === 'user' && !content.startsWith('[');
