/** What a test or a simulation may set and read on the stand-in for Deepgram. */

/** Delays of the service, in milliseconds. Change them at any time; the next event uses them. */
interface DeepgramTimings {
  handshakeMs: number;
  /** Audio between two interim results. */
  interimEveryMs: number;
  /** From hearing audio to telling its words. */
  resultDelayMs: number;
  /** From Flush to the first byte of audio. */
  speakFirstByteMs: number;
  /** How many times faster than speech the audio is sent. */
  speakRealtimeFactor: number;
}

export type Endpoint = 'listen' | 'speak' | 'rest';

/** What goes wrong. Counts run down as they are used; `undefined`, 0 and false mean that nothing does. */
interface DeepgramFaults {
  /** The next `times` requests to the endpoint are answered with the HTTP status. */
  refuse: { endpoint: Endpoint; status: number; times: number } | undefined;
  /** So many handshakes of the endpoint are left unanswered. */
  hang: { endpoint: Endpoint; times: number } | undefined;
  /** The recogniser hears no words. */
  isMute: boolean;
  /** So many finals with words in them are never sent. */
  dropFinals: number;
  /** The next recogniser connection that has heard so much audio is closed with 1011. */
  closeListenAfterMs: number | undefined;
  /** A recogniser connection that opens is closed with 1011 at once; so many times. */
  closeListenOnOpen: number;
  /** The recogniser stops reading its sockets. */
  isNotReading: boolean;
  /** Frames that are no JSON, or of no known type, are mixed into the recogniser's. */
  isTalkingNonsense: boolean;
  /** The next voice connection that has sent so many bytes of audio sends nothing more. */
  stallSpeakAfterBytes: number | undefined;
  /** The next voice connection that has sent so many bytes of audio is closed with 1011. */
  closeSpeakAfterBytes: number | undefined;
  /** Frames of the old audio sent between Clear and Cleared. */
  lateFramesAfterClear: number;
  /** Cleared is never sent. */
  isClearIgnored: boolean;
  /** Audio comes as a WAV file. */
  isWrongEncoding: boolean;
}

/** What happened so far. */
interface DeepgramStats {
  /** Sockets standing now. */
  open: { listen: number; speak: number };
  /** Requests that arrived, refused ones included. */
  requests: { listen: number; speak: number; rest: number };
  flushes: { taken: number; refused: number };
  clears: number;
  keepAlives: number;
  /** Characters given to the voice, over sockets and REST. */
  characters: number;
  /** The longest text in one Speak. */
  longestSpeak: number;
  bytesHeard: number;
  /** What each of the last 8 recogniser connections heard, at most three minutes each. */
  heardAudio: Uint8Array[];
}

export interface DeepgramSettings {
  timings: DeepgramTimings;
  faults: DeepgramFaults;
  stats: DeepgramStats;
}

/** A healthy service at its usual pace. */
export function createSettings(): DeepgramSettings {
  return {
    timings: {
      handshakeMs: 40,
      interimEveryMs: 300,
      resultDelayMs: 100,
      speakFirstByteMs: 90,
      speakRealtimeFactor: 8,
    },
    faults: {
      refuse: undefined,
      hang: undefined,
      isMute: false,
      dropFinals: 0,
      closeListenAfterMs: undefined,
      closeListenOnOpen: 0,
      isNotReading: false,
      isTalkingNonsense: false,
      stallSpeakAfterBytes: undefined,
      closeSpeakAfterBytes: undefined,
      lateFramesAfterClear: 1,
      isClearIgnored: false,
      isWrongEncoding: false,
    },
    stats: {
      open: { listen: 0, speak: 0 },
      requests: { listen: 0, speak: 0, rest: 0 },
      flushes: { taken: 0, refused: 0 },
      clears: 0,
      keepAlives: 0,
      characters: 0,
      longestSpeak: 0,
      bytesHeard: 0,
      heardAudio: [],
    },
  };
}
