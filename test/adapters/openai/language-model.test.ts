import { inspect } from 'node:util';
import { MockAgent } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLanguageModel,
  type LanguageModelNotice,
  type LanguageModelOptions,
} from '../../../src/adapters/openai/language-model.ts';
import type { ModelEvent, ModelRequest } from '../../../src/agent/ports.ts';
import { createClock } from '../../../src/lib/clock.ts';
import { VendorError } from '../../../src/lib/vendor-error.ts';
import type { ChatAnswer } from '../../../src/sandbox/openai/chat.ts';
import type { FaultKind } from '../../../src/sandbox/openai/faults.ts';
import { type OpenAiSandbox, startOpenAiSandbox } from '../../../src/sandbox/openai/server.ts';

const apiKey = 'sk-test-secret-4711';
// Everything waits twenty times shorter: four seconds to the first token are a fifth of one.
const clock = createClock({ speed: 20 });

const request: ModelRequest = {
  messages: [
    { role: 'system', text: 'You answer the telephone.' },
    { role: 'user', text: 'Are you open on Friday?' },
  ],
  tools: [
    {
      name: 'find_openings',
      description: 'Finds openings.',
      parameters: {
        type: 'object',
        properties: { day: { type: 'string' } },
        required: ['day'],
        additionalProperties: false,
      },
    },
  ],
  toolChoice: 'auto',
  cacheKey: 'service-line',
};

let sandbox: OpenAiSandbox;
let answer: ChatAnswer;
let notices: LanguageModelNotice[];
let closers: (() => Promise<void>)[];

beforeEach(async () => {
  answer = { text: 'Yes, we are open until six.', toolCalls: [] };
  notices = [];
  closers = [];
  sandbox = await startOpenAiSandbox({ clock, apiKey, brain: () => answer });
});

afterEach(async () => {
  for (const close of closers) await close();
  await sandbox.close();
});

function open(options: Partial<LanguageModelOptions> = {}) {
  const languageModel = createLanguageModel({
    apiKey,
    baseUrl: sandbox.baseUrl,
    model: 'gpt-4o',
    clock,
    onNotice: (notice) => notices.push(notice),
    ...options,
  });
  closers.push(() => languageModel.close());
  return languageModel;
}

/** Everything the stream yields, and what it throws at the end. */
async function collect(stream: AsyncIterable<ModelEvent>) {
  const events: ModelEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    if (!(error instanceof VendorError)) throw error;
    return { events, error };
  }
}

function ask(options: Partial<LanguageModelOptions> = {}) {
  return collect(open(options).stream(request, new AbortController().signal));
}

const wordsOf = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === 'words' ? event.text : '')).join('');

describe('the language model', () => {
  it('streams words one by one and ends with the model and its usage', async () => {
    const { events, error } = await ask();
    expect(error).toBeUndefined();
    expect(wordsOf(events)).toBe('Yes, we are open until six.');
    expect(events.length).toBe(7);
    expect(events.at(-1)).toEqual({
      type: 'done',
      model: 'gpt-4o',
      usage: { promptTokens: expect.any(Number), cachedTokens: 0, completionTokens: 7 },
    });
  });

  it('puts tool calls together although their arguments break inside an escape', async () => {
    const args = { day: 'a "quoted" day \\ with\nlines — 😀' };
    answer = {
      text: 'One moment.',
      toolCalls: [
        { name: 'find_openings', arguments: args },
        { name: 'find_openings', arguments: {} },
      ],
    };
    const { events } = await ask();
    expect(events.map((event) => event.type)).toEqual(['words', 'words', 'tool-calls', 'done']);
    const calls = events.find((event) => event.type === 'tool-calls')?.calls ?? [];
    expect(calls.map((call) => call.name)).toEqual(['find_openings', 'find_openings']);
    expect(calls.map((call) => JSON.parse(call.arguments))).toEqual([args, {}]);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
  });

  it('reports how much of the prompt came from the cache', async () => {
    const model = open();
    const long: ModelRequest = {
      ...request,
      messages: [{ role: 'system', text: 'x'.repeat(8_000) }, ...request.messages],
    };
    const usages = [];
    for (let turn = 0; turn < 2; turn += 1) {
      const { events } = await collect(model.stream(long, new AbortController().signal));
      const last = events.at(-1);
      usages.push(last?.type === 'done' ? last.usage?.cachedTokens : undefined);
    }
    expect(usages).toEqual([0, 2048]);
  });

  it('uses one connection for ten answers in turn, even when their bodies end late', async () => {
    sandbox.timings.endMs = 100;
    const model = open();
    const callerThinks = () => new Promise<void>((resolve) => clock.after(400, resolve));
    await model.warmUp(new AbortController().signal);
    for (let turn = 0; turn < 10; turn += 1) {
      await callerThinks();
      await collect(model.stream(request, new AbortController().signal));
    }
    expect(sandbox.stats).toMatchObject({ requests: 10, connections: 1, abortedStreams: 0 });
  });

  it('sends a conversation as the API wants it', async () => {
    const model = open({ model: 'gpt-6-luna' });
    const messages: ModelRequest['messages'] = [
      ...request.messages,
      {
        role: 'assistant',
        text: '',
        toolCalls: [{ id: 'call_1', name: 'find_openings', arguments: '{"day":"Friday"}' }],
      },
      { role: 'tool', callId: 'call_1', text: '{"openings":[]}' },
      { role: 'assistant', text: 'None on Friday.', toolCalls: [] },
      { role: 'user', text: 'Monday then?' },
    ];
    const { error } = await collect(
      model.stream({ ...request, messages, toolChoice: 'none' }, new AbortController().signal),
    );
    expect(error).toBeUndefined();
    expect(sandbox.stats.lastRequest?.body).toEqual({
      model: 'gpt-6-luna',
      stream: true,
      stream_options: { include_usage: true, include_obfuscation: false },
      store: false,
      reasoning_effort: 'none',
      max_completion_tokens: 300,
      prompt_cache_key: 'service-line',
      tool_choice: 'none',
      parallel_tool_calls: false,
      tools: [{ type: 'function', function: { ...request.tools[0], strict: true } }],
      messages: [
        { role: 'system', content: 'You answer the telephone.' },
        { role: 'user', content: 'Are you open on Friday?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'find_openings', arguments: '{"day":"Friday"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '{"openings":[]}' },
        { role: 'assistant', content: 'None on Friday.' },
        { role: 'user', content: 'Monday then?' },
      ],
    });
  });

  it('leaves out everything about tools when there are none', async () => {
    const { error } = await collect(open().stream({ ...request, tools: [] }, new AbortController().signal));
    expect(error).toBeUndefined();
    expect(sandbox.stats.lastRequest?.body).not.toHaveProperty('tools');
    expect(sandbox.stats.lastRequest?.body).not.toHaveProperty('tool_choice');
    expect(sandbox.stats.lastRequest?.body).not.toHaveProperty('parallel_tool_calls');
  });
});

describe('a language model that is stopped', () => {
  it('ends quietly without done, and the server sees it', async () => {
    answer = { text: 'word '.repeat(500), toolCalls: [] };
    const stop = new AbortController();
    const events: ModelEvent[] = [];
    for await (const event of open().stream(request, stop.signal)) {
      events.push(event);
      if (events.length === 5) stop.abort();
    }
    expect(events.map((event) => event.type)).toEqual(Array.from({ length: 5 }, () => 'words'));
    await expect.poll(() => sandbox.stats.abortedStreams).toBe(1);
  });

  it('ends quietly before the first word', async () => {
    sandbox.faults.next('no-headers');
    const stop = new AbortController();
    const done = collect(open().stream(request, stop.signal));
    await expect.poll(() => sandbox.stats.requests).toBe(1);
    stop.abort();
    expect(await done).toEqual({ events: [], error: undefined });
    await expect.poll(() => sandbox.stats.abortedStreams).toBe(1);
  });

  it('asks nothing when it is stopped before it begins', async () => {
    expect(await collect(open().stream(request, AbortSignal.abort()))).toEqual({
      events: [],
      error: undefined,
    });
    expect(sandbox.stats.requests).toBe(0);
  });

  it('closes the request when the reader stops reading', async () => {
    answer = { text: 'word '.repeat(500), toolCalls: [] };
    for await (const _ of open().stream(request, new AbortController().signal)) break;
    await expect.poll(() => sandbox.stats.abortedStreams).toBe(1);
  });

  it('ends its streams with an error when it is closed', async () => {
    sandbox.faults.next('silence');
    const model = open({ fallbackModel: 'gpt-6-luna' });
    const done = collect(model.stream(request, new AbortController().signal));
    await expect.poll(() => sandbox.stats.requests).toBe(1);
    await model.close();
    expect((await done).error).toMatchObject({ fault: 'unavailable' });
    expect((await collect(model.stream(request, new AbortController().signal))).error).toMatchObject({
      fault: 'unavailable',
    });
    expect(sandbox.stats.requests).toBe(1);
  });

  it('does not blame the model for time the reader takes', async () => {
    const events: ModelEvent[] = [];
    for await (const event of open({ idleMs: 500 }).stream(request, new AbortController().signal)) {
      if (events.length === 1) await new Promise<void>((resolve) => clock.after(1_500, resolve));
      events.push(event);
    }
    expect(events.at(-1)?.type).toBe('done');
  });
});

describe('a language model that fails', () => {
  const beforeFirstWord: readonly (readonly [FaultKind, string, boolean])[] = [
    ['no-headers', 'timeout', true],
    ['silence', 'timeout', true],
    ['stall', 'timeout', true],
    ['drop', 'truncated', true],
    ['eof', 'truncated', true],
    ['malformed', 'invalid', false],
    ['error-record', 'unavailable', true],
    ['length', 'truncated', true],
    ['content-filter', 'truncated', true],
    ['rate-limited', 'limited', true],
    ['insufficient-quota', 'quota', false],
    ['unauthorized', 'refused', false],
    ['model-not-found', 'refused', false],
    ['server-error', 'unavailable', true],
  ];

  it.each(beforeFirstWord)(
    'before the first word by %s throws %s (retryable: %s) and asks only once',
    async (kind, fault, retryable) => {
      sandbox.faults.next(kind, { afterRecords: 0 });
      const { events, error } = await ask();
      expect(events).toEqual([]);
      expect(error).toMatchObject({ vendor: 'openai', fault, retryable });
      expect(sandbox.stats.requests).toBe(1);
    },
  );

  it.each<readonly [FaultKind, string]>([
    ['stall', 'timeout'],
    ['drop', 'truncated'],
    ['eof', 'truncated'],
    ['malformed', 'invalid'],
    ['error-record', 'unavailable'],
    ['length', 'truncated'],
    ['content-filter', 'truncated'],
  ])('after some words by %s throws %s and never asks another model', async (kind, fault) => {
    sandbox.faults.next(kind);
    const { events, error } = await ask({ fallbackModel: 'gpt-6-luna' });
    expect(wordsOf(events)).toBe('Yes, we are');
    expect(error).toMatchObject({ fault });
    expect(sandbox.stats.requests).toBe(1);
    expect(notices).toEqual([]);
  });

  it('throws unavailable when nobody listens', async () => {
    await sandbox.close();
    expect((await ask()).error).toMatchObject({ fault: 'unavailable', retryable: true });
    sandbox = await startOpenAiSandbox({ clock, apiKey, brain: () => answer });
  });

  it('throws invalid for a conversation in which a tool call has no answer', async () => {
    const messages: ModelRequest['messages'] = [
      { role: 'assistant', text: '', toolCalls: [{ id: 'call_1', name: 'find_openings', arguments: '{}' }] },
      { role: 'user', text: 'Hello?' },
    ];
    const { error } = await collect(open().stream({ ...request, messages }, new AbortController().signal));
    expect(error).toMatchObject({ fault: 'invalid', status: 400, retryable: false });
  });

  it('gives up at the first-token deadline and not later', async () => {
    sandbox.faults.next('silence');
    const began = clock.elapsed();
    const { error } = await ask({ firstTokenMs: 1_000 });
    expect(error?.message).toBe('openai: gpt-4o said nothing within 1000 ms');
    expect(clock.elapsed() - began).toBeGreaterThanOrEqual(1_000);
    await expect.poll(() => sandbox.stats.abortedStreams).toBe(1);
  });

  it.each(beforeFirstWord.map(([kind]) => kind))(
    'never shows the key or the caller in its error (%s)',
    async (kind) => {
      sandbox.faults.next(kind, { afterRecords: 0 });
      const { error } = await ask();
      const shown =
        inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error) + String(error?.stack);
      expect(shown).not.toContain('4711');
      expect(shown).not.toContain('Friday');
    },
  );
});

describe('the model standing by', () => {
  it.each<FaultKind>([
    'no-headers',
    'silence',
    'stall',
    'drop',
    'eof',
    'error-record',
    'length',
    'rate-limited',
    'insufficient-quota',
    'model-not-found',
    'server-error',
  ])('answers within the same call after %s, and says so', async (kind) => {
    sandbox.faults.next(kind, { afterRecords: 0, model: 'gpt-4o' });
    const { events, error } = await ask({ fallbackModel: 'gpt-6-luna' });
    expect(error).toBeUndefined();
    expect(wordsOf(events)).toBe('Yes, we are open until six.');
    expect(events.at(-1)).toMatchObject({ type: 'done', model: 'gpt-6-luna' });
    expect(notices).toMatchObject([{ type: 'fell-back', from: 'gpt-4o', to: 'gpt-6-luna' }]);
    expect(sandbox.stats.requests).toBe(2);
  });

  it.each<FaultKind>(['unauthorized', 'malformed'])('is not asked after %s', async (kind) => {
    sandbox.faults.next(kind, { afterRecords: 0 });
    expect((await ask({ fallbackModel: 'gpt-6-luna' })).error).toBeInstanceOf(VendorError);
    expect(sandbox.stats.requests).toBe(1);
  });

  it('is asked only once', async () => {
    sandbox.faults.next('server-error', { times: 5 });
    expect((await ask({ fallbackModel: 'gpt-6-luna' })).error).toMatchObject({ fault: 'unavailable' });
    expect(sandbox.stats.requests).toBe(2);
  });
});

describe('warming up', () => {
  it('opens the connection and tells which configured models will be switched off', async () => {
    await open({ fallbackModel: 'gpt-6-luna' }).warmUp(new AbortController().signal);
    expect(notices).toEqual([{ type: 'model-ends', model: 'gpt-4o', date: '2027-01-14' }]);
    expect(sandbox.stats.connections).toBe(1);
  });

  it('rejects when nobody answers in time', async () => {
    sandbox.faults.next('no-headers', { on: 'models' });
    await expect(open().warmUp(new AbortController().signal)).rejects.toMatchObject({ fault: 'timeout' });
  });

  it('rejects a wrong key', async () => {
    await expect(open({ apiKey: 'wrong' }).warmUp(new AbortController().signal)).rejects.toMatchObject({
      fault: 'refused',
      status: 401,
    });
  });

  it('ends quietly when it is stopped', async () => {
    await expect(open().warmUp(AbortSignal.abort())).resolves.toBeUndefined();
  });
});

describe('without a base URL', () => {
  it('asks OpenAI itself, with the key in the header and no retries', async () => {
    const dispatcher = new MockAgent();
    dispatcher.disableNetConnect();
    const seen: { headers: Record<string, string>; body: unknown }[] = [];
    const records = [
      { choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: 'Hello.' }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    ];
    dispatcher
      .get('https://api.openai.com')
      .intercept({ path: '/v1/chat/completions', method: 'POST' })
      .reply(
        200,
        ({ headers, body }) => {
          seen.push({
            headers: Object.fromEntries(new Headers(Object.entries(headers ?? {}))),
            body: JSON.parse(typeof body === 'string' ? body : ''),
          });
          return `${records.map((record) => `data: ${JSON.stringify(record)}\n\n`).join('')}data: [DONE]\n\n`;
        },
        { headers: { 'content-type': 'text/event-stream' } },
      );
    const model = createLanguageModel({ apiKey, model: 'gpt-4o', dispatcher, clock });
    const { events } = await collect(model.stream(request, new AbortController().signal));
    await model.close();
    await dispatcher.close();
    expect(events).toEqual([
      { type: 'words', text: 'Hello.' },
      { type: 'done', model: 'gpt-4o', usage: undefined },
    ]);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'x-stainless-retry-count': '0',
    });
    expect(seen[0]?.body).toMatchObject({ model: 'gpt-4o', stream: true, store: false, temperature: 0.3 });
  });
});
