/** One Media Streams socket, from the handshake to the hang-up, as the `Phone` a call talks through. */
import type { RawData, WebSocket } from 'ws';
import type { Phone, PhoneListener } from '../../call/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { createFloodGuard, createOrderGuard } from './frame-guard.ts';
import { createFramer } from './framer.ts';
import { type LineWatch, watchLine } from './line-watch.ts';
import { createMessageWriter, type MediaMessage, readMessage, type StreamInfo } from './media-messages.ts';

/** A stream whose start has been read. Its owner answers with one of these; only the first answer counts. */
export interface StartedStream extends StreamInfo {
  /**
   * Takes the call. The listener hears whatever was kept since the start, then the live line, and never before this
   * function has returned.
   */
  accept(listener: PhoneListener): Phone;
  /** Closes with 1008. `why` is short and holds nothing personal; it only reaches `onClosed`. */
  reject(why: string): void;
}

/** What happened on the socket. Counts are of frames. */
export interface StreamReport {
  frames: number;
  /** Payloads that were empty, too long or not base64. */
  unusable: number;
  /** Frames that came twice or too late. */
  repeated: number;
  /** Set when we closed because of what the other side did, or did not do. */
  refusal: string | undefined;
  /** Set when the owner or his listener threw: a bug. The socket was closed with 1011. */
  error: unknown;
}

export interface MediaStreamOptions {
  clock: Pick<Clock, 'elapsed' | 'after'>;
  /** The one place to check the token, in its own time; audio is kept meanwhile. */
  onStart: (stream: StartedStream) => void;
  /** Once, when the socket is gone. */
  onClosed?: (report: StreamReport) => void;
  /** Limits the wait for the start message, and then the owner's decision. */
  startTimeoutMs?: number;
}

const START_TIMEOUT_MS = 5000;
/** How long the other side may take to answer our close. */
const CLOSE_TIMEOUT_MS = 2000;
/** Twilio sends media also in silence, so a minute without any is a dead line; its own RTP timeout is as long. */
const DEAD_LINE_MS = 60_000;
/** 5 s of audio, as long as the owner may take; the oldest goes first. */
const MOST_KEPT_BYTES = 40_000;
const MOST_KEPT_DIGITS = 32;
const MOST_GARBAGE = 3;
/** Two minutes of audio that Twilio is not taking off us. */
const MOST_BUFFERED_BYTES = 1_000_000;

/** RFC 6455, section 7.4.1. */
const NORMAL = 1000;
const UNSUPPORTED_DATA = 1003;
const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;
const INTERNAL_ERROR = 1011;

type Ending = 'hangup' | 'dropped';

/**
 * Takes over an open socket. Call it in the same turn of the event loop in which the socket was handed out: a listener
 * attached later misses the first messages.
 */
export function acceptMediaStream(socket: WebSocket, options: MediaStreamOptions): void {
  const { clock, onStart, onClosed, startTimeoutMs = START_TIMEOUT_MS } = options;
  const isWithinRate = createFloodGuard();
  const isNewer = createOrderGuard();
  const report: StreamReport = { frames: 0, unusable: 0, repeated: 0, refusal: undefined, error: undefined };
  let info: StreamInfo | undefined;
  /** Set by `accept`; facts reach it directly once nothing kept is left. */
  let listener: PhoneListener | undefined;
  let isLive = false;
  let garbage = 0;
  /** Once set, nothing more is read or written. */
  let ending: Ending | undefined;
  let isEndTold = false;
  let keptAudio: Uint8Array[] = [];
  let keptBytes = 0;
  let keptDigits: string[] = [];
  let watch: LineWatch | undefined;
  let stopPlaying: (() => void) | undefined;
  let cancelDeadline = clock.after(startTimeoutMs, () =>
    refuse(POLICY_VIOLATION, 'no start message in time'),
  );
  let cancelTermination: (() => void) | undefined;

  function shut(how: Ending, code: number): void {
    if (ending) return;
    ending = how;
    cancelDeadline();
    watch?.stop();
    stopPlaying?.();
    if (socket.readyState === socket.CLOSED) return;
    socket.close(code);
    cancelTermination = clock.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
  }

  function refuse(code: number, why: string): void {
    if (ending) return;
    report.refusal = why;
    shut('dropped', code);
  }

  /** A bug in one call ends that call and no other. */
  function fail(error: unknown): void {
    report.error ??= error;
    shut('dropped', INTERNAL_ERROR);
  }

  function tell(act: (to: PhoneListener) => void): void {
    if (!listener) return;
    try {
      act(listener);
    } catch (error) {
      fail(error);
    }
  }

  function tellEnd(): void {
    if (!ending || !isLive || isEndTold) return;
    const how = ending;
    isEndTold = true;
    tell((to) => to.ended(how));
  }

  function hearAudio(audio: Uint8Array): void {
    if (isLive) {
      tell((to) => to.audio(audio));
      return;
    }
    keptAudio.push(audio);
    keptBytes += audio.length;
    while (keptBytes > MOST_KEPT_BYTES) keptBytes -= keptAudio.shift()?.length ?? keptBytes;
  }

  function hearDigit(digit: string): void {
    if (isLive) tell((to) => to.pressed(digit));
    else if (keptDigits.length < MOST_KEPT_DIGITS) keptDigits.push(digit);
  }

  function goLive(): void {
    isLive = true;
    for (const audio of keptAudio) tell((to) => to.audio(audio));
    for (const digit of keptDigits) tell((to) => to.pressed(digit));
    keptAudio = [];
    keptDigits = [];
    tellEnd();
  }

  function accept(to: PhoneListener, streamSid: string): Phone {
    if (!listener) {
      listener = to;
      cancelDeadline();
      // Also when the line has gone meanwhile: the listener is then told of the end.
      queueMicrotask(goLive);
    }
    return createPhone(streamSid);
  }

  function reject(why: string): void {
    if (!listener) refuse(POLICY_VIOLATION, why);
  }

  function begin(started: StreamInfo): void {
    if (info) {
      refuse(POLICY_VIOLATION, 'second start message');
      return;
    }
    info = started;
    watch = watchLine(clock, DEAD_LINE_MS, () => refuse(POLICY_VIOLATION, 'the line went dead'));
    cancelDeadline();
    cancelDeadline = clock.after(startTimeoutMs, () => reject('not accepted in time'));
    try {
      onStart({ ...started, accept: (to) => accept(to, started.streamSid), reject });
    } catch (error) {
      fail(error);
    }
  }

  function write(message: string): void {
    if (ending || socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      refuse(POLICY_VIOLATION, 'our audio is not being read');
      // Behind a megabyte of audio no close frame would arrive.
      socket.terminate();
      return;
    }
    socket.send(message, ignoreSendError);
  }

  function createPhone(streamSid: string): Phone {
    const writer = createMessageWriter(streamSid);
    const framer = createFramer(clock, {
      media: (audio) => write(writer.media(audio)),
      mark: (name) => write(writer.mark(name)),
    });
    stopPlaying = () => framer.clear();
    return {
      play(audio) {
        if (!ending) framer.play(audio);
      },
      mark(name) {
        if (!ending) framer.mark(name);
      },
      clear() {
        if (ending) return;
        const waiting = framer.clear();
        write(writer.clear());
        // With nothing left to play these come straight back, as every pending mark must.
        for (const name of waiting) write(writer.mark(name));
      },
      close: () => shut('hangup', NORMAL),
    };
  }

  function hearMedia({
    sequence,
    audio,
  }: {
    sequence: number | undefined;
    audio: Uint8Array | undefined;
  }): void {
    report.frames += 1;
    watch?.hear();
    if (!audio) report.unusable += 1;
    else if (!isNewer(sequence)) report.repeated += 1;
    else hearAudio(audio);
  }

  function handle(message: MediaMessage): void {
    switch (message.event) {
      case 'media':
        if (info) hearMedia(message);
        else refuse(POLICY_VIOLATION, 'media before start');
        break;
      case 'start':
        begin(message.info);
        break;
      case 'dtmf':
        if (info) hearDigit(message.digit);
        else refuse(POLICY_VIOLATION, 'digit before start');
        break;
      case 'mark':
        tell((to) => to.played(message.name));
        break;
      case 'stop':
        shut('hangup', NORMAL);
        tellEnd();
        break;
      case 'unusable-start':
        refuse(POLICY_VIOLATION, 'unusable start message');
        break;
      case 'garbage':
        garbage += 1;
        if (garbage === MOST_GARBAGE) refuse(INVALID_PAYLOAD, 'not JSON');
        break;
      case 'connected':
      case 'ignored':
        break;
    }
  }

  socket.on('message', (data: RawData, isBinary: boolean) => {
    if (ending) return;
    if (isBinary || !Buffer.isBuffer(data)) refuse(UNSUPPORTED_DATA, 'binary frame');
    else if (!isWithinRate(clock.elapsed())) refuse(POLICY_VIOLATION, 'too many frames');
    else handle(readMessage(data.toString()));
  });
  // The close event that follows says all there is to say.
  socket.on('error', () => {});
  socket.once('close', () => {
    shut('dropped', NORMAL);
    cancelTermination?.();
    tellEnd();
    onClosed?.(report);
  });
}

function ignoreSendError(): void {
  // A failed send is followed by the close event.
}
