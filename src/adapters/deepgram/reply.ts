/** The reply being spoken: its phrases in stretches, each ended by one flush, and what of each has been delivered. */

/** Phrases that are delivered together. */
export interface Stretch {
  phrases: string[];
  /** How many of its phrases the present connection has been given. */
  sentPhrases: number;
  /** No more phrases join it; it is to be flushed. */
  isClosed: boolean;
  isFlushSent: boolean;
  /** Bytes of its audio passed on, over all connections. */
  deliveredBytes: number;
  /** Bytes of its audio still to be dropped: they were passed on before the connection broke. */
  repeatedBytes: number;
}

export interface Reply {
  /** Not yet delivered, oldest first; only the last can be open. */
  stretches: Stretch[];
  isEarlyFlushDone: boolean;
  isFinishing: boolean;
  isReconnected: boolean;
}

export function createReply(): Reply {
  return { stretches: [], isEarlyFlushDone: false, isFinishing: false, isReconnected: false };
}

/** Adds the phrase to the open stretch, or opens one, and returns the stretch. */
export function addPhrase(reply: Reply, phrase: string): Stretch {
  const last = reply.stretches.at(-1);
  if (last && !last.isClosed) {
    last.phrases.push(phrase);
    return last;
  }
  const stretch = {
    phrases: [phrase],
    sentPhrases: 0,
    isClosed: false,
    isFlushSent: false,
    deliveredBytes: 0,
    repeatedBytes: 0,
  };
  reply.stretches.push(stretch);
  return stretch;
}

/**
 * Takes audio of the oldest stretch and returns what of it is new. After a break the same text is spoken again by
 * the same voice, so as many bytes as were passed on before are the words the caller already has.
 */
export function takeAudio(stretch: Stretch, audio: Uint8Array): Uint8Array {
  const repeated = Math.min(stretch.repeatedBytes, audio.length);
  stretch.repeatedBytes -= repeated;
  const fresh = audio.subarray(repeated);
  stretch.deliveredBytes += fresh.length;
  return fresh;
}

/** Everything undelivered has to be said again, to a new connection. */
export function rewind(reply: Reply): void {
  for (const stretch of reply.stretches) {
    stretch.sentPhrases = 0;
    stretch.isFlushSent = false;
    stretch.repeatedBytes = stretch.deliveredBytes;
  }
}

export function textOf(stretches: readonly Stretch[]): string {
  return stretches.flatMap((stretch) => stretch.phrases).join(' ');
}
