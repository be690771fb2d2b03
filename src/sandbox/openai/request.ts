/** Reads the body of a chat request as the API does: checks shape and rules, ignores fields it does not know. */
import { z } from 'zod';
import type { ChatMessage, ChatRequest } from './chat.ts';
import { type ApiRefusal, badRequest } from './refusal.ts';
import { findSchemaFault } from './strict-schema.ts';

const content = z.union([
  z.string(),
  z
    .array(z.object({ type: z.literal('text'), text: z.string() }))
    .transform((parts) => parts.map((part) => part.text).join('')),
]);

const callSchema = z.object({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const messageSchema = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer', 'user']), content }),
  z.object({
    role: z.literal('assistant'),
    content: content.nullish(),
    tool_calls: z.array(callSchema).min(1).optional(),
  }),
  z.object({ role: z.literal('tool'), content, tool_call_id: z.string().min(1) }),
]);

const bodySchema = z.object({
  model: z.string().min(1),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  tools: z
    .array(
      z.object({
        type: z.literal('function'),
        function: z.object({
          name: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/),
          description: z.string().default(''),
          parameters: z.record(z.string(), z.unknown()).default({}),
          strict: z.boolean().nullish(),
        }),
      }),
    )
    .min(1)
    .optional(),
  tool_choice: z.enum(['auto', 'none', 'required']).optional(),
  reasoning_effort: z.string().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  max_tokens: z.int().positive().nullish(),
  max_completion_tokens: z.int().positive().nullish(),
  prompt_cache_key: z.string().nullish(),
});

type Body = z.infer<typeof bodySchema>;

export interface ReadRequest {
  request: ChatRequest;
  isStreamed: boolean;
  wantsUsage: boolean;
  cacheKey: string;
}

/** Returns the request, or the refusal the API would answer with. */
export function readChatRequest(body: unknown): ReadRequest | { refusal: ApiRefusal } {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const param = issue?.path.join('.') ?? null;
    return { refusal: badRequest(`Invalid value for '${param}': ${issue?.message}`, param, 'invalid_value') };
  }
  const refusal = checkModel(parsed.data) ?? checkToolMessages(parsed.data) ?? checkTools(parsed.data);
  if (refusal) return { refusal };
  const { model, messages, tools = [], tool_choice } = parsed.data;
  return {
    request: {
      model,
      messages: messages.map(toChatMessage),
      tools: tools.map(({ function: { name, description, parameters } }) => ({
        name,
        description,
        parameters,
      })),
      toolChoice: tool_choice ?? (tools.length > 0 ? 'auto' : 'none'),
    },
    isStreamed: parsed.data.stream === true,
    wantsUsage: parsed.data.stream_options?.include_usage === true,
    cacheKey: parsed.data.prompt_cache_key ?? '',
  };
}

function toChatMessage(message: Body['messages'][number]): ChatMessage {
  if (message.role === 'tool') {
    return { role: 'tool', content: message.content, toolCallId: message.tool_call_id };
  }
  if (message.role !== 'assistant') return message;
  const calls = message.tool_calls?.map(({ id, function: { name, arguments: text } }) => ({
    id,
    name,
    arguments: text,
  }));
  return { role: 'assistant', content: message.content ?? '', ...(calls ? { toolCalls: calls } : {}) };
}

/** What each family of models takes: new ones no tools together with reasoning, old ones no reasoning at all. */
function checkModel({ model, tools, reasoning_effort: effort, temperature }: Body): ApiRefusal | undefined {
  if (tools && /^gpt-(6-astra|6\.1-sol)/.test(model)) {
    return badRequest(
      `Function tools are not supported for ${model} in /v1/chat/completions. Use /v1/responses.`,
      'tools',
    );
  }
  if (tools && /^gpt-(5\.6|6)/.test(model) && effort !== 'none') {
    const message = `Function tools with reasoning_effort are not supported for ${model} in /v1/chat/completions. To use function tools, use /v1/responses or set reasoning_effort to 'none'.`;
    return badRequest(message, 'reasoning_effort');
  }
  if (/^gpt-(3|4)/.test(model) && effort != null) {
    const message = "Unsupported parameter: 'reasoning_effort' is not supported with this model.";
    return badRequest(message, 'reasoning_effort', 'unsupported_parameter');
  }
  if (/^(gpt-5|gpt-6|o\d)/.test(model) && effort !== 'none' && temperature != null && temperature !== 1) {
    const message = "Unsupported value: 'temperature' is not supported with this model.";
    return badRequest(message, 'temperature', 'unsupported_value');
  }
  return undefined;
}

/** Each tool call must get exactly one tool message before anybody else speaks. */
function checkToolMessages({ messages }: Body): ApiRefusal | undefined {
  let open = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      if (open.delete(message.tool_call_id)) continue;
      const text = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.";
      return badRequest(`Invalid parameter: ${text}`, `messages.[${index}].role`);
    }
    const refusal = refuseUnanswered(open, index);
    if (refusal) return refusal;
    if (message.role !== 'assistant') continue;
    if (message.content == null && !message.tool_calls) {
      return badRequest(
        'Invalid value for content: expected a string, got null.',
        `messages.[${index}].content`,
      );
    }
    open = new Set(message.tool_calls?.map((call) => call.id));
  }
  return refuseUnanswered(open, messages.length);
}

function refuseUnanswered(open: ReadonlySet<string>, index: number): ApiRefusal | undefined {
  if (open.size === 0) return undefined;
  return badRequest(
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...open].join(', ')}`,
    `messages.[${index}].role`,
  );
}

function checkTools({ tools, tool_choice: choice }: Body): ApiRefusal | undefined {
  if (!tools) {
    return choice
      ? badRequest("'tool_choice' is only allowed when 'tools' are specified.", 'tool_choice')
      : undefined;
  }
  for (const [index, { function: tool }] of tools.entries()) {
    const fault = tool.strict ? findSchemaFault(tool.parameters) : undefined;
    if (!fault) continue;
    const message = `Invalid schema for function '${tool.name}': ${fault}`;
    return badRequest(message, `tools[${index}].function.parameters`, 'invalid_function_parameters');
  }
  return undefined;
}
