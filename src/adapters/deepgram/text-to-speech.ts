/** Deepgram speech as the call's voice: replies spoken phrase by phrase over a socket, fixed phrases rendered ahead. */
import type { TextToSpeech, Voice, VoiceListener } from '../../call/ports.ts';
import type { VendorError } from '../../lib/vendor-error.ts';
import { silentError } from './failure.ts';
import { renderSpeech } from './render.ts';
import { BYTES_PER_MS } from './replay-buffer.ts';
import { addPhrase, createReply, type Reply, rewind, takeAudio, textOf } from './reply.ts';
import { environmentOf } from './socket.ts';
import { openVoiceSocket, type TextToSpeechOptions, type VoiceSocket } from './voice-socket.ts';

/** A reply begins with so many flushes in hand; otherwise the connection is replaced between replies. */
const FLUSHES_FOR_A_REPLY = 4;
/** The last of them is for the end of the reply. */
const FLUSHES_TO_KEEP = 2;
/** Silence from the vendor while it owes audio. */
const FIRST_AUDIO_WITHIN_MS = 3000;
const NEXT_AUDIO_WITHIN_MS = 1500;
/** Phrases are flushed when so little audio is left to play: the vendor's first byte takes some 200 ms. */
const LEAD_MS = 600;
/** Before a refused or failed connection is tried once more. */
const RECONNECT_PAUSE_MS = 300;

/** Throws TypeError when the base URL is none. */
export function createTextToSpeech(options: TextToSpeechOptions): TextToSpeech {
  environmentOf(options.baseUrl);
  return {
    open: (listener) => openVoice(options, listener),
    render: (text, signal) => renderSpeech(options, text, signal),
  };
}

function openVoice(options: TextToSpeechOptions, listener: VoiceListener): Voice {
  const { clock, log } = options;
  let socket: VoiceSocket | undefined;
  let reply: Reply | undefined;
  let isOver = false;
  /** When the audio passed on so far will have been played. */
  let playedAt = 0;
  let cancelWatch = () => {};
  let cancelTopUp = () => {};
  let cancelReconnect = () => {};

  function connect(): void {
    socket = openVoiceSocket(options, { ready, audio, flushed, broken });
  }

  function ready(): void {
    if (!isGiven()) replaceIfSpent();
    pump();
  }

  /** Whether the connection has been given any of the reply. */
  const isGiven = () => reply?.stretches.some((stretch) => stretch.sentPhrases > 0) ?? false;

  /** Gives the connection whatever it has not been given and may be. */
  function pump(): void {
    if (!reply || !socket?.isReady) return;
    for (const stretch of reply.stretches) {
      for (const phrase of stretch.phrases.slice(stretch.sentPhrases)) socket.speak(phrase);
      stretch.sentPhrases = stretch.phrases.length;
      if (!stretch.isClosed || stretch.isFlushSent) continue;
      stretch.isFlushSent = true;
      socket.flush();
      watch();
    }
  }

  function watch(): void {
    cancelWatch();
    const owed = reply?.stretches[0];
    if (!owed?.isFlushSent) return;
    const isFirst = owed.deliveredBytes === 0;
    const ms = isFirst ? FIRST_AUDIO_WITHIN_MS : NEXT_AUDIO_WITHIN_MS;
    cancelWatch = clock.after(ms, () => {
      void socket?.end();
      broken(silentError(ms));
    });
  }

  function audio(bytes: Uint8Array): void {
    const stretch = reply?.stretches[0];
    if (!stretch) return;
    const fresh = takeAudio(stretch, bytes);
    watch();
    if (fresh.length === 0) return;
    playedAt = Math.max(playedAt, clock.elapsed()) + fresh.length / BYTES_PER_MS;
    listener.audio(fresh);
  }

  function flushed(): void {
    const stretch = reply?.stretches.shift();
    if (!reply || !stretch) return;
    watch();
    const speaking = reply;
    listener.delivered(textOf([stretch]));
    // Whoever listens may have cancelled the reply.
    if (reply !== speaking) return;
    finishIfDelivered();
    scheduleTopUp();
  }

  function finishIfDelivered(): void {
    if (!reply?.isFinishing || reply.stretches.length > 0) return;
    forgetReply();
    replaceIfSpent();
    listener.finished();
  }

  /** A model slower than speech: what it has said so far is flushed before the caller hears a gap. */
  function scheduleTopUp(): void {
    cancelTopUp();
    const waiting = reply?.stretches[0];
    if (!waiting || waiting.isClosed) return;
    cancelTopUp = clock.after(Math.max(0, playedAt - clock.elapsed() - LEAD_MS), () => {
      if (!socket || socket.flushesLeft <= FLUSHES_TO_KEEP) return;
      waiting.isClosed = true;
      pump();
    });
  }

  function forgetReply(): void {
    reply = undefined;
    cancelWatch();
    cancelTopUp();
    cancelReconnect();
  }

  /** Between replies only: nobody waits, and no reply runs out of flushes. */
  function replaceIfSpent(): void {
    if (!socket || socket.flushesLeft >= FLUSHES_FOR_A_REPLY) return;
    void socket.end();
    connect();
  }

  function broken(error: VendorError): void {
    socket = undefined;
    cancelWatch();
    cancelTopUp();
    if (isOver) return;
    if (!reply) {
      // An idle connection may close; the next reply opens another. What cannot be mended is told at once.
      if (!error.retryable) listener.failed(error, '');
      return;
    }
    if (!error.retryable || reply.isReconnected) {
      const unspoken = textOf(reply.stretches);
      forgetReply();
      listener.failed(error, unspoken);
      return;
    }
    log?.warn(
      { fault: error.fault, status: error.status },
      `the voice is reconnecting after: ${error.message}`,
    );
    reply.isReconnected = true;
    rewind(reply);
    cancelReconnect = clock.after(error.status === undefined ? 0 : RECONNECT_PAUSE_MS, connect);
  }

  connect();

  return {
    say(text) {
      if (isOver || text.trim() === '') return;
      reply ??= createReply();
      const stretch = addPhrase(reply, text);
      if (!reply.isEarlyFlushDone) {
        reply.isEarlyFlushDone = true;
        stretch.isClosed = true;
      }
      if (!socket && !reply.isReconnected) connect();
      pump();
      scheduleTopUp();
    },
    finish() {
      if (isOver) return;
      reply ??= createReply();
      reply.isFinishing = true;
      const last = reply.stretches.at(-1);
      if (last) last.isClosed = true;
      cancelTopUp();
      pump();
      const finishing = reply;
      if (!last) queueMicrotask(() => reply === finishing && finishIfDelivered());
    },
    cancel() {
      const wasGiven = isGiven();
      forgetReply();
      playedAt = 0;
      if (wasGiven) socket?.clear();
      else if (socket?.isReady) replaceIfSpent();
    },
    async close() {
      isOver = true;
      forgetReply();
      await socket?.end();
    },
  };
}
