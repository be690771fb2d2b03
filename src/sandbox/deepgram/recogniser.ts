/** The recogniser's judgement, without a socket: coded speech in, the messages of live transcription out. */
import { BYTES_PER_MS, FRAME_BYTES } from '../../speech/mulaw.ts';
import { createSpeechDecoder, type DecodedWord } from '../voice-code.ts';

export interface RecogniserOptions {
  /** Silence that ends an utterance (speech_final); undefined: never. */
  endpointingMs: number | undefined;
  /** Silence after the last word that brings UtteranceEnd; undefined: never. */
  utteranceEndMs: number | undefined;
  hasInterims: boolean;
  hasVadEvents: boolean;
  isSmartFormat: boolean;
  isMute: () => boolean;
  interimEveryMs: () => number;
}

export interface Recogniser {
  hear(audio: Uint8Array): void;
  /** Makes the words heard so far final now; says nothing when there are none. */
  finalize(): void;
  readonly audioMs: number;
}

/** Words are made final at the latest after about so much audio, as the real service does. */
const SEGMENT_MS = 3000;

export function createRecogniser(options: RecogniserOptions, emit: (message: object) => void): Recogniser {
  const decoder = createSpeechDecoder();
  let words: DecodedWord[] = [];
  let segmentStart = 0;
  let lastInterimAt = 0;
  let isUtteranceOpen = false;
  let isSentenceStart = true;
  /** The last word not yet followed by UtteranceEnd. */
  let lastWordEnd: number | undefined;

  function transcribe(): {
    word: string;
    punctuated: string;
    start: number;
    end: number;
    isClear: boolean;
  }[] {
    return words.map(({ text, startMs, endMs }, index) => ({
      word: text.toLowerCase().replace(/[.,?!]+$/, ''),
      punctuated:
        options.isSmartFormat && isSentenceStart && index === 0
          ? text.charAt(0).toUpperCase() + text.slice(1)
          : text,
      start: startMs / 1000,
      end: endMs / 1000,
      isClear: !text.includes('~'),
    }));
  }

  function tellResults(
    endMs: number,
    flags: { isFinal: boolean; speechFinal?: boolean; fromFinalize?: boolean },
  ) {
    const heard = transcribe();
    emit({
      type: 'Results',
      channel_index: [0, 1],
      start: segmentStart / 1000,
      duration: (endMs - segmentStart) / 1000,
      is_final: flags.isFinal,
      speech_final: flags.speechFinal ?? false,
      from_finalize: flags.fromFinalize ?? false,
      channel: {
        alternatives: [
          {
            transcript: heard.map((word) => word.punctuated).join(' '),
            confidence: heard.length === 0 ? 0 : heard.every((word) => word.isClear) ? 0.98 : 0.42,
            words: heard.map(({ word, punctuated, start, end, isClear }) => ({
              word,
              punctuated_word: punctuated,
              start,
              end,
              confidence: isClear ? 0.98 : 0.42,
            })),
          },
        ],
      },
      metadata: {
        request_id: 'sandbox',
        model_uuid: 'sandbox',
        model_info: { name: 'coded-speech', version: '1', arch: 'sandbox' },
      },
    });
    lastInterimAt = decoder.audioMs;
    if (!flags.isFinal) return;
    if (words.length > 0) isSentenceStart = flags.speechFinal === true || flags.fromFinalize === true;
    words = [];
    segmentStart = endMs;
  }

  function hearWords(heard: DecodedWord[]): void {
    if (options.isMute()) return;
    words.push(...heard);
    lastWordEnd = heard.at(-1)?.endMs ?? lastWordEnd;
  }

  function judgePause(): void {
    const { audioMs, trailingSilenceMs } = decoder;
    const { endpointingMs, utteranceEndMs } = options;
    if (isUtteranceOpen && endpointingMs !== undefined && trailingSilenceMs >= Math.max(20, endpointingMs)) {
      isUtteranceOpen = false;
      tellResults(audioMs, { isFinal: true, speechFinal: words.length > 0 });
    }
    if (utteranceEndMs === undefined || lastWordEnd === undefined) return;
    if (trailingSilenceMs < 20 || audioMs - lastWordEnd < utteranceEndMs) return;
    emit({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: lastWordEnd / 1000 });
    lastWordEnd = undefined;
  }

  function judgeProgress(): void {
    const { audioMs, isSpeaking } = decoder;
    const last = words.at(-1);
    if (audioMs - segmentStart >= SEGMENT_MS && (last || !isSpeaking)) {
      // The segment ends where the last whole word ends, so that a word in progress is in the next one whole.
      tellResults(isSpeaking && last ? last.endMs : audioMs, { isFinal: true });
    } else if (options.hasInterims && last && audioMs - lastInterimAt >= options.interimEveryMs()) {
      tellResults(audioMs, { isFinal: false });
    }
  }

  function hearFrame(frame: Uint8Array): void {
    const wasSpeaking = decoder.isSpeaking;
    hearWords(decoder.push(frame));
    if (decoder.isSpeaking && !wasSpeaking) {
      isUtteranceOpen = true;
      const timestamp = (decoder.audioMs - frame.length / BYTES_PER_MS) / 1000;
      if (options.hasVadEvents && !options.isMute()) emit({ type: 'SpeechStarted', channel: [0], timestamp });
    }
    judgePause();
    judgeProgress();
  }

  return {
    hear(audio) {
      for (let at = 0; at < audio.length; at += FRAME_BYTES) hearFrame(audio.subarray(at, at + FRAME_BYTES));
    },
    finalize() {
      const last = words.at(-1);
      if (last)
        tellResults(decoder.isSpeaking ? last.endMs : decoder.audioMs, { isFinal: true, fromFinalize: true });
    },
    get audioMs() {
      return decoder.audioMs;
    },
  };
}
