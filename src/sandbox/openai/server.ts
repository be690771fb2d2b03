/** A loopback server that speaks the chat-completions wire, with the words given by a brain from outside. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import type { Brain } from './chat.ts';
import { createFaultQueue, type Fault, type Faults, refusalFor } from './faults.ts';
import { listModels } from './models.ts';
import {
  countPromptTokens,
  countUsage,
  type Envelope,
  finishOf,
  splitAnswer,
  toCompletion,
} from './records.ts';
import { type ApiRefusal, badRequest } from './refusal.ts';
import { type ReadRequest, readChatRequest } from './request.ts';
import { followClient, type OpenAiTimings, streamAnswer } from './stream.ts';

interface OpenAiStats {
  /** Chat requests that passed the key check. */
  requests: number;
  /** TCP connections accepted so far. */
  connections: number;
  /** Answers the client walked away from. */
  abortedStreams: number;
  /** The latest chat request, as it came: its JSON body and its headers without the key. */
  lastRequest: { body: unknown; headers: Record<string, string | string[] | undefined> } | undefined;
}

export interface OpenAiSandbox {
  /** Ends in /v1. */
  baseUrl: string;
  /** May be changed at any time; holds for the requests that come after. */
  timings: OpenAiTimings;
  faults: Faults;
  stats: OpenAiStats;
  /** Ends every connection and resolves when the port is free. */
  close(): Promise<void>;
}

/** Far above any conversation, low enough to survive a mistake. */
const maxBodyBytes = 8_000_000;

/** Starts on 127.0.0.1 at a free port; answers only to `apiKey`. */
export async function startOpenAiSandbox({
  clock,
  apiKey,
  brain,
  answersAs,
}: {
  clock: Clock;
  apiKey: string;
  brain: Brain;
  /** The model that answers claim to come from; default the one that was asked for. */
  answersAs?: string;
}): Promise<OpenAiSandbox> {
  const timings: OpenAiTimings = { firstTokenMs: 180, tokenMs: 12, endMs: 0 };
  const stats: OpenAiStats = { requests: 0, connections: 0, abortedStreams: 0, lastRequest: undefined };
  const faults = createFaultQueue();
  const cachedTokens = new Map<string, number>();
  let serial = 0;

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      // A brain that throws is a bug in the sandbox; say so where the developer looks.
      const message = error instanceof Error ? error.message : String(error);
      sendRefusal(response, {
        status: 500,
        error: { message, type: 'server_error', param: null, code: null },
      });
    });
  });
  // Longer than any pause in a call, so that the client decides when to hang up.
  server.keepAliveTimeout = 75_000;
  server.on('connection', () => {
    stats.connections += 1;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The OpenAI sandbox has no port');

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('x-request-id', `req_sandbox${++serial}`);
    const text = await readBody(request);
    const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
    if (request.headers.authorization !== `Bearer ${apiKey}`) {
      sendRefusal(response, refusalFor('unauthorized'));
    } else if (request.method === 'GET' && path === '/v1/models') {
      sendModels(response);
    } else if (request.method === 'POST' && path === '/v1/chat/completions') {
      await chat(request, text, response);
    } else {
      const refusal = badRequest(`Invalid URL (${request.method} ${path})`, null, 'unknown_url');
      sendRefusal(response, { ...refusal, status: 404 });
    }
  }

  function sendModels(response: ServerResponse): void {
    const fault = faults.take('models');
    const refusal = fault && refusalFor(fault.kind);
    if (refusal) sendRefusal(response, refusal);
    else if (!fault) sendJson(response, 200, { object: 'list', data: listModels() });
  }

  async function chat(request: IncomingMessage, text: string, response: ServerResponse): Promise<void> {
    stats.requests += 1;
    const body = parseJson(text);
    const { authorization: _key, ...headers } = request.headers;
    stats.lastRequest = { body, headers };
    const read = readChatRequest(body);
    if ('refusal' in read) sendRefusal(response, read.refusal);
    else await answer(read, faults.take('chat', read.request.model), response);
  }

  async function answer(
    read: ReadRequest,
    fault: Fault | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const client = followClient(response, clock, () => {
      stats.abortedStreams += 1;
    });
    if (fault?.kind === 'no-headers') return;
    const refusal = fault && refusalFor(fault.kind);
    if (refusal) {
      sendRefusal(response, refusal);
      return;
    }
    const { request, cacheKey } = read;
    const thought = brain(request);
    const reply = request.toolChoice === 'none' ? { ...thought, toolCalls: [] } : thought;
    const usage = countUsage(request, reply, cachedTokens.get(cacheKey) ?? 0);
    cachedTokens.set(cacheKey, cacheable(countPromptTokens(request)));
    const number = ++serial;
    const callId = (index: number) => `call_sandbox${number}_${index}`;
    const envelope: Envelope = {
      id: `chatcmpl-sandbox${number}`,
      created: Math.floor(clock.now() / 1000),
      model: answersAs ?? request.model,
    };
    const deltas = splitAnswer(reply, callId);
    if (read.isStreamed) {
      const finishReason = finishOf(reply);
      const streamed = { envelope, deltas, finishReason, usage: read.wantsUsage ? usage : undefined, fault };
      await streamAnswer(streamed, { response, client, timings });
      return;
    }
    await client.pause(timings.firstTokenMs + deltas.length * timings.tokenMs);
    if (fault) response.destroy(new Error('Dropped by a fault'));
    else sendJson(response, 200, toCompletion(envelope, reply, usage, callId));
  }

  return {
    baseUrl: `http://127.0.0.1:${address.port}/v1`,
    timings,
    faults,
    stats,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The API caches prompts from 1024 tokens on, in steps of 128. */
function cacheable(promptTokens: number): number {
  return promptTokens < 1024 ? 0 : promptTokens - (promptTokens % 128);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    size += piece.length;
    if (size > maxBodyBytes) throw new Error('Request body too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Undefined for text that is not JSON; the schema then refuses it. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

function sendRefusal(response: ServerResponse, refusal: ApiRefusal | undefined): void {
  if (refusal) sendJson(response, refusal.status, { error: refusal.error }, refusal.headers);
}
