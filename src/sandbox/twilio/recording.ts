/** The audio of a call as it went over the line, both ways, up to a limit. */
import { BYTES_PER_MS } from '../../speech/mulaw.ts';

export interface Recording {
  sent(audio: Uint8Array): void;
  played(audio: Uint8Array): void;
  read(): { sent: Uint8Array; played: Uint8Array };
}

function createTrack(limit: number) {
  const chunks: Uint8Array[] = [];
  let length = 0;
  return {
    add(audio: Uint8Array): void {
      if (length + audio.length > limit) return;
      chunks.push(audio);
      length += audio.length;
    },
    read: () => new Uint8Array(Buffer.concat(chunks)),
  };
}

/** Whatever comes after `longestMs` of a direction is left out. */
export function createRecording(longestMs: number): Recording {
  const sent = createTrack(longestMs * BYTES_PER_MS);
  const played = createTrack(longestMs * BYTES_PER_MS);
  return {
    sent: (audio) => sent.add(audio),
    played: (audio) => played.add(audio),
    read: () => ({ sent: sent.read(), played: played.read() }),
  };
}
