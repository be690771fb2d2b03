/** A small application on the other side of the sandbox: signatures checked, TwiML given, streams taken. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocketServer } from 'ws';
import { acceptMediaStream, type StartedStream } from '../../../src/adapters/twilio/media-stream.ts';
import { createSignatureCheck } from '../../../src/adapters/twilio/signature.ts';
import { connectStream } from '../../../src/adapters/twilio/twiml.ts';
import type { Phone, PhoneListener } from '../../../src/call/ports.ts';
import type { Clock } from '../../../src/lib/clock.ts';
import { startTwilioSandbox } from '../../../src/sandbox/twilio/server.ts';

export const accountSid = `AC${'1'.repeat(32)}`;
export const authToken = 'shared-secret';

export interface Request {
  path: string;
  form: Record<string, string>;
  token: string | undefined;
}

/** One stream as the application lived it. */
export interface Conversation {
  info: StartedStream;
  phone: Phone;
  audio: Uint8Array[];
  played: { mark: string; at: number }[];
  pressed: string[];
  ended: Promise<'hangup' | 'dropped'>;
}

type Reply = string | number | null;

export interface Behaviour {
  /** TwiML, an HTTP status, or null for no answer ever, for a path; by default /voice connects a stream and all else is empty. */
  answer?: (request: Request, streamTwiml: string) => Reply;
  /** Answers every handshake with 403. */
  refusesStreams?: boolean;
  onStream?: (conversation: Conversation) => void;
  onAudio?: (audio: Uint8Array, conversation: Conversation) => void;
  onPlayed?: (mark: string, conversation: Conversation) => void;
}

/** Numbers arriving things, and lets one wait for the nth. */
function createLog<T>() {
  const items: T[] = [];
  const waiting: { count: number; resolve: (item: T) => void }[] = [];
  return {
    items,
    add(item: T): void {
      items.push(item);
      for (const { count, resolve } of waiting) if (items.length === count) resolve(item);
    },
    nth(count: number): Promise<T> {
      const item = items[count - 1];
      if (item !== undefined) return Promise.resolve(item);
      return new Promise((resolve) => waiting.push({ count, resolve }));
    },
  };
}

export async function startWorld(clock: Clock, behaviour: Behaviour = {}) {
  const requests = createLog<Request>();
  const conversations = createLog<Conversation>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}`;
  const check = createSignatureCheck({ authToken, publicBaseUrl: url });
  const streamTwiml = connectStream({
    streamUrl: `${url.replace('http', 'ws')}/media-stream`,
    actionUrl: '/after-stream',
    statusUrl: `${url}/stream-status`,
    parameters: { token: 'one-time' },
  });
  const signatureOf = ({ headers }: IncomingMessage) => String(headers['x-twilio-signature']);

  server.on('request', (request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      const form = Object.fromEntries(new URLSearchParams(body));
      if (!check.isWebhook(path, form, signatureOf(request))) {
        response.writeHead(403).end();
        return;
      }
      const received = { path, form, token: request.headers['i-twilio-idempotency-token']?.toString() };
      requests.add(received);
      const standard = path === '/voice' ? streamTwiml : '<Response/>';
      const reply = behaviour.answer ? behaviour.answer(received, streamTwiml) : standard;
      if (reply === null) return;
      if (typeof reply === 'number') response.writeHead(reply).end();
      else response.writeHead(200, { 'content-type': 'text/xml' }).end(reply);
    });
  });

  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 65_536 });
  server.on('upgrade', (request, socket, head) => {
    if (behaviour.refusesStreams || !check.isUpgrade(request.url ?? '', signatureOf(request))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      acceptMediaStream(webSocket, { clock, onStart: converse });
    });
  });

  function converse(info: StartedStream): void {
    const { promise: ended, resolve } = Promise.withResolvers<'hangup' | 'dropped'>();
    const audio: Uint8Array[] = [];
    const played: Conversation['played'] = [];
    const pressed: string[] = [];
    const listener: PhoneListener = {
      audio(bytes) {
        audio.push(bytes);
        behaviour.onAudio?.(bytes, conversation);
      },
      played(mark) {
        played.push({ mark, at: clock.elapsed() });
        behaviour.onPlayed?.(mark, conversation);
      },
      pressed: (digit) => pressed.push(digit),
      ended: resolve,
    };
    const conversation: Conversation = { info, phone: info.accept(listener), audio, played, pressed, ended };
    conversations.add(conversation);
    behaviour.onStream?.(conversation);
  }

  const sandbox = await startTwilioSandbox({ clock, accountSid, authToken });
  return {
    url,
    sandbox,
    requests,
    conversations,
    requestsTo: (path: string) => requests.items.filter((request) => request.path === path),
    dial: (more: Partial<Parameters<typeof sandbox.placeCall>[0]> = {}) =>
      sandbox.placeCall({ from: '+12175550101', to: '+12175550100', voiceUrl: `${url}/voice`, ...more }),
    async close() {
      await sandbox.close();
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
