/** Both ends of a spoken test: the adapters against the stand-in for Deepgram, what they reported, and coded audio. */
import { vi } from 'vitest';
import { createSpeechToText } from '../../src/adapters/deepgram/speech-to-text.ts';
import { createTextToSpeech } from '../../src/adapters/deepgram/text-to-speech.ts';
import type { Heard, HearingListener, VoiceListener } from '../../src/call/ports.ts';
import { type Clock, createClock } from '../../src/lib/clock.ts';
import type { VendorError } from '../../src/lib/vendor-error.ts';
import { startDeepgramSandbox } from '../../src/sandbox/deepgram/server.ts';
import { createSpeechDecoder } from '../../src/sandbox/voice-code.ts';

export const API_KEY = 'sandbox-key';

/** Waits until `check` no longer throws. The deadline is generous: it only decides how long a failure takes. */
export const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** Resolves `ms` later on the clock: for showing that nothing happens meanwhile. */
export function pass(clock: Clock, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(ms, resolve);
  return promise;
}

/** The stand-in at `speed` times real time. */
export async function startSpeechTest(speed = 8) {
  const clock = createClock({ speed });
  const sandbox = await startDeepgramSandbox({ clock, apiKey: API_KEY });
  return { clock, sandbox };
}

type SpeechTest = Awaited<ReturnType<typeof startSpeechTest>>;

/** An ear on the stand-in, and everything it reported. */
export function listenTo(
  { clock, sandbox }: SpeechTest,
  options: { apiKey?: string; keyterms?: string[]; model?: string } = {},
) {
  const facts: Heard[] = [];
  const failures: VendorError[] = [];
  const warnings: string[] = [];
  const listener: HearingListener = {
    heard: (fact) => facts.push(fact),
    failed: (error) => failures.push(error),
  };
  const hearing = createSpeechToText({
    apiKey: API_KEY,
    model: 'nova-2-phonecall',
    ...options,
    baseUrl: sandbox.baseUrl,
    clock,
    log: { warn: (_, message) => warnings.push(message) },
  }).listen(listener);
  return {
    hearing,
    facts,
    failures,
    warnings,
    /** Pushes audio as the telephone does, in packets of 20 ms, all at once. */
    hear(...parts: Uint8Array[]) {
      const audio = Buffer.concat(parts);
      for (let at = 0; at < audio.length; at += 160) hearing.hear(audio.subarray(at, at + 160));
    },
    /** The final words, in order. */
    get said() {
      return facts.flatMap((fact) => (fact.type === 'final' ? [fact.text] : [])).join(' ');
    },
  };
}

/** A voice on the stand-in, and everything it reported. */
export function speakTo({ clock, sandbox }: SpeechTest, options: { apiKey?: string } = {}) {
  const decoder = createSpeechDecoder();
  const words: string[] = [];
  const delivered: string[] = [];
  const failures: { error: VendorError; unspoken: string }[] = [];
  const events: string[] = [];
  const warnings: string[] = [];
  const state = { finished: 0, bytes: 0 };
  const listener: VoiceListener = {
    audio(audio) {
      if (events.at(-1) !== 'audio') events.push('audio');
      state.bytes += audio.length;
      words.push(...decoder.push(audio).map((word) => word.text));
    },
    delivered(text) {
      events.push('delivered');
      delivered.push(text);
    },
    finished() {
      events.push('finished');
      state.finished += 1;
    },
    failed: (error, unspoken) => failures.push({ error, unspoken }),
  };
  const speech = createTextToSpeech({
    apiKey: API_KEY,
    ...options,
    model: 'aura-2-thalia-en',
    baseUrl: sandbox.baseUrl,
    clock,
    log: { warn: (_, message) => warnings.push(message) },
  });
  return {
    speech,
    voice: speech.open(listener),
    delivered,
    failures,
    events,
    warnings,
    state,
    /** What a listener on the line understood. */
    get spoken() {
      return words.join(' ');
    },
  };
}
