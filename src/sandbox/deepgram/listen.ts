/** One connection to the stand-in for live transcription, /v1/listen. */
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../speech/mulaw.ts';
import { createOutbox } from './outbox.ts';
import { createRecogniser, type RecogniserOptions } from './recogniser.ts';
import type { DeepgramSettings } from './settings.ts';
import { toBytes, toJson } from './wire.ts';

/** Without audio or a text message for so long, the service hangs up. */
const IDLE_MS = 10_000;
const IDLE_REASON =
  'Deepgram did not receive audio data or a text message within the timeout window. See https://dpgr.am/net0001';
const KEPT_CONNECTIONS = 8;
const KEPT_BYTES = 3 * 60_000 * BYTES_PER_MS;

const Control = z.object({ type: z.enum(['KeepAlive', 'Finalize', 'CloseStream']) });

/** Takes over an open socket until it closes. `query`: of the handshake, already checked. */
export function serveListen(
  socket: WebSocket,
  query: URLSearchParams,
  { clock, settings }: { clock: Clock; settings: DeepgramSettings },
): void {
  const { timings, faults, stats } = settings;
  const outbox = createOutbox(clock);
  const keep = startKeeping(stats.heardAudio);
  const recogniser = createRecogniser(readOptions(query, settings), (message) => tell(message));
  let cancelIdle = clock.after(IDLE_MS, hangUpIdle);

  function send(message: object): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }

  function tell(message: object): void {
    if (isFinalWithWords(message) && faults.dropFinals > 0) {
      faults.dropFinals -= 1;
      return;
    }
    outbox.post(timings.resultDelayMs, () => {
      if (faults.isTalkingNonsense) {
        socket.send('}{ not json');
        send({ type: 'Surprise', is_final: 'maybe' });
        send({ type: 'Results', is_final: true });
        socket.send(Buffer.from([1, 2, 3]));
      }
      send(message);
    });
  }

  function tellMetadata(isComplete: boolean): void {
    send({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: 'sandbox',
      sha256: isComplete ? '0'.repeat(64) : 'incomplete',
      created: new Date(clock.now()).toISOString(),
      duration: recogniser.audioMs / 1000,
      channels: 1,
    });
  }

  function hangUpIdle(): void {
    tellMetadata(false);
    socket.close(1011, IDLE_REASON);
  }

  function hear(audio: Uint8Array): void {
    stats.bytesHeard += audio.length;
    keep(audio);
    recogniser.hear(audio);
    if (faults.closeListenAfterMs === undefined || recogniser.audioMs < faults.closeListenAfterMs) return;
    faults.closeListenAfterMs = undefined;
    outbox.clear();
    socket.close(1011, 'Deepgram had an internal error. See https://dpgr.am/net0000');
  }

  function obey(value: unknown): void {
    const control = Control.safeParse(value);
    if (!control.success) return;
    switch (control.data.type) {
      case 'KeepAlive':
        stats.keepAlives += 1;
        return;
      case 'Finalize':
        recogniser.finalize();
        return;
      case 'CloseStream':
        recogniser.finalize();
        outbox.post(0, () => {
          tellMetadata(true);
          socket.close(1000);
        });
    }
  }

  socket.on('message', (data, isBinary) => {
    if (socket.readyState !== socket.OPEN) return;
    cancelIdle();
    cancelIdle = clock.after(IDLE_MS, hangUpIdle);
    if (isBinary) hear(toBytes(data));
    else obey(toJson(data));
  });
  socket.on('close', () => {
    cancelIdle();
    outbox.clear();
  });
  if (faults.isNotReading) socket.pause();
  if (faults.closeListenOnOpen > 0) {
    faults.closeListenOnOpen -= 1;
    socket.close(1011, 'Deepgram had an internal error. See https://dpgr.am/net0000');
  }
}

function isFinalWithWords(message: object): boolean {
  const { data } = z
    .object({
      is_final: z.literal(true),
      channel: z.object({ alternatives: z.array(z.object({ transcript: z.string().min(1) })) }),
    })
    .safeParse(message);
  return data !== undefined;
}

/** Keeps the first three minutes of what the connection hears, for the last few connections. */
function startKeeping(heardAudio: Uint8Array[]): (audio: Uint8Array) => void {
  const room = new Uint8Array(KEPT_BYTES);
  let length = 0;
  let kept: Uint8Array = room.subarray(0, 0);
  heardAudio.push(kept);
  if (heardAudio.length > KEPT_CONNECTIONS) heardAudio.shift();
  return (audio) => {
    const at = heardAudio.indexOf(kept);
    const fitting = audio.subarray(0, KEPT_BYTES - length);
    if (at < 0 || fitting.length === 0) return;
    room.set(fitting, length);
    length += fitting.length;
    kept = room.subarray(0, length);
    heardAudio[at] = kept;
  };
}

function readOptions(query: URLSearchParams, { timings, faults }: DeepgramSettings): RecogniserOptions {
  const isOn = (name: string) => query.get(name) === 'true';
  const hasInterims = isOn('interim_results');
  const endpointing = query.get('endpointing') ?? '10';
  const utteranceEnd = query.get('utterance_end_ms');
  return {
    endpointingMs: endpointing === 'false' ? undefined : Number(endpointing),
    utteranceEndMs: utteranceEnd === null || !hasInterims ? undefined : Number(utteranceEnd),
    hasInterims,
    hasVadEvents: isOn('vad_events'),
    isSmartFormat: isOn('smart_format'),
    isMute: () => faults.isMute,
    interimEveryMs: () => timings.interimEveryMs,
  };
}
