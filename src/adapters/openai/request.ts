/** Writes a model request in the words of the chat-completions API. */
import type OpenAI from 'openai';
import type { ModelMessage, ModelRequest } from '../../agent/ports.ts';
import { parametersFor } from './model-families.ts';

export type ChatBody = OpenAI.ChatCompletionCreateParamsStreaming;

/** The body of one streamed request to `model`. */
export function toChatBody(model: string, { messages, tools, toolChoice, cacheKey }: ModelRequest): ChatBody {
  return {
    model,
    messages: messages.map(toChatMessage),
    stream: true,
    // Obfuscation pads every record against traffic analysis; on a phone call the bytes are worth more.
    stream_options: { include_usage: true, include_obfuscation: false },
    store: false,
    ...parametersFor(model),
    ...(cacheKey === '' ? {} : { prompt_cache_key: cacheKey }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function',
            function: { name, description, parameters, strict: true },
          })),
          tool_choice: toolChoice,
          // Strict schemas are only guaranteed for one call at a time.
          parallel_tool_calls: false,
        }),
  };
}

function toChatMessage(message: ModelMessage): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case 'system':
    case 'user':
      return { role: message.role, content: message.text };
    case 'tool':
      return { role: 'tool', tool_call_id: message.callId, content: message.text };
    case 'assistant':
      if (message.toolCalls.length === 0) return { role: 'assistant', content: message.text };
      return {
        role: 'assistant',
        content: message.text === '' ? null : message.text,
        tool_calls: message.toolCalls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: call.arguments },
        })),
      };
  }
}
