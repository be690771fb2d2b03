import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import {
  acceptMediaStream,
  type StartedStream,
  type StreamReport,
} from '../../../src/adapters/twilio/media-stream.ts';
import type { Phone, PhoneListener } from '../../../src/call/ports.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const start = {
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    customParameters: { token: 't' },
  },
};
const media = (sequence: number | string, fill = 1, size = 160) => ({
  event: 'media',
  sequenceNumber: String(sequence),
  streamSid: 'MZ1',
  media: {
    track: 'inbound',
    chunk: '1',
    timestamp: '5',
    payload: Buffer.alloc(size, fill).toString('base64'),
  },
});
const mark = (name: string) => ({ event: 'mark', sequenceNumber: '4', streamSid: 'MZ1', mark: { name } });
const press = (digit: string) => ({
  event: 'dtmf',
  streamSid: 'MZ1',
  dtmf: { track: 'inbound_track', digit },
});
const stop = {
  event: 'stop',
  sequenceNumber: '9',
  streamSid: 'MZ1',
  stop: { accountSid: 'AC1', callSid: 'CA1' },
};

const textOf = (data: RawData): string => (Buffer.isBuffer(data) ? data.toString() : '');

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** A listener that writes down what it is told, and can be waited on. */
function createDiary() {
  const facts: string[] = [];
  const audio: number[] = [];
  const waiting = new Map<string, () => void>();
  function note(fact: string): void {
    facts.push(fact);
    waiting.get(fact)?.();
  }
  const listener: PhoneListener = {
    audio(bytes) {
      audio.push(bytes[0] ?? -1);
    },
    played: (name) => note(`played ${name}`),
    pressed: (digit) => note(`pressed ${digit}`),
    ended: (how) => note(`ended ${how}`),
  };
  const told = (fact: string) =>
    new Promise<void>((resolve) => {
      if (facts.includes(fact)) resolve();
      else waiting.set(fact, resolve);
    });
  return { facts, audio, listener, told };
}

async function connect(onStart: (stream: StartedStream) => void = () => {}) {
  const clock = createManualClock();
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { promise: report, resolve: reported } = Promise.withResolvers<StreamReport>();
  const { promise: accepted, resolve: hasAccepted } = Promise.withResolvers<WebSocket>();
  server.on('connection', (socket) => {
    acceptMediaStream(socket, { clock, onStart, onClosed: reported });
    hasAccepted(socket);
  });
  const client = new WebSocket(`ws://127.0.0.1:${address.port}`);
  const received: string[] = [];
  client.on('message', (data: RawData) => received.push(textOf(data)));
  const closed = once(client, 'close').then(([code]: unknown[]) => code);
  await once(client, 'open');
  const serverSocket = await accepted;
  cleanups.push(async () => {
    client.terminate();
    await report;
    await new Promise((resolve) => server.close(resolve));
  });
  const send = (...messages: unknown[]) => {
    for (const message of messages)
      client.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  return { clock, client, serverSocket, received, send, closed, report };
}

/** A stream taken at once. */
async function connectCall() {
  const diary = createDiary();
  const { promise: phone, resolve } = Promise.withResolvers<Phone>();
  const line = await connect((stream) => resolve(stream.accept(diary.listener)));
  line.send({ event: 'connected', protocol: 'Call', version: '1.0.0' }, start);
  return { ...line, ...diary, phone: await phone };
}

describe('a media stream that breaks the rules', () => {
  it.each([
    ['media before the start', [media(1)], 1008, 'media before start'],
    ['a key before the start', [press('1')], 1008, 'digit before start'],
    ['a second start', [start, start], 1008, 'second start message'],
    [
      'a start without a call',
      [{ event: 'start', streamSid: 'MZ1', start: {} }],
      1008,
      'unusable start message',
    ],
    ['three frames of garbage', ['{', 'null', '[]'], 1007, 'not JSON'],
    ['a binary frame', [Buffer.from([1])], 1003, 'binary frame'],
  ])('is closed: %s', async (_, messages, code, refusal) => {
    const { client, send, closed, report } = await connect();
    for (const message of messages) {
      if (Buffer.isBuffer(message)) client.send(message);
      else send(message);
    }
    expect(await closed).toBe(code);
    expect(await report).toMatchObject({ refusal });
  });

  it('is closed when it has said nothing for five seconds', async () => {
    const { clock, client, closed } = await connect();
    clock.advance(4999);
    expect(client.readyState).toBe(WebSocket.OPEN);
    clock.advance(1);
    expect(await closed).toBe(1008);
  });

  it('is closed when it floods', async () => {
    const { send, closed, report } = await connectCall();
    for (let sequence = 2; sequence < 700; sequence += 1) send(media(sequence));
    expect(await closed).toBe(1008);
    expect(await report).toMatchObject({ refusal: 'too many frames' });
  });

  it('survives two frames of garbage and messages it does not know', async () => {
    const { send, told, facts } = await connectCall();
    send('{', 'null', { event: 'weather' }, { event: 'mark' }, press('A'), press('99'), mark('alive'));
    await told('played alive');
    expect(facts).toEqual(['played alive']);
  });
});

describe('the hand-over to the owner', () => {
  it('tells what the start said', async () => {
    const { promise, resolve } = Promise.withResolvers<StartedStream>();
    const { send } = await connect(resolve);
    send(start);
    expect(await promise).toMatchObject({
      streamSid: 'MZ1',
      callSid: 'CA1',
      accountSid: 'AC1',
      customParameters: { token: 't' },
    });
  });

  it('keeps what arrives while the owner makes up his mind, and delivers it in order after accept', async () => {
    const { promise, resolve } = Promise.withResolvers<StartedStream>();
    const { send, serverSocket } = await connect(resolve);
    send(start, media(2, 2), media(3, 3), press('7'));
    const stream = await promise;
    const seen = new Promise((done) =>
      serverSocket.on('message', (data: RawData) => textOf(data).includes('last') && done(undefined)),
    );
    send(mark('last'));
    await seen;
    const diary = createDiary();
    stream.accept(diary.listener);
    expect(diary.audio).toEqual([]);
    send(media(4, 4), mark('m'));
    await diary.told('played m');
    expect(diary.audio).toEqual([2, 3, 4]);
    expect(diary.facts).toEqual(['pressed 7', 'played m']);
  });

  it('keeps no more than the newest five seconds', async () => {
    const { promise, resolve } = Promise.withResolvers<StartedStream>();
    const { send, serverSocket } = await connect(resolve);
    send(start);
    for (let sequence = 2; sequence < 302; sequence += 1) send(media(sequence, sequence % 250));
    const stream = await promise;
    const seen = new Promise((done) =>
      serverSocket.on('message', (data: RawData) => textOf(data).includes('last') && done(undefined)),
    );
    send(mark('last'));
    await seen;
    const diary = createDiary();
    stream.accept(diary.listener);
    send(mark('m'));
    await diary.told('played m');
    expect(diary.audio).toHaveLength(250);
    expect(diary.audio.at(-1)).toBe(301 % 250);
  });

  it('closes with 1008 when the owner rejects', async () => {
    const { send, closed, report } = await connect((stream) => stream.reject('token already used'));
    send(start, media(2));
    expect(await closed).toBe(1008);
    expect(await report).toMatchObject({ refusal: 'token already used' });
  });

  it('closes with 1008 when the owner does not decide in time, and an accept afterwards is told of the end', async () => {
    const { promise, resolve } = Promise.withResolvers<StartedStream>();
    const { clock, send, closed } = await connect(resolve);
    send(start);
    const stream = await promise;
    clock.advance(5000);
    expect(await closed).toBe(1008);
    const diary = createDiary();
    stream.accept(diary.listener).play(new Uint8Array(160));
    await diary.told('ended dropped');
  });

  it('tells an owner who accepts too late that the caller has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<StartedStream>();
    const { send, closed } = await connect(resolve);
    send(start, stop);
    const stream = await promise;
    await closed;
    const diary = createDiary();
    stream.accept(diary.listener);
    await diary.told('ended hangup');
  });
});

describe('the line from the caller', () => {
  it('is heard without duplicates, latecomers and unusable payloads, which are counted', async () => {
    const { send, audio, told, client, report } = await connectCall();
    const bad = { ...media(7), media: { track: 'inbound', payload: '****' } };
    send(media(2, 2), media(2, 2), media(4, 4), media(3, 3), bad, media(8, 8, 0), media(-1, 9), mark('m'));
    await told('played m');
    expect(audio).toEqual([2, 4, 9]);
    client.close();
    expect(await report).toMatchObject({ frames: 7, unusable: 2, repeated: 2, refusal: undefined });
  });

  it('takes a hundred frames bunched together, in order', async () => {
    const { send, audio, told } = await connectCall();
    const fills = Array.from({ length: 100 }, (_, index) => index);
    send(...fills.map((fill) => media(fill + 2, fill)), mark('m'));
    await told('played m');
    expect(audio).toEqual(fills);
  });

  it('ends with a stop, once, and what follows is ignored', async () => {
    const { send, facts, audio, closed, told } = await connectCall();
    send(stop, media(10), stop, mark('late'));
    await told('ended hangup');
    expect(await closed).toBe(1000);
    expect(facts).toEqual(['ended hangup']);
    expect(audio).toEqual([]);
  });

  it('is reported as dropped when the connection breaks', async () => {
    const { client, facts, told } = await connectCall();
    client.terminate();
    await told('ended dropped');
    expect(facts).toEqual(['ended dropped']);
  });

  it('is given up as dead after a minute without a frame', async () => {
    const { clock, send, told, report, facts } = await connectCall();
    clock.advance(59_000);
    send(media(2), mark('m'));
    await told('played m');
    clock.advance(59_999);
    expect(facts).toEqual(['played m']);
    clock.advance(1);
    await told('ended dropped');
    expect(await report).toMatchObject({ refusal: 'the line went dead' });
  });

  it('ends alone when its owner throws instead of deciding', async () => {
    const bug = new Error('bug');
    const { send, closed, report } = await connect(() => {
      throw bug;
    });
    send(start);
    expect(await closed).toBe(1011);
    expect((await report).error).toBe(bug);
  });

  it('ends alone when its own listener has a bug', async () => {
    const { promise, resolve } = Promise.withResolvers<Phone>();
    const diary = createDiary();
    const bug = new Error('bug');
    const { send, closed, report } = await connect((stream) =>
      resolve(
        stream.accept({
          ...diary.listener,
          audio() {
            throw bug;
          },
        }),
      ),
    );
    send(start, media(2));
    await promise;
    expect(await closed).toBe(1011);
    expect((await report).error).toBe(bug);
  });
});

describe('the line to the caller', () => {
  it('carries audio, marks and clear in the order given', async () => {
    const { phone, received, client, closed } = await connectCall();
    phone.play(new Uint8Array(200).fill(7));
    phone.mark('half');
    phone.clear();
    phone.play(new Uint8Array(160).fill(8));
    phone.mark('end');
    phone.close();
    expect(await closed).toBe(1000);
    expect(client.readyState).toBe(WebSocket.CLOSED);
    const text = (value: number) => Buffer.alloc(160, value).toString('base64');
    expect(received.map((message) => JSON.parse(message))).toEqual([
      { event: 'media', streamSid: 'MZ1', media: { payload: text(7) } },
      { event: 'clear', streamSid: 'MZ1' },
      { event: 'mark', streamSid: 'MZ1', mark: { name: 'half' } },
      { event: 'media', streamSid: 'MZ1', media: { payload: text(8) } },
      { event: 'mark', streamSid: 'MZ1', mark: { name: 'end' } },
    ]);
  });

  it('does nothing once it is closed, and reports our own close as a hang-up', async () => {
    const { phone, received, told, facts } = await connectCall();
    phone.close();
    phone.play(new Uint8Array(320));
    phone.mark('x');
    phone.clear();
    phone.close();
    await told('ended hangup');
    expect(received).toEqual([]);
    expect(facts).toEqual(['ended hangup']);
  });

  it('does not wait for ever for the far end to answer a close', async () => {
    const { clock, client, phone, told } = await connectCall();
    client.pause();
    phone.close();
    clock.advance(2000);
    await told('ended hangup');
  });

  it('drops a call whose far end takes no more audio, instead of hoarding it', async () => {
    const { client, phone, told, report, serverSocket } = await connectCall();
    client.pause();
    // Far beyond what the kernel takes: only our own limit can end this loop early.
    const minute = new Uint8Array(480_000);
    for (let minutes = 0; minutes < 60 && serverSocket.readyState === WebSocket.OPEN; minutes += 1) {
      phone.play(minute);
      expect(serverSocket.bufferedAmount).toBeLessThan(1_010_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await told('ended dropped');
    expect(await report).toMatchObject({ refusal: 'our audio is not being read' });
  });
});
