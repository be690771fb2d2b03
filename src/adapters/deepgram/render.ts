/** Fixed phrases as audio, over one plain request each: for the greeting and the lines that must work when nothing else does. */
import { DeepgramClient } from '@deepgram/sdk';
import { isFileHeader, renderTimeout, toVendorError, wrongAudioError } from './failure.ts';
import { splitText } from './long-text.ts';
import { environmentOf } from './socket.ts';
import type { TextToSpeechOptions } from './voice-socket.ts';

const DEADLINE_MS = 5000;

/** Raw mu-law of the text, empty for a blank one. Rejects with a VendorError, also after `DEADLINE_MS`. */
export async function renderSpeech(
  options: TextToSpeechOptions,
  text: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const deadline = new AbortController();
  const cancel = options.clock.after(DEADLINE_MS, () => deadline.abort());
  try {
    const client = new DeepgramClient({ apiKey: options.apiKey, ...environmentOf(options.baseUrl) });
    const abort = AbortSignal.any([signal, deadline.signal]);
    const parts: Uint8Array[] = [];
    for (const piece of splitText(text)) parts.push(await renderPiece(client, options.model, piece, abort));
    return Buffer.concat(parts);
  } catch (error) {
    throw deadline.signal.aborted && !signal.aborted ? renderTimeout(DEADLINE_MS) : toVendorError(error);
  } finally {
    cancel();
  }
}

async function renderPiece(
  client: DeepgramClient,
  model: string,
  text: string,
  abortSignal: AbortSignal,
): Promise<Uint8Array> {
  const answer = await client.speak.v1.audio.generate(
    // Without container=none the answer is a WAV file, and its header is heard as a click.
    { text, model, encoding: 'mulaw', sample_rate: 8000, container: 'none' },
    // The deadline is ours, on our clock; the SDK's own retries would outlive it.
    { abortSignal, maxRetries: 0, timeoutInSeconds: 60 },
  );
  const audio = new Uint8Array(await answer.arrayBuffer());
  if (audio.length === 0 || isFileHeader(audio)) throw wrongAudioError();
  return audio;
}
