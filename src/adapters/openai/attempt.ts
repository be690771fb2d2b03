/** One request to one model: streams its answer, watched over from the first byte to the last. */
import type OpenAI from 'openai';
import type { ModelEvent, ModelRequest, TokenUsage } from '../../agent/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { assembleCalls, readChunk } from './chunk.ts';
import { failure, type Interruption, interruptionError, toVendorError } from './failure.ts';
import { toChatBody } from './request.ts';

export interface AttemptOptions {
  client: OpenAI;
  clock: Clock;
  /** From the request to the first word or piece of a tool call, in milliseconds. */
  firstTokenMs: number;
  /** Between two records, in milliseconds; the time the consumer takes for itself does not count. */
  idleMs: number;
  /** The caller's wish to stop: ends the attempt quietly. */
  signal: AbortSignal;
  /** The adapter is closing: ends the attempt with an error. */
  closing: AbortSignal;
}

/** How long a complete answer may wait for the record that counts its tokens. */
const usageMs = 300;

/** Yields words, then tool calls, then `done`; throws VendorError. A consumer that stops early closes the request. */
export async function* attempt(
  model: string,
  request: ModelRequest,
  { client, clock, firstTokenMs, idleMs, signal, closing }: AttemptOptions,
): AsyncGenerator<ModelEvent, void> {
  const controller = new AbortController();
  let interruption: Interruption | undefined;
  const interrupt = (why: Interruption) => {
    interruption ??= why;
    controller.abort();
  };
  const onAbort = () => interrupt('caller');
  const onClosing = () => interrupt('closed');
  if (signal.aborted) return;
  if (closing.aborted) throw interruptionError(model, 'closed', 0);
  signal.addEventListener('abort', onAbort, { once: true });
  closing.addEventListener('abort', onClosing, { once: true });
  let disarm = clock.after(firstTokenMs, () => interrupt('first-token'));

  const calls = assembleCalls();
  let hasHeaders = false;
  let hasBegun = false;
  let hasFinished = false;
  let isComplete = false;
  let usage: TokenUsage | undefined;
  let answeredBy = model;
  try {
    const records = await client.chat.completions.create(toChatBody(model, request), {
      signal: controller.signal,
    });
    hasHeaders = true;
    for await (const record of records) {
      if (interruption) break;
      const chunk = readChunk(record);
      if (!chunk) throw failure(model, 'invalid', 'sent a record of unknown shape');
      usage = chunk.usage ?? usage;
      answeredBy = chunk.model ?? answeredBy;
      hasBegun ||= chunk.words !== '' || chunk.fragments.length > 0 || chunk.finishReason !== undefined;
      if (!hasBegun) continue; // the record that only names the role is no sign of life
      disarm();
      if (chunk.words !== '') yield { type: 'words', text: chunk.words };
      calls.add(chunk.fragments);
      if (chunk.finishReason !== undefined && !hasFinished) {
        if (chunk.finishReason === 'length' || chunk.finishReason === 'content_filter') {
          throw failure(model, 'truncated', `stopped early (${chunk.finishReason})`);
        }
        hasFinished = true;
        const finished = calls.finish();
        if (!finished) throw failure(model, 'invalid', 'sent a tool call without id or name');
        if (finished.length > 0) yield { type: 'tool-calls', calls: finished };
      }
      disarm = hasFinished
        ? clock.after(usageMs, () => interrupt('idle'))
        : clock.after(idleMs, () => interrupt('idle'));
    }
    isComplete = interruption === undefined;
  } catch (error) {
    // Once the answer is whole, losing the count of its tokens is no failure.
    if (!interruption && !hasFinished) throw toVendorError(error, model, hasHeaders);
  } finally {
    disarm();
    signal.removeEventListener('abort', onAbort);
    closing.removeEventListener('abort', onClosing);
    // After a complete answer the connection is left to end its body in peace, so that it can be used again.
    if (!isComplete) controller.abort();
  }
  if (interruption === 'caller') return;
  if (!hasFinished) {
    if (interruption) throw interruptionError(model, interruption, hasBegun ? idleMs : firstTokenMs);
    throw failure(model, 'truncated', 'ended its answer without finishing it');
  }
  yield { type: 'done', model: answeredBy, usage };
}
