/** One speaking connection: what it may still be asked, and the wait for `Cleared`. */
import type { Clock } from '../../lib/clock.ts';
import type { VendorError } from '../../lib/vendor-error.ts';
import { createAllowance } from './allowance.ts';
import { isFileHeader, silentError, wrongAudioError } from './failure.ts';
import { splitText } from './long-text.ts';
import { type Account, type AdapterLog, openSocket } from './socket.ts';
import { parseSpeakMessage } from './speak-messages.ts';

export interface TextToSpeechOptions extends Account {
  clock: Clock;
  /** aura-2-<voice>-en */
  model: string;
  log?: AdapterLog | undefined;
}

/** The vendor ignores the 21st flush in 60 s; its allowance was measured to return after 64. */
const FLUSH_LIMIT = { limit: 20, windowMs: 65_000 };
/** Above this the vendor may drop the connection; only noted, as speech at 15 characters a second stays below. */
const CHARACTER_LIMIT = { limit: 2400, windowMs: 60_000 };
const OPEN_WITHIN_MS = 1500;
const CLEARED_WITHIN_MS = 1000;

export interface VoiceSocketListener {
  /** It can take phrases now: opened, or cleared. */
  ready(): void;
  audio(audio: Uint8Array): void;
  flushed(): void;
  /** Once, and nothing after it. */
  broken(error: VendorError): void;
}

export interface VoiceSocket {
  /** Open, and not waiting for `Cleared`. */
  readonly isReady: boolean;
  readonly flushesLeft: number;
  speak(phrase: string): void;
  flush(): void;
  /** Forgets all it was given; nothing of it is reported any more. `ready` follows. */
  clear(): void;
  end(): Promise<void>;
}

export function openVoiceSocket(options: TextToSpeechOptions, listener: VoiceSocketListener): VoiceSocket {
  const { clock, log } = options;
  const flushes = createAllowance(clock, FLUSH_LIMIT);
  const characters = createAllowance(clock, CHARACTER_LIMIT);
  let isOpen = false;
  let isClearing = false;
  /** Flushes that a Clear overtook; their `Flushed` may still come, with no audio before it. */
  let overtaken = 0;
  let awaited = 0;
  let hasAudio = false;
  let isOverLimit = false;
  let cancelClearing = () => {};

  const socket = openSocket(
    {
      account: options,
      clock,
      openWithinMs: OPEN_WITHIN_MS,
      dial: (client) =>
        client.speak.v1.connect({
          model: options.model,
          encoding: 'mulaw',
          sample_rate: '8000',
          reconnectAttempts: 0,
          shouldReconnect: () => false,
        }),
    },
    {
      opened() {
        isOpen = true;
        listener.ready();
      },
      text: understand,
      audio(audio) {
        if (isClearing) return;
        if (!hasAudio && isFileHeader(audio)) {
          abandon(wrongAudioError());
          return;
        }
        hasAudio = true;
        listener.audio(audio);
      },
      ended: stop,
    },
  );

  function stop(error: VendorError): void {
    isOpen = false;
    cancelClearing();
    listener.broken(error);
  }

  function abandon(error: VendorError): void {
    void socket.end();
    stop(error);
  }

  function understand(data: string): void {
    const message = parseSpeakMessage(data);
    if (message?.type === 'Flushed') hearFlushed();
    else if (message?.type === 'Cleared' && isClearing) {
      isClearing = false;
      cancelClearing();
      listener.ready();
    } else if (message?.type === 'Warning') {
      log?.warn({ code: message.code }, 'the voice warns');
    }
  }

  function hearFlushed(): void {
    if (isClearing) return;
    if (!hasAudio && overtaken > 0) {
      overtaken -= 1;
      return;
    }
    if (awaited === 0) return;
    awaited -= 1;
    overtaken = 0;
    hasAudio = false;
    listener.flushed();
  }

  return {
    get isReady() {
      return isOpen && !isClearing;
    },
    get flushesLeft() {
      return flushes.left;
    },
    speak(phrase) {
      for (const text of splitText(phrase)) {
        characters.use(text.length);
        socket.send({ type: 'Speak', text });
      }
      if (characters.left >= 0 || isOverLimit) return;
      isOverLimit = true;
      log?.warn({}, 'more than 2,400 characters were spoken in a minute');
    },
    flush() {
      flushes.use();
      awaited += 1;
      socket.send({ type: 'Flush' });
    },
    clear() {
      if (!isOpen || isClearing) return;
      isClearing = true;
      overtaken += awaited;
      awaited = 0;
      hasAudio = false;
      socket.send({ type: 'Clear' });
      cancelClearing = clock.after(CLEARED_WITHIN_MS, () => abandon(silentError(CLEARED_WITHIN_MS)));
    },
    end() {
      isOpen = false;
      cancelClearing();
      return socket.end({ type: 'Close' });
    },
  };
}
