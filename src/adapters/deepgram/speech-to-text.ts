/** Deepgram live transcription as the call's ear: one conversation with the vendor, over as many sockets as it takes. */
import type { DeepgramClient } from '@deepgram/sdk';
import type { Hearing, HearingListener, SpeechToText } from '../../call/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import type { VendorError } from '../../lib/vendor-error.ts';
import { deafError, stuckError } from './failure.ts';
import { type ListenMessage, parseListenMessage } from './listen-messages.ts';
import { createLoudness } from './loudness.ts';
import { BYTES_PER_MS, createReplayBuffer } from './replay-buffer.ts';
import { createRetryBudget } from './retry-budget.ts';
import { type Account, type AdapterLog, type DeepgramSocket, environmentOf, openSocket } from './socket.ts';

export interface SpeechToTextOptions extends Account {
  clock: Clock;
  /** nova-2-phonecall, nova-3, ... */
  model: string;
  /** BCP-47; default the vendor's, en. */
  language?: string | undefined;
  /** Words to expect: names of people, makes and models. */
  keyterms?: readonly string[] | undefined;
  /** Silence after which the vendor says the caller has stopped. Default 300 ms, their advice for conversation. */
  endpointingMs?: number | undefined;
  /** Gap between words that counts as the end of the utterance. Default 1000 ms, the least the vendor supports. */
  utteranceEndMs?: number | undefined;
  log?: AdapterLog | undefined;
}

const OPEN_WITHIN_MS = 2000;
/** The vendor hangs up after 10 s without audio and advises a sign of life every 3 to 5 s. */
const KEEP_ALIVE_MS = 4000;
/** Audio kept while there is no connection: the greeting and a slow start, no more. */
const WAITING_CAP_MS = 30_000;
/** Audio kept while connected, if no final covers it: the vendor makes words final about every 3 s, and is late. */
const REPLAY_CAP_MS = 5000;
/** 32 s of audio: the peer has stopped reading. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** So much talking without one word recognised, and the connection is taken to be deaf. */
const DEAF_AFTER_MS = 3000;

/** Throws TypeError when the base URL is none. */
export function createSpeechToText(options: SpeechToTextOptions): SpeechToText {
  environmentOf(options.baseUrl);
  return { listen: (listener) => startHearing(options, listener) };
}

function startHearing(options: SpeechToTextOptions, listener: HearingListener): Hearing {
  const { clock, log } = options;
  const buffer = createReplayBuffer();
  const loudness = createLoudness();
  const retries = createRetryBudget(clock);
  let socket: DeepgramSocket | undefined;
  let isOpen = false;
  /** Position in the caller's audio at which the connection's own time begins. */
  let origin = 0;
  let isOver = false;
  let isDeafTried = false;
  let ignored = 0;
  let cancelKeepAlive = () => {};
  let cancelRetry = () => {};

  function connect(): void {
    socket = openSocket(
      {
        account: options,
        clock,
        openWithinMs: Math.min(OPEN_WITHIN_MS, retries.remainingMs),
        dial: (client) => dial(client, options),
      },
      { opened, text, audio: () => ignore(), ended: broken },
    );
  }

  function opened(): void {
    isOpen = true;
    const { position, audio } = buffer.read();
    origin = position;
    if (audio.length > 0) socket?.sendAudio(audio);
    loudness.reset();
    keepAlive();
  }

  function keepAlive(): void {
    cancelKeepAlive();
    cancelKeepAlive = clock.after(KEEP_ALIVE_MS, () => {
      socket?.send({ type: 'KeepAlive' });
      keepAlive();
    });
  }

  function broken(error: VendorError): void {
    const wasOpen = isOpen;
    isOpen = false;
    cancelKeepAlive();
    const delay = retries.next(error, wasOpen);
    if (delay === undefined) {
      isOver = true;
      listener.failed(error);
      return;
    }
    log?.warn(
      { fault: error.fault, status: error.status },
      `hearing is reconnecting after: ${error.message}`,
    );
    cancelRetry = clock.after(delay, connect);
  }

  /** Our own verdict on a connection that the vendor still thinks is fine. */
  function abandon(error: VendorError): void {
    void socket?.end();
    broken(error);
  }

  function ignore(): void {
    ignored += 1;
    if (ignored === 1) log?.warn({}, 'the recogniser sent a message that makes no sense; it is ignored');
  }

  function text(data: string): void {
    const message = parseListenMessage(data);
    if (message) understand(message);
    else ignore();
  }

  function understand(message: ListenMessage): void {
    if (message.type === 'SpeechStarted') listener.heard({ type: 'speech-started' });
    else if (message.type === 'UtteranceEnd') listener.heard({ type: 'utterance-end' });
    else if (message.type === 'Results') understandResults(message);
  }

  function understandResults(message: Extract<ListenMessage, { type: 'Results' }>): void {
    const words = message.channel.alternatives[0]?.transcript.trim() ?? '';
    // Covered before it is told: whoever listens may end the call.
    if (message.is_final) {
      const endMs = (message.start + message.duration) * 1000;
      buffer.cover(origin + Math.round(endMs * BYTES_PER_MS));
    }
    if (words === '') return;
    loudness.reset();
    isDeafTried = false;
    if (message.is_final) listener.heard({ type: 'final', text: words, endsTurn: message.speech_final });
    else listener.heard({ type: 'interim', text: words });
  }

  function send(connection: DeepgramSocket, audio: Uint8Array): void {
    connection.sendAudio(audio);
    keepAlive();
    loudness.hear(audio);
    if (connection.unsentBytes > MAX_UNSENT_BYTES) {
      abandon(stuckError(connection.unsentBytes));
    } else if (loudness.loudMs >= DEAF_AFTER_MS && !isDeafTried) {
      // Once until words come: a noisy street must not cost a connection every three seconds.
      isDeafTried = true;
      abandon(deafError(DEAF_AFTER_MS));
    }
  }

  connect();

  return {
    hear(audio) {
      if (isOver || audio.length === 0) return;
      buffer.append(audio, isOpen ? REPLAY_CAP_MS : WAITING_CAP_MS);
      if (socket && isOpen) send(socket, audio);
    },
    finalize() {
      if (isOpen && !isOver) socket?.send({ type: 'Finalize' });
    },
    async close() {
      isOver = true;
      isOpen = false;
      cancelKeepAlive();
      cancelRetry();
      if (ignored > 0) log?.warn({ ignored }, 'messages of the recogniser were ignored');
      await socket?.end({ type: 'CloseStream' });
    },
  };
}

function dial(client: DeepgramClient, options: SpeechToTextOptions) {
  const terms = options.keyterms ?? [];
  const isNova3 = options.model.startsWith('nova-3');
  return client.listen.v1.connect({
    model: options.model,
    encoding: 'mulaw',
    sample_rate: 8000,
    channels: 1,
    interim_results: 'true',
    endpointing: options.endpointingMs ?? 300,
    utterance_end_ms: options.utteranceEndMs ?? 1000,
    smart_format: 'true',
    vad_events: 'true',
    ...(options.language ? { language: options.language } : {}),
    // The newer model takes terms, the older ones keywords; each refuses the other.
    ...(terms.length > 0 ? (isNova3 ? { keyterm: [...terms] } : { keywords: [...terms] }) : {}),
    reconnectAttempts: 0,
    shouldReconnect: () => false,
  });
}
