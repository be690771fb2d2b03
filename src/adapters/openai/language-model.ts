/** The language model of a call: OpenAI's chat completions, with a second model standing by. */
import OpenAI from 'openai';
import type { Dispatcher } from 'undici';
import type { LanguageModel, ModelEvent, ModelRequest } from '../../agent/ports.ts';
import { type Clock, createClock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { attempt } from './attempt.ts';
import { createFetch, openPool } from './connection.ts';
import { interruptionError, mayOtherModelHelp, toVendorError } from './failure.ts';

/** Something an operator should know although the call goes on. */
export type LanguageModelNotice =
  | { type: 'fell-back'; from: string; to: string; error: VendorError }
  /** The vendor will switch a configured model off on `date` (YYYY-MM-DD). */
  | { type: 'model-ends'; model: string; date: string };

export interface LanguageModelOptions {
  apiKey: string;
  /** Ends in /v1; default OpenAI itself. */
  baseUrl?: string;
  model: string;
  /** Asked once, within the same call, when `model` fails before its first word or tool call. */
  fallbackModel?: string;
  clock?: Clock;
  /** To the first word or piece of a tool call, per model asked; default 4000 ms, the longest silence a caller bears. */
  firstTokenMs?: number;
  /** Between two records of a stream; default 2500 ms. */
  idleMs?: number;
  /** For warmUp; default 3000 ms. */
  warmUpMs?: number;
  onNotice?: (notice: LanguageModelNotice) => void;
  /** The connection pool; whoever passes one also closes it. Default a pool of our own. */
  dispatcher?: Dispatcher;
}

/** `close` ends every stream under way with a VendorError and every connection. */
export function createLanguageModel({
  apiKey,
  baseUrl = 'https://api.openai.com/v1',
  model,
  fallbackModel,
  clock = createClock(),
  firstTokenMs = 4000,
  idleMs = 2500,
  warmUpMs = 3000,
  onNotice = () => {},
  dispatcher,
}: LanguageModelOptions): LanguageModel & { close(): Promise<void> } {
  const pool = dispatcher ?? openPool();
  const closing = new AbortController();
  const client = new OpenAI({
    apiKey,
    baseURL: baseUrl,
    maxRetries: 0, // a retry that the caller does not hear about is silence on the line
    fetch: createFetch(pool, clock),
    logLevel: 'off', // it would print requests and broken records
  });

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent, void> {
    const options = { client, clock, firstTokenMs, idleMs, signal, closing: closing.signal };
    let hasBegun = false;
    try {
      for await (const event of attempt(model, request, options)) {
        hasBegun = true;
        yield event;
      }
      return;
    } catch (error) {
      const canFallBack = error instanceof VendorError && mayOtherModelHelp(error) && !closing.signal.aborted;
      if (fallbackModel === undefined || hasBegun || !canFallBack) throw error;
      onNotice({ type: 'fell-back', from: model, to: fallbackModel, error });
    }
    yield* attempt(fallbackModel, request, options);
  }

  async function warmUp(signal: AbortSignal): Promise<void> {
    const deadline = new AbortController();
    const disarm = clock.after(warmUpMs, () => deadline.abort());
    try {
      const page = await client.models.list({
        signal: AbortSignal.any([signal, closing.signal, deadline.signal]),
      });
      for (const { id, shutdown_date: date } of page.data) {
        if ((id === model || id === fallbackModel) && typeof date === 'string') {
          onNotice({ type: 'model-ends', model: id, date });
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (closing.signal.aborted) throw interruptionError(model, 'closed', 0);
      if (deadline.signal.aborted) throw interruptionError(model, 'first-token', warmUpMs);
      throw toVendorError(error, model, false);
    } finally {
      disarm();
    }
  }

  return {
    stream,
    warmUp,
    async close() {
      closing.abort();
      if (!dispatcher) await pool.destroy();
    },
  };
}
