/** Turns an answer into what the API sends: a list of stream records, or one completion. */
import type { ChatAnswer, ChatMessage, ChatRequest } from './chat.ts';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
  completion_tokens_details: { reasoning_tokens: number };
}

/** What every record of one answer repeats. `created` is in epoch seconds. */
export interface Envelope {
  id: string;
  created: number;
  model: string;
}

/** The delta of one `chat.completion.chunk`. */
export type Delta = Record<string, unknown>;

/** Word-sized deltas, then the fragments of each tool call in turn; `id` and `name` only in a call's first one. */
export function splitAnswer(answer: ChatAnswer, callId: (index: number) => string): Delta[] {
  const words = answer.text.match(/\s*\S+(?:\s+$)?/g) ?? [];
  const deltas: Delta[] = words.map((content) => ({ content }));
  for (const [index, call] of answer.toolCalls.entries()) {
    const opening = { id: callId(index), type: 'function', function: { name: call.name, arguments: '' } };
    deltas.push({ tool_calls: [{ index, ...opening }] });
    for (const fragment of splitArguments(JSON.stringify(call.arguments))) {
      deltas.push({ tool_calls: [{ index, function: { arguments: fragment } }] });
    }
  }
  return deltas;
}

/** Pieces of at most eight characters that also break right after each backslash: in the middle of an escape. */
function splitArguments(json: string): string[] {
  return json.match(/[^\\]{0,7}\\|[^\\]{1,8}/gs) ?? [];
}

export function toChunk(
  { id, created, model }: Envelope,
  delta: Delta,
  finishReason: string | null = null,
): Record<string, unknown> {
  return {
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    service_tier: 'default',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    usage: null,
  };
}

/** The last chunk of a stream that was asked for usage: its list of choices is empty. */
export function toUsageChunk(envelope: Envelope, usage: Usage): Record<string, unknown> {
  return { ...toChunk(envelope, {}), choices: [], usage };
}

/** The answer to a request without `stream`. */
export function toCompletion(
  { id, created, model }: Envelope,
  answer: ChatAnswer,
  usage: Usage,
  callId: (index: number) => string,
): Record<string, unknown> {
  const calls = answer.toolCalls.map((call, index) => ({
    id: callId(index),
    type: 'function',
    function: { name: call.name, arguments: JSON.stringify(call.arguments) },
  }));
  const message = { role: 'assistant', content: answer.text || null, refusal: null };
  return {
    id,
    object: 'chat.completion',
    created,
    model,
    service_tier: 'default',
    choices: [
      {
        index: 0,
        message: calls.length > 0 ? { ...message, tool_calls: calls } : message,
        logprobs: null,
        finish_reason: finishOf(answer),
      },
    ],
    usage,
  };
}

export function finishOf(answer: ChatAnswer): 'tool_calls' | 'stop' {
  return answer.toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

/** Tokens at four characters each, close enough for budgets; `cachedTokens` is what the prompt cache would have held. */
export function countUsage(request: ChatRequest, answer: ChatAnswer, cachedTokens: number): Usage {
  const prompt = countPromptTokens(request);
  const completion =
    countTokens(answer.text) + countTokens(answer.toolCalls.map((call) => JSON.stringify(call)).join(''));
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: Math.min(cachedTokens, prompt) },
    completion_tokens_details: { reasoning_tokens: 0 },
  };
}

export function countPromptTokens({ messages, tools }: ChatRequest): number {
  const spoken = messages
    .map((message: ChatMessage) => message.content + JSON.stringify(message.toolCalls ?? ''))
    .join('');
  return countTokens(spoken) + countTokens(JSON.stringify(tools));
}

function countTokens(text: string): number {
  return Math.ceil(text.length / 4);
}
