/** A stand-in for Deepgram on loopback: live transcription and speech over its own wire, faults included. */
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { encodeSpeech } from '../voice-code.ts';
import { serveListen } from './listen.ts';
import { createSettings, type DeepgramSettings, type Endpoint } from './settings.ts';
import { serveSpeak, wavHeader } from './speak.ts';

export interface DeepgramSandbox extends DeepgramSettings {
  /** `http://127.0.0.1:<port>`; sockets are served at the same place. */
  baseUrl: string;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

interface Refusal {
  status: number;
  code: string;
}

/** Starts on a free port. `apiKey`: the only one accepted. All delays are on `clock`. */
export async function startDeepgramSandbox({
  clock,
  apiKey,
}: {
  clock: Clock;
  apiKey: string;
}): Promise<DeepgramSandbox> {
  const settings = createSettings();
  const { timings, faults, stats } = settings;
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 1 << 20 });
  const raw = new Set<Duplex>();
  const pending = new Set<() => void>();
  const server = createServer((request, response) => void answerRest(request, response));

  /** Runs later unless the sandbox is closed first. */
  function later(ms: number, run: () => void): void {
    const cancel = clock.after(ms, () => {
      pending.delete(cancel);
      run();
    });
    pending.add(cancel);
  }

  function judge(request: IncomingMessage, endpoint: Endpoint, query: URLSearchParams): Refusal | undefined {
    stats.requests[endpoint] += 1;
    if (faults.refuse?.endpoint === endpoint && faults.refuse.times > 0) {
      faults.refuse.times -= 1;
      return { status: faults.refuse.status, code: 'SANDBOX_FAULT' };
    }
    if (request.headers.authorization !== `Token ${apiKey}`) return { status: 401, code: 'INVALID_AUTH' };
    if (endpoint === 'rest') return undefined;
    const isTelephone = query.get('encoding') === 'mulaw' && query.get('sample_rate') === '8000';
    return isTelephone
      ? undefined
      : { status: 400, code: 'Bad Request: only mulaw at 8000 Hz is coded here' };
  }

  function isHanging(endpoint: Endpoint): boolean {
    if (faults.hang?.endpoint !== endpoint || faults.hang.times === 0) return false;
    faults.hang.times -= 1;
    return true;
  }

  server.on('connection', (socket) => {
    raw.add(socket);
    socket.on('close', () => raw.delete(socket));
  });
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const endpoint = endpointOf(url);
    if (!endpoint) return refuseUpgrade(socket, { status: 404, code: 'NOT_FOUND' });
    const refusal = judge(request, endpoint, url.searchParams);
    if (!refusal && isHanging(endpoint)) return;
    later(timings.handshakeMs, () => {
      if (refusal) return refuseUpgrade(socket, refusal);
      sockets.handleUpgrade(request, socket, head, (accepted) => serve(accepted, endpoint, url.searchParams));
    });
  });

  function serve(socket: WebSocket, endpoint: 'listen' | 'speak', query: URLSearchParams): void {
    stats.open[endpoint] += 1;
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      stats.open[endpoint] -= 1;
    });
    if (endpoint === 'listen') serveListen(socket, query, { clock, settings });
    else serveSpeak(socket, { clock, settings });
  }

  async function answerRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (request.method !== 'POST' || url.pathname !== '/v1/speak') {
      return refuseRest(response, { status: 404, code: 'NOT_FOUND' });
    }
    const refusal = judge(request, 'rest', url.searchParams);
    const text = await readText(request);
    if (refusal) return refuseRest(response, refusal);
    if (text === undefined) return refuseRest(response, { status: 400, code: 'INVALID_JSON' });
    stats.characters += text.length;
    if (isHanging('rest')) return;
    const isRaw = url.searchParams.get('container') === 'none' && !faults.isWrongEncoding;
    const isTelephone = url.searchParams.get('encoding') === 'mulaw';
    const header = isTelephone ? wavHeader() : Buffer.from('ID3');
    const audio = isRaw && isTelephone ? [encodeSpeech(text)] : [header, encodeSpeech(text)];
    later(timings.speakFirstByteMs, () => {
      response.writeHead(200, { 'content-type': isTelephone ? 'audio/mulaw' : 'audio/mpeg' });
      response.end(Buffer.concat(audio));
    });
  }

  const port = await listenOnLoopback(server);
  return {
    ...settings,
    baseUrl: `http://127.0.0.1:${port}`,
    async close() {
      for (const cancel of pending) cancel();
      pending.clear();
      for (const socket of sockets.clients) socket.terminate();
      for (const socket of raw) socket.destroy();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      await promise;
    },
  };
}

function endpointOf(url: URL): 'listen' | 'speak' | undefined {
  if (url.pathname === '/v1/listen') return 'listen';
  return url.pathname === '/v1/speak' ? 'speak' : undefined;
}

function refusalBody({ code }: Refusal): string {
  return JSON.stringify({
    err_code: code,
    err_msg: 'The sandbox refused the request.',
    request_id: 'sandbox',
  });
}

function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = refusalBody(refusal);
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Refused'}\r\ndg-error: ${refusal.code}\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function refuseRest(response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, { 'content-type': 'application/json', 'dg-error': refusal.code });
  response.end(refusalBody(refusal));
}

/** Undefined for a body that is none, also one that breaks off. */
async function readText(request: IncomingMessage): Promise<string | undefined> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    return z.object({ text: z.string().min(1) }).parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
      .text;
  } catch {
    return undefined;
  }
}

async function listenOnLoopback(server: ReturnType<typeof createServer>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the sandbox has no port');
  return address.port;
}
