/** Hearing the caller through Deepgram's wire, with everything that goes wrong there. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpeechToText } from '../../../src/adapters/deepgram/speech-to-text.ts';
import { createClock } from '../../../src/lib/clock.ts';
import { encodeSpeech } from '../../../src/sandbox/voice-code.ts';
import { silence } from '../../../src/speech/mulaw.ts';
import { eventually, listenTo, pass, startSpeechTest } from '../../support/deepgram.ts';

let test: Awaited<ReturnType<typeof startSpeechTest>>;
let ears: ReturnType<typeof listenTo>[];
const listen = (options?: Parameters<typeof listenTo>[1]) => {
  const ear = listenTo(test, options);
  ears.push(ear);
  return ear;
};

beforeEach(async () => {
  test = await startSpeechTest();
  ears = [];
});
afterEach(async () => {
  await Promise.all(ears.map((ear) => ear.hearing.close()));
  await eventually(() => expect(test.sandbox.stats.open.listen).toBe(0));
  await test.sandbox.close();
});

describe('hearing the caller', () => {
  it('reports the beginning, the growing words, the final words and the gap after them', async () => {
    const ear = listen();
    ear.hear(silence(200), encodeSpeech('I need an oil change.'), silence(1500));
    await eventually(() => expect(ear.facts.at(-1)).toEqual({ type: 'utterance-end' }));
    expect(ear.facts[0]).toEqual({ type: 'speech-started' });
    expect(ear.facts).toContainEqual({ type: 'interim', text: 'I need' });
    expect(ear.facts).toContainEqual({ type: 'final', text: 'I need an oil change.', endsTurn: true });
    expect(ear.said).toBe('I need an oil change.');
  });

  it('says of a long breath which words will not change before it is over', async () => {
    const ear = listen();
    const text = 'I would like to bring my truck in for new brakes and also to look at a strange noise';
    ear.hear(encodeSpeech(text), silence(600));
    await eventually(() => expect(ear.said).toBe(text));
    const finals = ear.facts.filter((fact) => fact.type === 'final');
    expect(finals.map((fact) => fact.endsTurn)).toEqual([...finals.slice(1).map(() => false), true]);
    expect(finals.length).toBeGreaterThan(1);
  });

  it('keeps what is said before the connection stands', async () => {
    test.sandbox.timings.handshakeMs = 800;
    const ear = listen();
    ear.hear(encodeSpeech('Hello?'), silence(400));
    await eventually(() => expect(ear.said).toBe('Hello?'));
  });

  it('makes words final when asked', async () => {
    const ear = listen();
    ear.hear(encodeSpeech('four eight two'));
    await eventually(() => expect(ear.facts.some((fact) => fact.type === 'interim')).toBe(true));
    ear.hearing.finalize();
    await eventually(() => expect(ear.said).toBe('Four eight two'));
  });

  it('says nothing of silence', async () => {
    const ear = listen();
    ear.hear(silence(8000));
    await eventually(() => expect(test.sandbox.stats.bytesHeard).toBe(64_000));
    await pass(test.clock, 500);
    expect(ear.facts).toEqual([]);
  });

  it('ignores messages that make no sense, and says so', async () => {
    test.sandbox.faults.isTalkingNonsense = true;
    const ear = listen();
    ear.hear(encodeSpeech('Hello there'), silence(400));
    await eventually(() => expect(ear.said).toBe('Hello there'));
    expect(ear.failures).toEqual([]);
    expect(ear.warnings).toHaveLength(1);
  });

  it('stays connected through a long time without audio', async () => {
    const ear = listen();
    await eventually(() => expect(test.sandbox.stats.keepAlives).toBe(3));
    ear.hear(encodeSpeech('Still here'), silence(400));
    await eventually(() => expect(ear.said).toBe('Still here'));
    expect(test.sandbox.stats.requests.listen).toBe(1);
  });
});

describe('hearing when the connection fails', () => {
  it.each([
    { status: 401, fault: 'refused', requests: 1 },
    { status: 402, fault: 'quota', requests: 1 },
    { status: 400, fault: 'invalid', requests: 1 },
    { status: 429, fault: 'limited', requests: 2 },
    { status: 503, fault: 'unavailable', requests: 3 },
  ])('gives up after $requests handshakes answered with $status', async ({ status, fault, requests }) => {
    test.sandbox.faults.refuse = { endpoint: 'listen', status, times: 9 };
    const ear = listen();
    await eventually(() => expect(ear.failures).toMatchObject([{ vendor: 'deepgram', fault, status }]));
    await pass(test.clock, 2000);
    expect(test.sandbox.stats.requests.listen).toBe(requests);
    expect(ear.failures).toHaveLength(1);
  });

  it('tells a wrong key from a broken service, and not the key', async () => {
    const ear = listen({ apiKey: 'wrong-secret' });
    await eventually(() => expect(ear.failures).toMatchObject([{ fault: 'refused', retryable: false }]));
    expect(String(ear.failures[0])).not.toContain('wrong-secret');
  });

  it('refuses a key that cannot be sent, at once', async () => {
    const ear = listen({ apiKey: 'two\nlines' });
    await eventually(() => expect(ear.failures).toMatchObject([{ fault: 'invalid', retryable: false }]));
    expect(String(ear.failures[0])).not.toContain('lines');
    expect(test.sandbox.stats.requests.listen).toBe(0);
  });

  it('hears the first words although the first handshake was refused for too many calls', async () => {
    test.sandbox.faults.refuse = { endpoint: 'listen', status: 429, times: 1 };
    const ear = listen();
    ear.hear(encodeSpeech('Good morning'), silence(400));
    await eventually(() => expect(ear.said).toBe('Good morning'));
    expect(ear.failures).toEqual([]);
  });

  it('gives up within five seconds when nothing ever answers', async () => {
    test.sandbox.faults.hang = { endpoint: 'listen', times: 9 };
    const startedAt = test.clock.elapsed();
    const ear = listen();
    await eventually(() => expect(ear.failures).toMatchObject([{ fault: 'timeout' }]));
    expect(test.clock.elapsed() - startedAt).toBeLessThan(5500);
  });

  it.each([400, 900, 1500, 2500, 3100, 3500, 4200])(
    'recovers the words when the connection closes after %i ms of them, none lost and none twice',
    async (ms) => {
      test.sandbox.faults.closeListenAfterMs = ms;
      const ear = listen();
      const text = 'I would like to bring my truck in for new brakes and also to look at a strange noise';
      const audio = Buffer.concat([encodeSpeech(text), silence(400)]);
      // At the pace of speech, so that finals arrive before and after the break.
      for (let at = 0; at < audio.length; at += 800) {
        ear.hear(audio.subarray(at, at + 800));
        await pass(test.clock, 100);
      }
      await eventually(() => expect(ear.facts.at(-1)).toMatchObject({ type: 'final', endsTurn: true }));
      expect(ear.said.toLowerCase()).toBe(text.toLowerCase());
      expect(test.sandbox.stats.requests.listen).toBe(2);
      expect(ear.failures).toEqual([]);
    },
  );

  it('gives up a connection that opens and closes again and again', async () => {
    test.sandbox.faults.closeListenOnOpen = 9;
    const ear = listen();
    await eventually(() => expect(ear.failures).toMatchObject([{ fault: 'unavailable' }]));
    expect(test.sandbox.stats.requests.listen).toBe(3);
  });

  it('takes another connection when nobody reads the one it has', async () => {
    test.sandbox.faults.isNotReading = true;
    const ear = listen();
    await eventually(() => expect(test.sandbox.stats.open.listen).toBe(1));
    test.sandbox.faults.isNotReading = false;
    // Loopback takes megabytes before it pushes back.
    for (let sent = 0; test.sandbox.stats.requests.listen < 2 && sent < 64; sent += 1) {
      ear.hearing.hear(silence(125_000));
      await pass(test.clock, 20);
    }
    ear.hear(encodeSpeech('Can you hear me'), silence(400));
    await eventually(() => expect(ear.said).toBe('Can you hear me'));
  });

  it('takes another connection when three seconds of talking bring no words, and only once', async () => {
    test.sandbox.faults.isMute = true;
    const ear = listen();
    await eventually(() => expect(test.sandbox.stats.open.listen).toBe(1));
    const text = 'Hello I am calling about my appointment on Monday morning at nine';
    ear.hear(encodeSpeech(text));
    await eventually(() => expect(test.sandbox.stats.requests.listen).toBe(2));
    await eventually(() => expect(test.sandbox.stats.open.listen).toBe(1));
    ear.hear(encodeSpeech(text));
    await pass(test.clock, 3000);
    expect(test.sandbox.stats.requests.listen).toBe(2);
    expect(ear.failures).toEqual([]);
  });

  it('reports the gap after words whose final never came', async () => {
    test.sandbox.faults.dropFinals = 1;
    const ear = listen();
    ear.hear(encodeSpeech('My name is Ann'), silence(1500));
    await eventually(() => expect(ear.facts.at(-1)).toEqual({ type: 'utterance-end' }));
    expect(ear.facts.filter((fact) => fact.type === 'interim').at(-1)).toMatchObject({
      text: expect.stringMatching(/^My name/),
    });
    expect(ear.said).toBe('');
  });
});

describe('ending', () => {
  it('says goodbye and leaves nothing behind', async () => {
    const ear = listen();
    await eventually(() => expect(test.sandbox.stats.open.listen).toBe(1));
    await ear.hearing.close();
    await eventually(() => expect(test.sandbox.stats.open.listen).toBe(0));
    ear.hear(silence(100));
    ear.hearing.finalize();
    expect(ear.facts).toEqual([]);
    expect(ear.failures).toEqual([]);
  });

  it('ends while the connection is still being made', async () => {
    test.sandbox.faults.hang = { endpoint: 'listen', times: 1 };
    const ear = listen();
    await ear.hearing.close();
    await pass(test.clock, 3000);
    expect(ear.failures).toEqual([]);
  });

  it('ends while it waits to try again', async () => {
    test.sandbox.faults.refuse = { endpoint: 'listen', status: 503, times: 1 };
    const ear = listen();
    await eventually(() => expect(ear.warnings).toHaveLength(1));
    await ear.hearing.close();
    await pass(test.clock, 1000);
    expect(test.sandbox.stats.requests.listen).toBe(1);
  });
});

describe('configuration', () => {
  it.each(['api.deepgram.com', 'ftp://api.deepgram.com', ''])(
    'refuses %j as a base URL at once',
    (baseUrl) => {
      expect(() =>
        createSpeechToText({ apiKey: 'k', model: 'nova-3', baseUrl, clock: createClock() }),
      ).toThrow(TypeError);
    },
  );
});
