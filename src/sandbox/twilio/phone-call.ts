/** One simulated phone call: asks for TwiML, carries it out, and gives the test a caller's mouth and ears. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { FRAME_BYTES, SILENCE } from '../../speech/mulaw.ts';
import { encodeSpeech } from '../voice-code.ts';
import { createApplication, type Document } from './application.ts';
import { type CallRecord, type CallStatus, durationSeconds, hasEnded } from './call-record.ts';
import { createEar } from './ear.ts';
import { type CallFaults, noFaults } from './faults.ts';
import { type LineCounts, type MediaLine, openMediaLine } from './media-line.ts';
import { createMouth } from './mouth.ts';
import { startPacer } from './pacer.ts';
import type { CallEnd, CallTimings, DialOutcome, ManagedCall } from './phone.ts';
import { createRecording } from './recording.ts';
import { createStatusCallbacks } from './status-callbacks.ts';
import { readTwiml, type Verb } from './twiml.ts';
import type { Form } from './webhook.ts';

export interface CallOptions {
  clock: Clock;
  accountSid: string;
  /** Signs what this call sends. */
  authToken: string;
  record: CallRecord;
  timings: Readonly<CallTimings>;
  /** How a transfer to this number turns out. */
  dialOutcome: (number: string) => DialOutcome;
  /** How an outgoing call turns out; an inbound one was placed by someone who is there. */
  outcome: DialOutcome;
  voice: { url: string } | { twiml: string };
  fallbackUrl: string | undefined;
  statusUrl: string | undefined;
  statusEvents: readonly string[];
  /** Answering-machine detection: its verdict, and where it goes when the call does not wait for it. */
  detection: { answeredBy: string; callbackUrl: string | undefined } | undefined;
  faults: Partial<CallFaults> | undefined;
}

export function startPhoneCall(options: CallOptions): ManagedCall {
  const { clock, accountSid, authToken, record, timings, detection } = options;
  const faults: CallFaults = { ...noFaults(), ...options.faults };
  const ear = createEar(clock);
  const mouth = createMouth();
  const recording = createRecording(timings.captureMs);
  const counts: LineCounts = { framesSent: 0, framesReceived: 0, bytesPlayed: 0, clears: 0, marksEchoed: 0 };
  const warnings: { code: number; detail: string }[] = [];
  const dialled: string[] = [];
  const over = new AbortController();
  let end: CallEnd | undefined;
  let line: MediaLine | undefined;
  /** The audio of a <Say>, played by Twilio itself. */
  let announcement: { audio: Uint8Array; at: number; done: () => void } | undefined;
  /** Ends the verb being carried out, when the REST API replaces the TwiML. */
  let interruption = new AbortController();
  let replacement: { twiml: string } | { url: string } | undefined;
  let stopPacer: () => void = () => {};

  const application = createApplication({
    clock,
    accountSid,
    authToken,
    record,
    faults,
    fallbackUrl: options.fallbackUrl,
    over: over.signal,
    warn,
  });
  const { form } = application;
  const callbacks = createStatusCallbacks(options.statusEvents, faults, async (fields) => {
    if (options.statusUrl) await application.tell(options.statusUrl, fields);
  });

  function warn(code: number, detail: string): void {
    if (warnings.length < 1000) warnings.push({ code, detail });
  }

  function enter(status: CallStatus, event: string): void {
    record.status = status;
    const isLast = hasEnded(record);
    callbacks.report(
      event,
      form(isLast ? { CallDuration: String(durationSeconds(record)) } : {}),
      clock.now(),
    );
  }

  function finish(by: CallEnd['by'], reason: string, status: CallStatus = 'completed'): void {
    if (end) return;
    end = { by, reason };
    record.endedAt = clock.now();
    line?.hangUp();
    stopPacer();
    mouth.stop();
    ear.stop();
    over.abort(new Error('the call has ended'));
    interruption.abort();
    announcement?.done();
    enter(status, 'completed');
  }

  /** Resolves true after `ms`, or false at once when the call ends or its TwiML is replaced. */
  function pass(ms: number): Promise<boolean> {
    const { signal } = interruption;
    return new Promise((resolve) => {
      if (signal.aborted || end) {
        resolve(false);
        return;
      }
      const stop = (): void => {
        cancel();
        resolve(false);
      };
      const cancel = clock.after(ms, () => {
        signal.removeEventListener('abort', stop);
        resolve(true);
      });
      signal.addEventListener('abort', stop, { once: true });
    });
  }

  /** An application that has nothing to say for itself, nor its fallback, ends the call. */
  async function ask(url: string, extra?: Form): Promise<Document | undefined> {
    const document = await application.ask(url, extra);
    if (!document) finish('agent', 'the application failed');
    return document;
  }

  /** Every 20 ms of the call, in this order: hear, then speak. */
  function beat(): void {
    const heard = new Uint8Array(FRAME_BYTES).fill(SILENCE);
    const played = playNext();
    heard.set(played);
    if (line) {
      const frame = mouth.nextFrame();
      recording.played(played);
      recording.sent(frame);
      line.send(frame);
    }
    ear.hear(heard, line?.pendingBytes ?? 0);
  }

  function playNext(): Uint8Array {
    if (!announcement) return line?.play(FRAME_BYTES) ?? new Uint8Array(0);
    const { audio, at, done } = announcement;
    announcement.at += FRAME_BYTES;
    if (announcement.at >= audio.length) done();
    return audio.subarray(at, at + FRAME_BYTES);
  }

  async function connect(verb: Extract<Verb, { verb: 'stream' }>): Promise<void> {
    const opening = openMediaLine({
      clock,
      accountSid,
      authToken,
      callSid: record.sid,
      url: verb.url,
      parameters: verb.parameters,
      faults,
      counts,
      warn,
    });
    const stop = (): void => opening.hangUp();
    interruption.signal.addEventListener('abort', stop, { once: true });
    const isOpen = await opening.opened;
    if (isOpen) {
      line = opening;
      report('stream-started');
    }
    const { how, code, reason } = await opening.ended;
    line = undefined;
    interruption.signal.removeEventListener('abort', stop);
    if (how === 'failed') warn(isOpen ? 31_921 : 31_920, reason || `code ${code}`);
    report(how === 'failed' ? 'stream-error' : 'stream-stopped', reason);

    function report(event: string, error = ''): void {
      if (!verb.statusUrl) return;
      const fields = { StreamSid: opening.streamSid, StreamEvent: event, StreamError: error };
      void application.tell(verb.statusUrl, form(fields));
    }
  }

  async function announce(text: string): Promise<void> {
    const audio = encodeSpeech(text);
    if (audio.length === 0 || end) return;
    await new Promise<void>((done) => {
      announcement = { audio, at: 0, done };
      interruption.signal.addEventListener('abort', () => done(), { once: true });
    });
    announcement = undefined;
  }

  async function transfer(verb: Extract<Verb, { verb: 'dial' }>): Promise<Form> {
    dialled.push(verb.number);
    const outcome = options.dialOutcome(verb.number);
    await pass(outcome === 'no-answer' ? verb.ringMs : Math.min(timings.ringMs, verb.ringMs));
    if (outcome === 'completed') await pass(timings.talkMs);
    const isBridged = outcome === 'completed';
    return {
      DialCallSid: `CA${randomUUID().replaceAll('-', '')}`,
      DialCallStatus: outcome,
      DialCallDuration: isBridged ? String(Math.ceil(timings.talkMs / 1000)) : '0',
      DialBridged: String(isBridged),
    };
  }

  const resolveUrl = (url: string, from: string | undefined) => new URL(url, from).href;

  /** Carries the verb out; a document when it leads to another, undefined when the next verb follows. */
  async function perform(verb: Verb, from: string | undefined): Promise<Document | undefined> {
    switch (verb.verb) {
      case 'say':
        await announce(verb.text);
        return undefined;
      case 'pause':
        await pass(verb.ms);
        return undefined;
      case 'hangup':
      case 'reject':
        finish('agent', 'TwiML hung up');
        return undefined;
      case 'redirect':
        return ask(resolveUrl(verb.url, from));
      case 'stream': {
        await connect(verb);
        if (end || replacement || !verb.actionUrl) return undefined;
        return ask(resolveUrl(verb.actionUrl, from));
      }
      case 'dial': {
        const result = await transfer(verb);
        if (end || replacement || !verb.actionUrl) return undefined;
        return ask(resolveUrl(verb.actionUrl, from), result);
      }
    }
  }

  async function carryOut(document: Document): Promise<Document | undefined> {
    for (const verb of document.verbs) {
      if (end || replacement) return undefined;
      const next = await perform(verb, document.url);
      if (next) return next;
    }
    return undefined;
  }

  function load(
    source: { twiml: string } | { url: string },
    extra: Form = {},
  ): Promise<Document | undefined> {
    if ('url' in source) return ask(source.url, extra);
    return Promise.resolve({ verbs: readTwiml(source.twiml), url: undefined });
  }

  function takeReplacement(): { twiml: string } | { url: string } | undefined {
    const taken = replacement;
    replacement = undefined;
    if (taken && !end) interruption = new AbortController();
    return taken;
  }

  /** Rings, when we are calling; false when nobody answered. */
  async function isAnswered(): Promise<boolean> {
    if (record.direction === 'inbound') return true;
    enter('initiated', 'initiated');
    enter('ringing', 'ringing');
    if (!(await pass(timings.ringMs)) || end) return false;
    if (options.outcome !== 'completed') finish('caller', `the call was ${options.outcome}`, options.outcome);
    return options.outcome === 'completed';
  }

  async function detect(): Promise<Form> {
    if (!detection) return {};
    const { answeredBy, callbackUrl } = detection;
    const wait = pass(timings.detectionMs);
    const verdict = { AnsweredBy: answeredBy, MachineDetectionDuration: String(timings.detectionMs) };
    if (!callbackUrl) {
      await wait;
      record.answeredBy = answeredBy;
      return verdict;
    }
    void wait.then(async (isDue) => {
      if (!isDue) return;
      record.answeredBy = answeredBy;
      await application.tell(callbackUrl, { CallSid: record.sid, AccountSid: accountSid, ...verdict });
    });
    return {};
  }

  async function run(): Promise<void> {
    if (!(await isAnswered())) return;
    if (record.direction === 'inbound') record.status = 'ringing';
    else answer();
    const verdict = await detect();
    let document = await load(options.voice, verdict);
    if (record.direction === 'inbound' && !end) answer();
    while (document && !end) {
      const next: Document | undefined = await carryOut(document);
      const replaced = takeReplacement();
      document = replaced ? await load(replaced) : next;
    }
    finish('agent', 'no more instructions');
  }

  function answer(): void {
    record.answeredAt = clock.now();
    stopPacer = startPacer(clock, beat);
    enter('in-progress', 'answered');
  }

  // Not before the caller of this function has had a chance to look, and to set faults.
  const ended = Promise.resolve()
    .then(run)
    .catch((error: unknown) => {
      warn(12_100, String(error));
      finish('agent', 'the application failed');
    })
    .then(() => callbacks.flush())
    .then((): CallEnd => end ?? { by: 'agent', reason: 'no more instructions' });

  return {
    callSid: record.sid,
    record,
    faults,
    say: (text) => mouth.say(encodeSpeech(text)),
    playAudio: (audio) => mouth.say(audio),
    press: (digit) => line?.press(digit),
    hangUp: () => finish('caller', 'the caller hung up'),
    dropSocket: () => line?.drop(),
    get isAgentSpeaking() {
      return ear.isSpeaking || announcement !== undefined || (line?.pendingBytes ?? 0) > 0;
    },
    get atMs() {
      return ear.atMs;
    },
    heard: ear.words,
    heardText: () => ear.words.map(({ text }) => text).join(' '),
    nextAgentTurn: (wait) => ear.nextTurn(wait),
    onHeard: (listener) => ear.onHeard(listener),
    ended,
    stats: counts,
    capture: () => recording.read(),
    dialled,
    warnings,
    end: (by, reason) => finish(by, reason),
    replaceTwiml(source) {
      if (end) return;
      replacement = source;
      interruption.abort();
    },
  };
}
