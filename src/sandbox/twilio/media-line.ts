/** Twilio's end of one media stream: the signed handshake, the messages, and the buffer that plays what it is sent. */
import { randomUUID } from 'node:crypto';
import { type RawData, WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import type { CallFaults } from './faults.ts';
import { BEAT_MS } from './pacer.ts';
import { createPlayout } from './playout.ts';
import { sign } from './webhook.ts';

export interface LineCounts {
  framesSent: number;
  framesReceived: number;
  bytesPlayed: number;
  clears: number;
  marksEchoed: number;
}

interface LineEnd {
  /** `closed` by the application, `failed` to open or broken, `hung-up` by us. */
  how: 'closed' | 'failed' | 'hung-up';
  code: number;
  reason: string;
}

export interface MediaLine {
  readonly streamSid: string;
  /** The caller's next 20 ms. */
  send(frame: Uint8Array): void;
  press(digit: string): void;
  /** What the caller hears next: up to `bytes`, less when there is less. */
  play(bytes: number): Uint8Array;
  readonly pendingBytes: number;
  /** Says `stop` and closes. */
  hangUp(): void;
  /** Breaks the connection without a word. */
  drop(): void;
  /** Whether the handshake succeeded. */
  opened: Promise<boolean>;
  ended: Promise<LineEnd>;
}

export interface LineOptions {
  clock: Pick<Clock, 'after'>;
  url: string;
  parameters: Readonly<Record<string, string>>;
  callSid: string;
  accountSid: string;
  authToken: string;
  faults: Readonly<CallFaults>;
  counts: LineCounts;
  /** Twilio's error number and a sentence, for what it would report to the account. */
  warn: (code: number, detail: string) => void;
}

const messageSchema = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('media'),
    streamSid: z.string(),
    media: z.object({ payload: z.base64().min(4) }),
  }),
  z.object({ event: z.literal('mark'), streamSid: z.string(), mark: z.object({ name: z.string() }) }),
  z.object({ event: z.literal('clear'), streamSid: z.string() }),
]);

const HANDSHAKE_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 2000;

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function openMediaLine(options: LineOptions): MediaLine {
  const { clock, url, parameters, callSid, accountSid, authToken, faults, counts, warn } = options;
  const streamSid = `MZ${randomUUID().replaceAll('-', '')}`;
  let sequence = 0;
  let chunk = 0;
  let held: string[] = [];
  let failure = '';
  let isHungUp = false;
  let cancelTermination: () => void = () => {};

  const signedUrl = faults.slashInUpgrade ? `${url}/` : url;
  const socket = new WebSocket(url, {
    headers: { 'x-twilio-signature': sign(authToken, signedUrl) },
    perMessageDeflate: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
  });

  function write(event: string, body: Record<string, unknown>): string {
    sequence += 1;
    return JSON.stringify({ event, sequenceNumber: String(sequence), streamSid, ...body });
  }

  function transmit(text: string): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(text, () => {});
  }

  const playout = createPlayout((name) => {
    if (faults.ignoreMarks) return;
    counts.marksEchoed += 1;
    transmit(write('mark', { mark: { name } }));
  });

  function receive(data: RawData, isBinary: boolean): void {
    if (isBinary || !Buffer.isBuffer(data)) {
      warn(31_950, 'binary message');
      return;
    }
    const parsed = messageSchema.safeParse(readJson(data.toString()));
    if (!parsed.success || parsed.data.streamSid !== streamSid) {
      warn(31_951, 'a message that is not understood, or of another stream');
      return;
    }
    const message = parsed.data;
    if (message.event === 'mark') playout.mark(message.mark.name);
    else if (message.event === 'clear') {
      counts.clears += 1;
      playout.clear();
    } else {
      counts.framesReceived += 1;
      if (!playout.push(Buffer.from(message.media.payload, 'base64')))
        warn(31_931, 'more than 10 minutes buffered');
    }
  }

  function releaseHeld(): void {
    for (const text of held) transmit(text);
    held = [];
  }

  const opened = new Promise<boolean>((resolve) => {
    socket.once('open', () => {
      transmit('{"event":"connected","protocol":"Call","version":"1.0.0"}');
      const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
      const tracks = ['inbound'];
      transmit(
        write('start', {
          start: { accountSid, streamSid, callSid, tracks, mediaFormat, customParameters: parameters },
        }),
      );
      resolve(true);
    });
    socket.once('close', () => resolve(false));
  });
  const ended = new Promise<LineEnd>((resolve) => {
    socket.once('close', (code, reason) => {
      cancelTermination();
      const how = isHungUp ? 'hung-up' : failure !== '' || code === 1006 ? 'failed' : 'closed';
      resolve({ how, code, reason: failure || reason.toString() });
    });
  });
  socket.on('message', receive);
  socket.on('error', (error) => {
    failure = error.message;
  });

  return {
    streamSid,
    send(frame) {
      if (socket.readyState !== WebSocket.OPEN || isHungUp) return;
      chunk += 1;
      if (faults.loseMedia) return;
      const media = {
        track: 'inbound',
        chunk: String(chunk),
        timestamp: String((chunk - 1) * BEAT_MS),
        payload: frame.toBase64(),
      };
      const text = write('media', { media });
      counts.framesSent += 1;
      held.push(text);
      if (faults.duplicateMedia) held.push(text);
      if (!faults.holdMedia) releaseHeld();
    },
    press(digit) {
      transmit(write('dtmf', { dtmf: { track: 'inbound_track', digit } }));
    },
    play(bytes) {
      const audio = playout.play(bytes);
      counts.bytesPlayed += audio.length;
      return audio;
    },
    get pendingBytes() {
      return playout.pendingBytes;
    },
    hangUp() {
      if (isHungUp) return;
      isHungUp = true;
      releaseHeld();
      transmit(write('stop', { stop: { accountSid, callSid } }));
      socket.close(1000);
      cancelTermination = clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
    },
    drop: () => socket.terminate(),
    opened,
    ended,
  };
}
