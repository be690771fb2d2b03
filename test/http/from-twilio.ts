/** Requests and media streams as Twilio makes them, against the whole application, and the same made wrong. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import twilio from 'twilio';
import { WebSocket } from 'ws';
import { SANDBOX } from '../../src/config.ts';
import type { TestApp } from '../support/app.ts';

export const { accountSid, authToken } = SANDBOX.twilio;

export const newCallSid = () => `CA${randomBytes(16).toString('hex')}`;

export type Fields = Record<string, string | string[]>;

/** The form of an incoming call; `extra` replaces fields. */
export function callForm(callSid: string, extra: Fields = {}): Fields {
  return {
    CallSid: callSid,
    AccountSid: accountSid,
    From: '+12175550188',
    To: SANDBOX.twilio.phoneNumber,
    CallStatus: 'ringing',
    Direction: 'inbound',
    ApiVersion: '2010-04-01',
    ...extra,
  };
}

export function signed(url: string, fields: Fields = {}, token: string = authToken): string {
  return twilio.getExpectedTwilioSignature(token, url, fields);
}

/** A field given as a list is sent once for each of its values. */
export function encode(fields: Fields): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(pairs).toString();
}

/** Posts a form; `signature: null` sends none, and without one it is signed as it should be. */
export async function post(
  { baseUrl }: Pick<TestApp, 'baseUrl'>,
  path: string,
  fields: Fields,
  {
    signature,
    contentType = 'application/x-www-form-urlencoded; charset=UTF-8',
    body = encode(fields),
  }: { signature?: string | null; contentType?: string; body?: string } = {},
) {
  const given = signature === undefined ? signed(baseUrl + path, fields) : signature;
  const response = await fetch(baseUrl + path, {
    method: 'POST',
    headers: { 'content-type': contentType, ...(given === null ? {} : { 'x-twilio-signature': given }) },
    body,
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** The `<Parameter>`s of a TwiML document. */
export function parametersOf(twiml: string): Record<string, string> {
  return Object.fromEntries(
    [...twiml.matchAll(/<Parameter name="([^"]*)" value="([^"]*)"\/>/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  );
}

/** Answers an incoming call; returns what its stream must show. */
export async function ring(
  app: Pick<TestApp, 'baseUrl'>,
  callSid = newCallSid(),
): Promise<{ callSid: string; parameters: Record<string, string> }> {
  const { text } = await post(app, '/incoming-call', callForm(callSid));
  return { callSid, parameters: parametersOf(text) };
}

export interface Line {
  socket: WebSocket;
  /** Every message from the application, parsed. */
  received: unknown[];
  /** Resolves to the close code. */
  closed: Promise<number>;
  send: (...messages: unknown[]) => void;
  /** Resolves once a message of this kind has come. */
  got: (event: string) => Promise<void>;
}

/** Opens a media stream. Rejects when the handshake is refused. */
export async function openLine(
  app: Pick<TestApp, 'baseUrl'>,
  headers?: Record<string, string>,
): Promise<Line> {
  const socket = connect(app, headers);
  const received: unknown[] = [];
  const waiting = new Map<string, (() => void)[]>();
  const seen = new Set<string>();
  socket.on('message', (data: Buffer) => {
    const message: unknown = JSON.parse(data.toString());
    received.push(message);
    const event = eventOf(message);
    seen.add(event);
    for (const resolve of waiting.get(event)?.splice(0) ?? []) resolve();
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await once(socket, 'open');
  return {
    socket,
    received,
    closed,
    send(...messages) {
      for (const message of messages)
        socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    },
    got(event) {
      if (seen.has(event)) return Promise.resolve();
      return new Promise((resolve) => {
        waiting.set(event, [...(waiting.get(event) ?? []), resolve]);
      });
    },
  };
}

/** The status with which a handshake is answered; 101 when it is let in. */
export async function handshakeStatus(
  app: Pick<TestApp, 'baseUrl'>,
  headers?: Record<string, string>,
  path = '/media-stream',
): Promise<number> {
  const socket = connect(app, headers, path);
  const { promise, resolve } = Promise.withResolvers<number>();
  socket.once('open', () => resolve(101));
  socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
  socket.once('error', () => resolve(0));
  const status = await promise;
  socket.terminate();
  return status;
}

function connect(
  { baseUrl }: Pick<TestApp, 'baseUrl'>,
  headers?: Record<string, string>,
  path = '/media-stream',
): WebSocket {
  const url = `${baseUrl.replace(/^http/, 'ws')}${path}`;
  const socket = new WebSocket(url, { headers: headers ?? { 'x-twilio-signature': signed(url) } });
  // A refusal is also an error event; whoever wants to know listens himself.
  socket.on('error', () => {});
  return socket;
}

const eventOf = (message: unknown): string =>
  typeof message === 'object' && message !== null && 'event' in message ? String(message.event) : '';

export function startMessage(
  callSid: string,
  customParameters: Record<string, string>,
  account: string = accountSid,
): unknown {
  const streamSid = `MZ${'0'.repeat(32)}`;
  return {
    event: 'start',
    sequenceNumber: '1',
    streamSid,
    start: {
      accountSid: account,
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
      customParameters,
    },
  };
}

export const connectedMessage = { event: 'connected', protocol: 'Call', version: '1.0.0' };

export const mediaMessage = (sequence: number) => ({
  event: 'media',
  sequenceNumber: String(sequence),
  streamSid: `MZ${'0'.repeat(32)}`,
  media: {
    track: 'inbound',
    chunk: String(sequence),
    timestamp: '0',
    payload: Buffer.alloc(160, 0xff).toString('base64'),
  },
});
