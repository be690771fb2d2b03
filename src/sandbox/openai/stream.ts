/** Sends one streamed answer at the pace of the clock, and breaks it where a fault says so. */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { type Fault, refusalFor } from './faults.ts';
import { type Delta, type Envelope, toChunk, toUsageChunk, type Usage } from './records.ts';

/** All in milliseconds of the sandbox's clock. */
export interface OpenAiTimings {
  /** From request to first word; 180 is a good day of a small model. */
  firstTokenMs: number;
  /** Between words. */
  tokenMs: number;
  /** From `[DONE]` to the end of the body; the real API leaves a gap here. */
  endMs: number;
}

/** The client at the other end of a response: pauses end early when it goes away. */
export interface Client {
  pause(ms: number): Promise<void>;
  isGone(): boolean;
}

/** Watches for the client to leave before the answer is complete; `onAbort` hears of it once. */
export function followClient(response: ServerResponse, clock: Clock, onAbort: () => void): Client {
  let endPause = () => {};
  let isGone = false;
  response.once('close', () => {
    isGone = true;
    if (!response.writableFinished && !response.errored) onAbort();
    endPause();
  });
  return {
    isGone: () => isGone,
    pause: (ms) =>
      new Promise((resolve) => {
        if (isGone) return resolve();
        const cancel = clock.after(ms, resolve);
        endPause = () => {
          cancel();
          resolve();
        };
      }),
  };
}

export interface StreamedAnswer {
  envelope: Envelope;
  deltas: readonly Delta[];
  finishReason: string;
  /** Undefined when the request did not ask for it. */
  usage: Usage | undefined;
  fault: Fault | undefined;
}

/** Resolves when the last byte is written, the client has gone, or the fault has silenced the stream. */
export async function streamAnswer(
  { envelope, deltas, finishReason, usage, fault }: StreamedAnswer,
  { response, client, timings }: { response: ServerResponse; client: Client; timings: OpenAiTimings },
): Promise<void> {
  const send = (record: unknown) => response.write(`data: ${JSON.stringify(record)}\n\n`);
  const open = () => response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  if (fault?.kind === 'silence') {
    open().flushHeaders();
    return;
  }
  await client.pause(timings.firstTokenMs);
  if (client.isGone()) return;
  open();
  send(toChunk(envelope, { role: 'assistant', content: '', refusal: null }));
  for (const [index, delta] of deltas.slice(0, fault?.afterRecords).entries()) {
    if (index > 0) await client.pause(timings.tokenMs);
    if (client.isGone()) return;
    send(toChunk(envelope, delta));
  }
  if (fault?.kind === 'stall') return;
  if (fault?.kind === 'drop') {
    await new Promise((resolve) => setImmediate(resolve)); // let what was written reach the wire
    response.destroy(new Error('Dropped by a fault'));
    return;
  }
  if (fault?.kind === 'eof') {
    response.end();
    return;
  }
  if (fault?.kind === 'malformed') {
    response.write('data: {"id":"chatcmpl-sandbox","choices":[{"del\n\n');
    return;
  }
  if (fault?.kind === 'error-record') {
    send({ error: refusalFor('server-error')?.error });
    return;
  }
  const cutShort = fault?.kind.replace('-', '_');
  send(toChunk(envelope, {}, cutShort ?? finishReason));
  if (usage) send(toUsageChunk(envelope, usage));
  response.write('data: [DONE]\n\n');
  if (timings.endMs > 0) await client.pause(timings.endMs);
  response.end();
}
