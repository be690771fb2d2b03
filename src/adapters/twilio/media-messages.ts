/** Twilio's Media Streams messages: their JSON read into facts, ours written as text. No sockets, no state. */
import { z } from 'zod';

export interface StreamInfo {
  streamSid: string;
  callSid: string;
  accountSid: string;
  /** The `<Parameter>`s of the TwiML. Sent by whoever opened the socket: proof of nothing until checked. */
  customParameters: Record<string, string>;
}

export type MediaMessage =
  | { event: 'connected' }
  | { event: 'start'; info: StreamInfo }
  /** `sequence` is undefined when it is not a positive integer; `audio` when the payload is not usable. */
  | { event: 'media'; sequence: number | undefined; audio: Uint8Array | undefined }
  | { event: 'dtmf'; digit: string }
  | { event: 'mark'; name: string }
  | { event: 'stop' }
  /** An event we do not know, or one that may be left out safely. */
  | { event: 'ignored' }
  /** A start we cannot work with: fields missing, or audio that is not mu-law, 8 kHz, mono. */
  | { event: 'unusable-start' }
  /** Not a JSON object. */
  | { event: 'garbage' };

/** Two seconds: Twilio sends 20 ms at a time. */
const LONGEST_PAYLOAD_BYTES = 16_000;
const LONGEST_MARK = 256;

const sid = z.string().min(1).max(64);
const startSchema = z.object({
  streamSid: sid,
  start: z.object({
    callSid: sid,
    accountSid: sid,
    mediaFormat: z.object({
      encoding: z.literal('audio/x-mulaw'),
      sampleRate: z.literal(8000),
      channels: z.literal(1),
    }),
    customParameters: z.record(z.string(), z.string()).default({}),
  }),
});

const GARBAGE: MediaMessage = { event: 'garbage' };
const IGNORED: MediaMessage = { event: 'ignored' };

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined for anything but 1 byte to 2 s of well-formed base64. Decoding skips what is not base64, so the length tells. */
function decodeAudio(payload: unknown): Uint8Array | undefined {
  if (typeof payload !== 'string' || payload.length === 0 || payload.length % 4 !== 0) return undefined;
  const padding = payload.endsWith('==') ? 2 : payload.endsWith('=') ? 1 : 0;
  const expected = (payload.length / 4) * 3 - padding;
  if (expected === 0 || expected > LONGEST_PAYLOAD_BYTES) return undefined;
  const audio = Buffer.from(payload, 'base64');
  return audio.length === expected ? audio : undefined;
}

function readMedia(message: Record<string, unknown>): MediaMessage {
  const media = message['media'];
  if (!isObject(media)) return { event: 'media', sequence: undefined, audio: undefined };
  // The caller's track only: with <Connect> there is no other, and our own voice must never be heard as his.
  if (media['track'] !== undefined && media['track'] !== 'inbound') return IGNORED;
  const sequence = Number(message['sequenceNumber']);
  return {
    event: 'media',
    sequence: Number.isSafeInteger(sequence) && sequence > 0 ? sequence : undefined,
    audio: decodeAudio(media['payload']),
  };
}

function readStart(message: Record<string, unknown>): MediaMessage {
  const parsed = startSchema.safeParse(message);
  if (!parsed.success) return { event: 'unusable-start' };
  const { streamSid, start } = parsed.data;
  const { callSid, accountSid, customParameters } = start;
  return { event: 'start', info: { streamSid, callSid, accountSid, customParameters } };
}

function readDigit(message: Record<string, unknown>): MediaMessage {
  const dtmf = message['dtmf'];
  const digit = isObject(dtmf) ? dtmf['digit'] : undefined;
  return typeof digit === 'string' && /^[0-9*#]$/.test(digit) ? { event: 'dtmf', digit } : IGNORED;
}

function readMark(message: Record<string, unknown>): MediaMessage {
  const mark = message['mark'];
  const name = isObject(mark) ? mark['name'] : undefined;
  return typeof name === 'string' && name.length <= LONGEST_MARK ? { event: 'mark', name } : IGNORED;
}

/**
 * Reads one text frame. Never throws. Media is checked by hand and not by schema: there are fifty a second for each
 * call, and this costs about a microsecond.
 */
export function readMessage(text: string): MediaMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return GARBAGE;
  }
  if (!isObject(message)) return GARBAGE;
  switch (message['event']) {
    case 'media':
      return readMedia(message);
    case 'start':
      return readStart(message);
    case 'dtmf':
      return readDigit(message);
    case 'mark':
      return readMark(message);
    case 'stop':
      return { event: 'stop' };
    case 'connected':
      return { event: 'connected' };
    default:
      return IGNORED;
  }
}

export interface MessageWriter {
  media(audio: Uint8Array): string;
  mark(name: string): string;
  clear(): string;
}

/** Base64 needs no escaping, so an audio message is two fixed strings around the payload. */
export function createMessageWriter(streamSid: string): MessageWriter {
  const sid = JSON.stringify(streamSid);
  const opening = `{"event":"media","streamSid":${sid},"media":{"payload":"`;
  const clear = `{"event":"clear","streamSid":${sid}}`;
  return {
    media: (audio) => `${opening}${audio.toBase64()}"}}`,
    mark: (name) => `{"event":"mark","streamSid":${sid},"mark":{"name":${JSON.stringify(name)}}}`,
    clear: () => clear,
  };
}
