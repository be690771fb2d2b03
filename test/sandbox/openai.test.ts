import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createClock } from '../../src/lib/clock.ts';
import type { ChatAnswer, ChatRequest } from '../../src/sandbox/openai/chat.ts';
import { type OpenAiSandbox, startOpenAiSandbox } from '../../src/sandbox/openai/server.ts';
import { findSchemaFault } from '../../src/sandbox/openai/strict-schema.ts';

const tool = {
  type: 'function',
  function: {
    name: 'book',
    description: 'Books.',
    parameters: {
      type: 'object',
      properties: { note: { type: 'string' } },
      required: ['note'],
      additionalProperties: false,
    },
    strict: true,
  },
};
const user = { role: 'user', content: 'Hi' };
const call = (id: string) => ({ id, type: 'function', function: { name: 'book', arguments: '{}' } });
const asks = (...ids: string[]) => ({ role: 'assistant', content: null, tool_calls: ids.map(call) });
const answers = (id: string) => ({ role: 'tool', tool_call_id: id, content: 'done' });

let sandbox: OpenAiSandbox;
let asked: ChatRequest[];
let answer: ChatAnswer;

beforeEach(async () => {
  asked = [];
  answer = { text: 'Hello there.', toolCalls: [] };
  sandbox = await startOpenAiSandbox({
    clock: createClock({ speed: 50 }),
    apiKey: 'key',
    brain(request) {
      asked.push(request);
      return answer;
    },
  });
});

afterEach(() => sandbox.close());

function post(body: unknown, key = 'key') {
  return fetch(`${sandbox.baseUrl}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
}

describe('the OpenAI sandbox on the wire', () => {
  it('streams role, words, tool fragments, finish, usage and [DONE], one record each', async () => {
    answer = { text: 'One moment.', toolCalls: [{ name: 'book', arguments: { note: 'say "hi"' } }] };
    const response = await post({
      model: 'gpt-4o',
      messages: [user],
      tools: [tool],
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const lines = (await response.text()).split('\n\n');
    expect(lines.slice(-2)).toEqual(['data: [DONE]', '']);
    const records = lines.slice(0, -2).map((line) => JSON.parse(line.replace(/^data: /, '')));
    expect(records.map((record) => record.choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'One' },
      { content: ' moment.' },
      {
        tool_calls: [
          { index: 0, id: expect.any(String), type: 'function', function: { name: 'book', arguments: '' } },
        ],
      },
      { tool_calls: [{ index: 0, function: { arguments: '{"note":' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"say \\' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '"hi\\' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '""}' } }] },
      {},
      undefined,
    ]);
    expect(records.map((record) => record.choices[0]?.finish_reason).filter(Boolean)).toEqual(['tool_calls']);
    expect(records.map((record) => record.usage).filter(Boolean)).toHaveLength(1);
    expect(records.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
  });

  it('sends no usage that was not asked for', async () => {
    const response = await post({ model: 'gpt-4o', messages: [user], stream: true });
    expect(await response.text()).not.toContain('prompt_tokens');
  });

  it('answers without a stream too', async () => {
    const response = await post({ model: 'gpt-4o', messages: [user] });
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
    });
  });

  it('tells the brain what was asked, without the wire', async () => {
    await post({
      model: 'gpt-4o',
      messages: [user, asks('a'), answers('a')],
      tools: [tool],
      unheard_of: true,
    });
    expect(asked).toEqual([
      {
        model: 'gpt-4o',
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'book', arguments: '{}' }] },
          { role: 'tool', content: 'done', toolCallId: 'a' },
        ],
        tools: [{ name: 'book', description: 'Books.', parameters: tool.function.parameters }],
        toolChoice: 'auto',
      },
    ]);
  });

  it('drops tool calls that the request forbids', async () => {
    answer = { text: 'Fine.', toolCalls: [{ name: 'book', arguments: {} }] };
    const response = await post({ model: 'gpt-4o', messages: [user], tools: [tool], tool_choice: 'none' });
    expect(await response.json()).toMatchObject({ choices: [{ finish_reason: 'stop' }] });
  });

  it('lists models with the day they end', async () => {
    const response = await fetch(`${sandbox.baseUrl}/models`, { headers: { authorization: 'Bearer key' } });
    expect(await response.json()).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ id: 'gpt-4o', shutdown_date: '2027-01-14' })]),
    });
  });

  it('answers a brain that throws with a server error instead of silence', async () => {
    await sandbox.close();
    sandbox = await startOpenAiSandbox({
      clock: createClock(),
      apiKey: 'key',
      brain: () => {
        throw new Error('no idea');
      },
    });
    const response = await post({ model: 'gpt-4o', messages: [user] });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: 'no idea' } });
  });
});

describe('the OpenAI sandbox refuses', () => {
  const ask = { model: 'gpt-4o', messages: [user] };
  const table: readonly (readonly [string, unknown, number, string | null])[] = [
    ['text that is not JSON', '{', 400, ''],
    ['a request without messages', { model: 'gpt-4o', messages: [] }, 400, 'messages'],
    ['a request without a model', { messages: [user] }, 400, 'model'],
    [
      'a tool call without an answer',
      { ...ask, messages: [user, asks('a', 'b'), answers('a'), user] },
      400,
      'messages.[3].role',
    ],
    [
      'a tool call without an answer at the end',
      { ...ask, messages: [user, asks('a')] },
      400,
      'messages.[2].role',
    ],
    [
      'two answers to one tool call',
      { ...ask, messages: [user, asks('a'), answers('a'), answers('a')] },
      400,
      'messages.[3].role',
    ],
    ['an answer to no tool call', { ...ask, messages: [user, answers('a')] }, 400, 'messages.[1].role'],
    [
      'an assistant message without anything',
      { ...ask, messages: [{ role: 'assistant', content: null }] },
      400,
      'messages.[0].content',
    ],
    ['a tool choice without tools', { ...ask, tool_choice: 'auto' }, 400, 'tool_choice'],
    [
      'a tool with a bad name',
      { ...ask, tools: [{ ...tool, function: { ...tool.function, name: 'a b' } }] },
      400,
      'tools.0.function.name',
    ],
    [
      'a loose schema called strict',
      { ...ask, tools: [{ ...tool, function: { ...tool.function, parameters: { type: 'object' } } }] },
      400,
      'tools[0].function.parameters',
    ],
    ['tools with reasoning', { ...ask, model: 'gpt-6-luna', tools: [tool] }, 400, 'reasoning_effort'],
    [
      'tools on a model that has none',
      { ...ask, model: 'gpt-6-astra', tools: [tool], reasoning_effort: 'none' },
      400,
      'tools',
    ],
    ['reasoning on a model that has none', { ...ask, reasoning_effort: 'none' }, 400, 'reasoning_effort'],
    [
      'a temperature on a reasoning model',
      { ...ask, model: 'gpt-6-luna', temperature: 0.3 },
      400,
      'temperature',
    ],
  ];

  it.each(table)('%s', async (_, body, status, param) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', param } });
    expect(asked).toEqual([]);
  });

  it('a wrong key', async () => {
    const response = await post(ask, 'wrong');
    expect(response.status).toBe(401);
    expect(sandbox.stats.requests).toBe(0);
  });

  it('a path it does not know', async () => {
    const response = await fetch(`${sandbox.baseUrl}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer key' },
    });
    expect(response.status).toBe(404);
  });

  it('the next requests for a model only, in the order the faults were queued', async () => {
    sandbox.faults.next('server-error', { model: 'gpt-4o', times: 2 });
    sandbox.faults.next('rate-limited', { model: 'gpt-4o' });
    const statuses: number[] = [];
    for (const model of ['gpt-6-luna', 'gpt-4o', 'gpt-4o', 'gpt-4o', 'gpt-4o']) {
      statuses.push((await post({ ...ask, model })).status);
    }
    expect(statuses).toEqual([200, 500, 500, 429, 200]);
    sandbox.faults.next('server-error');
    sandbox.faults.clear();
    expect((await post(ask)).status).toBe(200);
  });

  it('with a hint when to come back', async () => {
    sandbox.faults.next('rate-limited');
    expect((await post(ask)).headers.get('retry-after')).toBe('1');
  });
});

describe('the rules of strict schemas', () => {
  const object = (properties: Record<string, unknown>, required = Object.keys(properties)) => ({
    type: 'object',
    properties,
    required,
    additionalProperties: false,
  });

  it.each([
    ['flat', object({ a: { type: 'string' }, b: { type: ['string', 'null'] } })],
    ['nested', object({ a: { type: 'array', items: object({ b: { type: 'number' } }) } })],
  ])('accept a %s schema that keeps them', (_, schema) => {
    expect(findSchemaFault(schema)).toBeUndefined();
  });

  it.each([
    ['a root that is no object', { type: 'string' }, 'must be of type'],
    ['an optional key', object({ a: { type: 'string' } }, []), "Missing 'a'"],
    ['open objects', { ...object({}), additionalProperties: true }, 'additionalProperties'],
    [
      'an optional key inside a list',
      object({ a: { type: 'array', items: object({ b: {} }, []) } }),
      "Missing 'b'",
    ],
    ['an optional key inside a choice', object({ a: { anyOf: [object({ c: {} }, [])] } }), "Missing 'c'"],
    ['a schema that is none', object({ a: 5 }), 'not an object'],
  ])('refuse %s', (_, schema, fault) => {
    expect(findSchemaFault(schema)).toContain(fault);
  });
});
