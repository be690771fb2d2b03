/** One connection to the stand-in for streamed speech, /v1/speak. */
import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Clock } from '../../lib/clock.ts';
import { BYTES_PER_MS } from '../../speech/mulaw.ts';
import { encodeSpeech } from '../voice-code.ts';
import { createOutbox } from './outbox.ts';
import type { DeepgramSettings } from './settings.ts';
import { toJson } from './wire.ts';

/** Flushes taken in any 60 s on one connection; more are ignored with a warning. */
const FLUSHES_A_MINUTE = 20;
/** The real service refuses longer texts. */
const LONGEST_TEXT = 2000;
/** Sizes of the audio frames, in turn: odd, as nothing promises whole packets. */
const FRAME_SIZES = [1013, 777, 1501, 333];

const Control = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Speak'), text: z.string() }),
  z.object({ type: z.enum(['Flush', 'Clear', 'Close']) }),
]);

/** Takes over an open socket until it closes. */
export function serveSpeak(
  socket: WebSocket,
  { clock, settings }: { clock: Clock; settings: DeepgramSettings },
): void {
  const { timings, faults, stats } = settings;
  const outbox = createOutbox(clock);
  let texts: string[] = [];
  let flushTimes: number[] = [];
  let flushId = 0;
  let clearId = 0;
  let sentBytes = 0;
  let isStalled = false;
  /** Audio rendered and not yet sent. */
  let unsent: Uint8Array[] = [];

  function send(message: object): void {
    if (socket.readyState === socket.OPEN && !isStalled) socket.send(JSON.stringify(message));
  }

  function sendAudio(frame: Uint8Array): void {
    if (socket.readyState !== socket.OPEN || isStalled) return;
    socket.send(frame);
    sentBytes += frame.length;
    if (faults.stallSpeakAfterBytes !== undefined && sentBytes >= faults.stallSpeakAfterBytes) {
      faults.stallSpeakAfterBytes = undefined;
      isStalled = true;
    }
    if (faults.closeSpeakAfterBytes !== undefined && sentBytes >= faults.closeSpeakAfterBytes) {
      faults.closeSpeakAfterBytes = undefined;
      outbox.clear();
      socket.close(1011, 'Deepgram had an internal error. See https://dpgr.am/net0000');
    }
  }

  function flush(): void {
    const now = clock.elapsed();
    flushTimes = flushTimes.filter((time) => now - time < 60_000);
    if (flushTimes.length >= FLUSHES_A_MINUTE) {
      stats.flushes.refused += 1;
      const description = 'Flush was called too often. Flushes are limited to 20 every 60 seconds.';
      send({ type: 'Warning', code: 'EXCESSIVE_FLUSH', description });
      return;
    }
    flushTimes.push(now);
    stats.flushes.taken += 1;
    render();
    outbox.post(0, () => {
      send({ type: 'Flushed', sequence_id: flushId });
      flushId += 1;
    });
  }

  function render(): void {
    const speech = texts.map((text) => encodeSpeech(text));
    texts = [];
    const audio = Buffer.concat(faults.isWrongEncoding ? [wavHeader(), ...speech] : speech);
    if (audio.length === 0) return;
    const started = clock.elapsed() + timings.speakFirstByteMs;
    let at = 0;
    for (let index = 0; at < audio.length; index += 1) {
      const frame = audio.subarray(at, at + (FRAME_SIZES[index % FRAME_SIZES.length] ?? 160));
      unsent.push(frame);
      const due = started + at / BYTES_PER_MS / timings.speakRealtimeFactor;
      outbox.post(due - clock.elapsed(), () => {
        unsent.shift();
        sendAudio(frame);
      });
      at += frame.length;
    }
  }

  function clear(): void {
    stats.clears += 1;
    const late = unsent.slice(0, faults.lateFramesAfterClear);
    texts = [];
    unsent = [];
    outbox.clear();
    for (const frame of late) outbox.post(5, () => sendAudio(frame));
    if (faults.isClearIgnored) return;
    outbox.post(10, () => {
      send({ type: 'Cleared', sequence_id: clearId });
      clearId += 1;
    });
  }

  socket.on('message', (data, isBinary) => {
    const control = isBinary ? undefined : Control.safeParse(toJson(data)).data;
    if (!control || isStalled) return;
    if (control.type === 'Speak') {
      stats.characters += control.text.length;
      stats.longestSpeak = Math.max(stats.longestSpeak, control.text.length);
      if (control.text.length <= LONGEST_TEXT) texts.push(control.text);
      else
        send({ type: 'Warning', code: 'TEXT_TOO_LONG', description: 'Text is limited to 2000 characters.' });
    } else if (control.type === 'Flush') {
      flush();
    } else if (control.type === 'Clear') {
      clear();
    } else {
      render();
      outbox.post(0, () => socket.close(1000));
    }
  });
  socket.on('close', () => outbox.clear());
  send({
    type: 'Metadata',
    request_id: 'sandbox',
    model_name: 'coded-speech',
    model_version: '1',
    model_uuid: 'sandbox',
    additional_model_uuids: [],
  });
}

/** The 44 bytes that open a WAV file of mu-law audio, of unknown length. */
export function wavHeader(): Uint8Array {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(7, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return header;
}
