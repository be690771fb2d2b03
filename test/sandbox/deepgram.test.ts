/** The stand-in for Deepgram, spoken to over its bare wire. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClock } from '../../src/lib/clock.ts';
import { type DeepgramSandbox, startDeepgramSandbox } from '../../src/sandbox/deepgram/server.ts';
import { createSpeechDecoder, encodeSpeech } from '../../src/sandbox/voice-code.ts';
import { silence } from '../../src/speech/mulaw.ts';
import { API_KEY, eventually, pass } from '../support/deepgram.ts';

const clock = createClock({ speed: 8 });
const LISTEN =
  '/v1/listen?encoding=mulaw&sample_rate=8000&interim_results=true&endpointing=300&utterance_end_ms=1000&vad_events=true&smart_format=true';
const SPEAK = '/v1/speak?encoding=mulaw&sample_rate=8000';
let sandbox: DeepgramSandbox;

beforeEach(async () => {
  sandbox = await startDeepgramSandbox({ clock, apiKey: API_KEY });
});
afterEach(() => sandbox.close());

interface Message {
  type: string;
  [field: string]: unknown;
}

/** A socket and everything that came over it. */
function dial(path: string, key = API_KEY) {
  const socket = new WebSocket(`${sandbox.baseUrl}${path}`, { headers: { authorization: `Token ${key}` } });
  const messages: Message[] = [];
  const audio: Buffer[] = [];
  const order: string[] = [];
  const result: { status?: number; close?: { code: number; reason: string } } = {};
  socket.on('error', () => {});
  socket.on('unexpected-response', (request, response) => {
    result.status = response.statusCode ?? 0;
    request.destroy();
  });
  socket.on('close', (code, reason) => {
    result.close = { code, reason: reason.toString() };
  });
  socket.on('message', (data, isBinary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0);
    if (isBinary) audio.push(bytes);
    else messages.push(JSON.parse(bytes.toString()));
    order.push(isBinary ? 'audio' : (messages.at(-1)?.type ?? ''));
  });
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  socket.on('open', resolve);
  return {
    socket,
    messages,
    audio,
    order,
    result,
    opened,
    send: (message: object) => socket.send(JSON.stringify(message)),
    ofType: (type: string) => messages.filter((message) => message.type === type),
    get text() {
      return createSpeechDecoder()
        .push(Buffer.concat(audio))
        .map((word) => word.text)
        .join(' ');
    },
  };
}

const transcriptOf = (message: Message | undefined) => {
  const channel = JSON.stringify(message?.['channel'] ?? {});
  return /"transcript":"([^"]*)"/.exec(channel)?.[1];
};

describe('the door', () => {
  it.each([
    ['/v1/listen?encoding=mulaw&sample_rate=8000', 'wrong', 401],
    [SPEAK, 'wrong', 401],
    ['/v1/listen?sample_rate=8000', API_KEY, 400],
    ['/v1/listen?encoding=linear16&sample_rate=8000', API_KEY, 400],
    ['/v1/speak?encoding=mulaw&sample_rate=16000', API_KEY, 400],
    ['/v2/listen?encoding=mulaw&sample_rate=8000', API_KEY, 404],
  ])('answers %s with the key %s by %i', async (path, key, status) => {
    const line = dial(path, key);
    await eventually(() => expect(line.result.status).toBe(status));
  });

  it('refuses as often as it is told to, and then no more', async () => {
    sandbox.faults.refuse = { endpoint: 'listen', status: 429, times: 1 };
    const first = dial(LISTEN);
    await eventually(() => expect(first.result.status).toBe(429));
    await dial(LISTEN).opened;
    expect(sandbox.stats.requests.listen).toBe(2);
  });
});

describe('live transcription', () => {
  it('tells what it hears as the real one does', async () => {
    const line = dial(LISTEN);
    await line.opened;
    line.socket.send(Buffer.concat([silence(500), encodeSpeech('my truck pulls left.'), silence(1200)]));
    await eventually(() => expect(line.ofType('UtteranceEnd')).toHaveLength(1));
    expect(line.ofType('SpeechStarted')).toMatchObject([{ channel: [0], timestamp: 0.5 }]);
    const results = line.ofType('Results');
    const interims = results.filter((message) => message['is_final'] === false);
    expect(new Set(interims.map(transcriptOf))).toEqual(
      new Set(['My', 'My truck', 'My truck pulls', 'My truck pulls left.']),
    );
    const final = results.find((message) => message['speech_final'] === true);
    expect(transcriptOf(final)).toBe('My truck pulls left.');
    // 500 ms of silence, 21 characters of 60 ms, 300 ms of endpointing.
    expect(final).toMatchObject({ is_final: true, start: 0, from_finalize: false, channel_index: [0, 1] });
    expect(final?.['duration']).toBeCloseTo(2.06, 3);
    // The last word ends before the space that closes it.
    expect(line.ofType('UtteranceEnd')).toMatchObject([{ channel: [0, 1], last_word_end: 1.7 }]);
  });

  it('says of silence that there were no words in it', async () => {
    const line = dial(LISTEN);
    await line.opened;
    line.socket.send(silence(7000));
    await eventually(() => expect(line.ofType('Results')).toHaveLength(2));
    expect(line.ofType('Results').map(transcriptOf)).toEqual(['', '']);
    expect(line.ofType('Results')).toMatchObject([{ is_final: true }, { is_final: true, start: 3 }]);
  });

  it('hears damaged audio as wrong words', async () => {
    const line = dial(LISTEN);
    await line.opened;
    const audio = encodeSpeech('half past nine');
    line.socket.send(Buffer.concat([audio.subarray(0, 800), audio.subarray(960), silence(400)]));
    await eventually(() => expect(transcriptOf(line.messages.at(-1))).toBe('H~lf past nine'));
  });

  it('finalizes on request and answers the end of the stream with its metadata', async () => {
    const line = dial(LISTEN);
    await line.opened;
    line.socket.send(encodeSpeech('one two'));
    line.send({ type: 'Finalize' });
    await eventually(() => expect(line.ofType('Results').at(-1)).toMatchObject({ from_finalize: true }));
    expect(transcriptOf(line.messages.at(-1))).toBe('One two');
    line.send({ type: 'CloseStream' });
    await eventually(() => expect(line.result.close).toEqual({ code: 1000, reason: '' }));
    expect(line.messages.at(-1)).toMatchObject({ type: 'Metadata', duration: 0.48, channels: 1 });
  });

  it('hangs up after ten seconds without a sign of life, and not before', async () => {
    const startedAt = clock.elapsed();
    const quiet = dial(LISTEN);
    const alive = dial(LISTEN);
    await Promise.all([quiet.opened, alive.opened]);
    await pass(clock, 6000);
    alive.send({ type: 'KeepAlive' });
    await eventually(() => expect(quiet.result.close).toMatchObject({ code: 1011 }));
    expect(clock.elapsed() - startedAt).toBeGreaterThan(10_000);
    expect(quiet.result.close?.reason).toMatch(/net0001/);
    expect(quiet.messages.at(-1)).toMatchObject({ type: 'Metadata', sha256: 'incomplete' });
    expect(alive.result.close).toBeUndefined();
    expect(sandbox.stats.keepAlives).toBe(1);
  });

  it('keeps what each connection heard', async () => {
    const [one, other] = [dial(LISTEN), dial(LISTEN)];
    await Promise.all([one.opened, other.opened]);
    one.socket.send(encodeSpeech('first'));
    one.socket.send(encodeSpeech('line'));
    other.socket.send(encodeSpeech('second'));
    await eventually(() => expect(sandbox.stats.bytesHeard).toBe((6 + 5 + 7) * 480));
    const heard = sandbox.stats.heardAudio.map((audio) =>
      createSpeechDecoder()
        .push(audio)
        .map((word) => word.text)
        .join(' '),
    );
    expect(heard.sort()).toEqual(['first line', 'second']);
    expect(sandbox.stats.open).toEqual({ listen: 2, speak: 0 });
  });
});

describe('streamed speech', () => {
  it('opens with its metadata and speaks what is flushed, in odd pieces, and counts the flushes', async () => {
    const line = dial(SPEAK);
    await line.opened;
    line.send({ type: 'Speak', text: 'One moment,' });
    line.send({ type: 'Speak', text: 'please.' });
    line.send({ type: 'Flush' });
    await eventually(() => expect(line.ofType('Flushed')).toMatchObject([{ sequence_id: 0 }]));
    expect(line.order[0]).toBe('Metadata');
    expect(line.order.at(-1)).toBe('Flushed');
    expect(line.text).toBe('One moment, please.');
    expect(line.audio.slice(0, -1).every((frame) => frame.length % 160 !== 0)).toBe(true);
    line.send({ type: 'Flush' });
    await eventually(() => expect(line.ofType('Flushed')).toMatchObject([{}, { sequence_id: 1 }]));
  });

  it('takes its time to the first byte and is faster than speech from there', async () => {
    sandbox.timings.speakFirstByteMs = 1000;
    const line = dial(SPEAK);
    await line.opened;
    line.send({ type: 'Speak', text: 'This sentence takes four seconds to say, or a little less than it.' });
    const askedAt = clock.elapsed();
    line.send({ type: 'Flush' });
    await eventually(() => expect(line.audio.length).toBeGreaterThan(0));
    expect(clock.elapsed() - askedAt).toBeGreaterThan(990);
    await eventually(() => expect(line.ofType('Flushed')).toHaveLength(1));
    expect(clock.elapsed() - askedAt).toBeLessThan(1000 + 4000);
  });

  it('ignores the 21st flush in a minute, with a warning, and takes flushes again later', async () => {
    await sandbox.close();
    const fast = createClock({ speed: 60 });
    sandbox = await startDeepgramSandbox({ clock: fast, apiKey: API_KEY });
    const line = dial(SPEAK);
    await line.opened;
    for (let flush = 0; flush < 21; flush += 1) line.send({ type: 'Flush' });
    await eventually(() => expect(line.ofType('Flushed')).toHaveLength(20));
    expect(line.ofType('Warning')).toMatchObject([{ code: 'EXCESSIVE_FLUSH' }]);
    expect(sandbox.stats.flushes).toEqual({ taken: 20, refused: 1 });
    await pass(fast, 60_000);
    line.send({ type: 'Flush' });
    await eventually(() => expect(line.ofType('Flushed')).toHaveLength(21));
  });

  it('stops when told to clear, with a late frame before it says so', async () => {
    const line = dial(SPEAK);
    await line.opened;
    line.send({
      type: 'Speak',
      text: 'We are open from eight to five on weekdays and from nine to one on Saturdays',
    });
    line.send({ type: 'Flush' });
    await eventually(() => expect(line.audio.length).toBeGreaterThan(0));
    line.send({ type: 'Clear' });
    await eventually(() => expect(line.ofType('Cleared')).toMatchObject([{ sequence_id: 0 }]));
    expect(line.order.slice(-2)).toEqual(['audio', 'Cleared']);
    await pass(clock, 1000);
    expect(line.order.at(-1)).toBe('Cleared');
    expect(line.ofType('Flushed')).toEqual([]);
  });

  it('speaks what is left when it is told to close', async () => {
    const line = dial(SPEAK);
    await line.opened;
    line.send({ type: 'Speak', text: 'Goodbye.' });
    line.send({ type: 'Close' });
    await eventually(() => expect(line.result.close?.code).toBe(1000));
    expect(line.text).toBe('Goodbye.');
    await eventually(() => expect(sandbox.stats.open.speak).toBe(0));
  });
});

describe('rendered speech', () => {
  async function post(query: string, body: string, key = API_KEY) {
    const headers = { authorization: `Token ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${sandbox.baseUrl}/v1/speak?${query}`, { method: 'POST', headers, body });
    return { status: answer.status, audio: Buffer.from(await answer.arrayBuffer()) };
  }
  const body = JSON.stringify({ text: 'Hello.' });

  it('is bare audio when no container is asked for', async () => {
    const { status, audio } = await post('encoding=mulaw&sample_rate=8000&container=none', body);
    expect(status).toBe(200);
    expect(audio).toEqual(Buffer.from(encodeSpeech('Hello.')));
  });

  it.each([
    ['encoding=mulaw&sample_rate=8000', 'RIFF'],
    ['', 'ID3'],
  ])('is a file by default: ?%s gives %s', async (query, magic) => {
    const { audio } = await post(query, body);
    expect(audio.subarray(0, magic.length).toString()).toBe(magic);
  });

  it('refuses a wrong key and a body that is none', async () => {
    expect(await post('encoding=mulaw', body, 'wrong')).toMatchObject({ status: 401 });
    expect(await post('encoding=mulaw', '{"text":""}')).toMatchObject({ status: 400 });
    expect(await post('encoding=mulaw', 'not json')).toMatchObject({ status: 400 });
  });
});
