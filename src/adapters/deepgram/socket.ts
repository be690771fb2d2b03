/** A socket to Deepgram that tells the truth: opened once or never, ended once, and why. */
import { DeepgramClient, type DeepgramTransport } from '@deepgram/sdk';
import { WebSocket } from 'ws';
import type { Clock } from '../../lib/clock.ts';
import type { VendorError } from '../../lib/vendor-error.ts';
import {
  closeError,
  handshakeError,
  malformedError,
  networkError,
  openTimeout,
  toVendorError,
} from './failure.ts';

/*
 * The SDK writes the request: address, query, credentials, its own headers. The socket is ours, through the SDK's
 * transportFactory, because the SDK's own loses the status of a refused handshake, reports such a failure as close
 * 1000 before the error, delivers audio as Blobs that an async reader reorders, prints the exceptions of handlers to
 * the console, and reconnects by default to a session that has lost its state.
 */

/** As much of a logger as the adapters use; a pino logger is one. Fields never carry what was said. */
export interface AdapterLog {
  warn(fields: Record<string, unknown>, message: string): void;
}

export interface Account {
  apiKey: string;
  /** Another host, `http://...` or `https://...`; default Deepgram's own. */
  baseUrl?: string | undefined;
}

export interface SocketListener {
  opened(): void;
  /** A text frame, whatever is in it. */
  text(data: string): void;
  /** A binary frame; the bytes are the listener's to keep. */
  audio(bytes: Uint8Array): void;
  /** Once, and nothing after it. Not after `end`. */
  ended(error: VendorError): void;
}

export interface DeepgramSocket {
  /** Sends a control message; nothing happens unless the socket is open. */
  send(message: object): void;
  sendAudio(audio: Uint8Array): void;
  /** Bytes given to the socket that the network has not taken. */
  readonly unsentBytes: number;
  /**
   * Lets go: no event follows. With `farewell`, that message is sent and the other side has `FAREWELL_MS` to close.
   * Resolves when the socket is closed.
   */
  end(farewell?: object): Promise<void>;
}

const FAREWELL_MS = 500;
const MAX_FRAME_BYTES = 1 << 20;

type Dial = (client: DeepgramClient) => Promise<{ connect(): unknown }>;

/**
 * Connects at once. `dial` makes the SDK's connection object of the wanted endpoint.
 * `openWithinMs`: after that it counts as failed.
 */
export function openSocket(
  {
    account,
    clock,
    openWithinMs,
    dial,
  }: { account: Account; clock: Clock; openWithinMs: number; dial: Dial },
  listener: SocketListener,
): DeepgramSocket {
  const closed = Promise.withResolvers<void>();
  let ws: WebSocket | undefined;
  let isOver = false;
  let cancelTimer = clock.after(openWithinMs, () => fail(openTimeout(openWithinMs)));

  function fail(error: VendorError): void {
    if (isOver) return;
    isOver = true;
    cut();
    listener.ended(error);
  }

  function cut(): void {
    cancelTimer();
    if (ws && ws.readyState !== WebSocket.CLOSED) ws.terminate();
    else closed.resolve();
  }

  function connect(url: string, headers: Record<string, string>): DeepgramTransport {
    if (isOver) throw new Error('no longer wanted');
    const socket = new WebSocket(url, {
      headers,
      perMessageDeflate: false,
      maxPayload: MAX_FRAME_BYTES,
      followRedirects: false,
    });
    ws = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => {
      if (isOver) return;
      cancelTimer();
      listener.opened();
    });
    socket.on('message', (data, isBinary) => {
      if (isOver) return;
      const bytes = Buffer.isBuffer(data)
        ? data
        : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]);
      if (isBinary) listener.audio(bytes);
      else listener.text(bytes.toString('utf8'));
    });
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      const detail = response.headers['dg-error'];
      fail(handshakeError(response.statusCode ?? 0, typeof detail === 'string' ? detail : undefined));
      closed.resolve();
    });
    socket.on('error', (error) => fail(networkError(error)));
    socket.on('close', (code, reason) => {
      fail(closeError(code, reason.toString('utf8')));
      cancelTimer();
      closed.resolve();
    });
    return asTransport(socket);
  }

  async function start(): Promise<void> {
    try {
      const client = new DeepgramClient({
        apiKey: account.apiKey,
        ...environmentOf(account.baseUrl),
        transportFactory: (url, headers) => {
          try {
            return connect(url, headers);
          } catch (error) {
            // The SDK would keep it to itself: a key that is no header value, for one.
            fail(malformedError());
            throw error;
          }
        },
      });
      const connection = await dial(client);
      if (!isOver) connection.connect();
    } catch (error) {
      fail(toVendorError(error));
    }
  }
  void start();

  return {
    send(message) {
      if (ws?.readyState === WebSocket.OPEN) ws.send(JSON.stringify(message));
    },
    sendAudio(audio) {
      if (ws?.readyState === WebSocket.OPEN) ws.send(audio);
    },
    get unsentBytes() {
      return ws?.bufferedAmount ?? 0;
    },
    end(farewell) {
      if (isOver) return closed.promise;
      isOver = true;
      cancelTimer();
      if (farewell === undefined || ws?.readyState !== WebSocket.OPEN) cut();
      else {
        ws.send(JSON.stringify(farewell));
        cancelTimer = clock.after(FAREWELL_MS, cut);
      }
      return closed.promise;
    },
  };
}

/** The SDK holds the socket but hears nothing from it except whether it opened or ended: those stop its own timer. */
function asTransport(socket: WebSocket): DeepgramTransport {
  return {
    send: () => {},
    onOpen: (listener) => void socket.on('open', listener),
    onMessage: () => {},
    onError: () => {},
    onClose: (listener) => void socket.on('close', (code) => listener({ code })),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    close: () => {},
  };
}

/** Where the SDK finds the service. Throws on a base URL that is none, as the SDK would only do out of reach. */
export function environmentOf(baseUrl: string | undefined) {
  if (baseUrl === undefined) return {};
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new TypeError(`the Deepgram base URL must start with http:// or https://, not ${url.protocol}//`);
  }
  const base = url.href.replace(/\/$/, '');
  const production = base.replace(/^http/, 'ws');
  return { environment: { base, production, agent: production, agentRest: base } };
}
