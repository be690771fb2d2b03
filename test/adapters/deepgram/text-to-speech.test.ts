/** Speaking to the caller through Deepgram's wire, with everything that goes wrong there. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSpeech } from '../../../src/sandbox/voice-code.ts';
import { eventually, pass, speakTo, startSpeechTest } from '../../support/deepgram.ts';

let test: Awaited<ReturnType<typeof startSpeechTest>>;
let mouths: ReturnType<typeof speakTo>[];
const speak = (options?: Parameters<typeof speakTo>[1]) => {
  const mouth = speakTo(test, options);
  mouths.push(mouth);
  return mouth;
};
const say = (mouth: ReturnType<typeof speakTo>, ...phrases: string[]) => {
  for (const phrase of phrases) mouth.voice.say(phrase);
  mouth.voice.finish();
};

beforeEach(async () => {
  test = await startSpeechTest();
  mouths = [];
});
afterEach(async () => {
  await Promise.all(mouths.map((mouth) => mouth.voice.close()));
  await eventually(() => expect(test.sandbox.stats.open.speak).toBe(0));
  expect(test.sandbox.stats.flushes.refused).toBe(0);
  expect(test.sandbox.stats.longestSpeak).toBeLessThanOrEqual(2000);
  await test.sandbox.close();
});

describe('speaking a reply', () => {
  it('speaks the first phrase at once, the rest when the reply is complete, and says what was delivered', async () => {
    const mouth = speak();
    mouth.voice.say('Sure.');
    await eventually(() => expect(mouth.delivered).toEqual(['Sure.']));
    say(mouth, 'We have nine or ten thirty.', 'Which is better?');
    await eventually(() => expect(mouth.state.finished).toBe(1));
    expect(mouth.spoken).toBe('Sure. We have nine or ten thirty. Which is better?');
    expect(mouth.delivered).toEqual(['Sure.', 'We have nine or ten thirty. Which is better?']);
    expect(mouth.events).toEqual(['audio', 'delivered', 'audio', 'delivered', 'finished']);
    expect(test.sandbox.stats.flushes.taken).toBe(2);
  });

  it('needs one flush for one phrase', async () => {
    const mouth = speak();
    say(mouth, 'Goodbye.');
    await eventually(() => expect(mouth.state.finished).toBe(1));
    expect(test.sandbox.stats.flushes.taken).toBe(1);
  });

  it('finishes a reply of no phrases', async () => {
    const mouth = speak();
    mouth.voice.say('  ');
    mouth.voice.finish();
    await eventually(() => expect(mouth.events).toEqual(['finished']));
  });

  it('does not leave the caller in silence while the reply is slow to complete', async () => {
    const mouth = speak();
    mouth.voice.say('Let me look.');
    mouth.voice.say('There is room on Monday.');
    await eventually(() => expect(mouth.spoken).toBe('Let me look. There is room on Monday.'));
    expect(mouth.state.finished).toBe(0);
  });

  it('cuts a very long phrase between words', async () => {
    const mouth = speak();
    const text = 'brakes and tires '.repeat(180).trim();
    say(mouth, text);
    await eventually(() => expect(mouth.delivered).toEqual([text]));
    expect(mouth.spoken).toBe(text);
    expect(mouth.warnings).toContain('more than 2,400 characters were spoken in a minute');
  });

  it('never passes the limit on flushes, however many short replies there are', async () => {
    const mouth = speak();
    for (let reply = 1; reply <= 30; reply += 1) {
      say(mouth, 'Yes.', 'OK.');
      await eventually(() => expect(mouth.state.finished).toBe(reply));
    }
    expect(test.sandbox.stats.flushes).toEqual({ taken: 60, refused: 0 });
    expect(test.sandbox.stats.requests.speak).toBeGreaterThan(2);
    expect(mouth.failures).toEqual([]);
  });
});

describe('cancelling a reply', () => {
  it('lets nothing of the reply through afterwards, late audio included', async () => {
    test.sandbox.faults.lateFramesAfterClear = 5;
    const mouth = speak();
    say(mouth, 'We are open from eight to five on weekdays and nine to one on Saturdays.');
    await eventually(() => expect(mouth.state.bytes).toBeGreaterThan(0));
    mouth.voice.cancel();
    const { bytes } = mouth.state;
    await pass(test.clock, 1500);
    expect(mouth.state.bytes).toBe(bytes);
    expect(mouth.delivered).toEqual([]);
    expect(mouth.state.finished).toBe(0);
  });

  it('speaks the next reply clean, though it was given before the old one was cleared away', async () => {
    test.sandbox.faults.lateFramesAfterClear = 5;
    const mouth = speak();
    say(mouth, 'We are open from eight to five on weekdays.', 'And on Saturdays from nine to one.');
    await eventually(() => expect(mouth.state.bytes).toBeGreaterThan(0));
    mouth.voice.cancel();
    const { bytes } = mouth.state;
    say(mouth, 'Of course, Tuesday.');
    await eventually(() => expect(mouth.state.finished).toBe(1));
    expect(mouth.state.bytes - bytes).toBe(encodeSpeech('Of course, Tuesday.').length);
    expect(mouth.spoken).toMatch(/Of course, Tuesday\.$/);
    expect(mouth.delivered).toEqual(['Of course, Tuesday.']);
    expect(test.sandbox.stats.requests.speak).toBe(1);
  });

  it('takes another connection when the old reply is not cleared away within a second', async () => {
    test.sandbox.faults.isClearIgnored = true;
    const mouth = speak();
    say(mouth, 'We are open from eight to five on weekdays.');
    await eventually(() => expect(mouth.state.bytes).toBeGreaterThan(0));
    mouth.voice.cancel();
    say(mouth, 'Of course.');
    await eventually(() => expect(mouth.delivered).toEqual(['Of course.']));
    expect(test.sandbox.stats.requests.speak).toBe(2);
  });

  it('sends no Clear when there is nothing to clear', async () => {
    const mouth = speak();
    say(mouth, 'Hello.');
    await eventually(() => expect(mouth.state.finished).toBe(1));
    mouth.voice.cancel();
    mouth.voice.cancel();
    say(mouth, 'Hello again.');
    await eventually(() => expect(mouth.state.finished).toBe(2));
    expect(test.sandbox.stats.clears).toBe(0);
  });

  it('forgets what was said before the connection stood', async () => {
    const mouth = speak();
    say(mouth, 'Too early.');
    mouth.voice.cancel();
    say(mouth, 'Just right.');
    await eventually(() => expect(mouth.state.finished).toBe(1));
    expect(mouth.spoken).toBe('Just right.');
  });
});

describe('a conversation of any shape', () => {
  it('delivers each finished reply whole and once, and nothing of a reply after it was cancelled', async () => {
    const reply = fc.record({
      phrases: fc.integer({ min: 0, max: 3 }),
      /** Cancelled after so many milliseconds; undefined: spoken to the end. */
      cancelAfterMs: fc.option(fc.nat({ max: 500 }), { nil: undefined }),
      isFinishedFirst: fc.boolean(),
      lateFrames: fc.nat({ max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 6 }), async (replies) => {
        const mouth = speak();
        let finished = 0;
        for (const [index, { phrases, cancelAfterMs, isFinishedFirst, lateFrames }] of replies.entries()) {
          test.sandbox.faults.lateFramesAfterClear = lateFrames;
          const deliveredBefore = mouth.delivered.length;
          const bytesBefore = mouth.state.bytes;
          const texts = Array.from({ length: phrases }, (_, phrase) => `Reply ${index} phrase ${phrase}.`);
          for (const text of texts) mouth.voice.say(text);
          if (cancelAfterMs === undefined || isFinishedFirst) mouth.voice.finish();
          if (cancelAfterMs === undefined) {
            finished += 1;
            await eventually(() => expect(mouth.state.finished).toBe(finished));
            expect(mouth.delivered.slice(deliveredBefore).join(' ')).toBe(texts.join(' '));
            const spoken = texts.map((text) => encodeSpeech(text).length);
            expect(mouth.state.bytes - bytesBefore).toBe(spoken.reduce((sum, bytes) => sum + bytes, 0));
          } else {
            await pass(test.clock, cancelAfterMs);
            mouth.voice.cancel();
            finished = mouth.state.finished;
          }
        }
        expect(mouth.failures).toEqual([]);
        await mouth.voice.close();
      }),
      { numRuns: 15 },
    );
  });
});

describe('speaking when the connection fails', () => {
  const phrases = ['I have you down for Monday at nine.', 'An oil change and new wipers.', 'Is that right?'];

  it.each([
    ['stalls', 1000],
    ['stalls', 12_000],
    ['stalls', 25_000],
    ['closes', 1000],
    ['closes', 12_000],
    ['closes', 25_000],
  ] as const)('speaks every word once when the connection %s after %i bytes', async (how, bytes) => {
    if (how === 'stalls') test.sandbox.faults.stallSpeakAfterBytes = bytes;
    else test.sandbox.faults.closeSpeakAfterBytes = bytes;
    const mouth = speak();
    say(mouth, ...phrases);
    await eventually(() => expect(mouth.state.finished).toBe(1));
    expect(mouth.spoken).toBe(phrases.join(' '));
    expect(mouth.delivered.join(' ')).toBe(phrases.join(' '));
    expect(test.sandbox.stats.requests.speak).toBe(2);
    expect(mouth.failures).toEqual([]);
  });

  it('gives up when the second connection fails too, and tells what was not spoken', async () => {
    const mouth = speak();
    await eventually(() => expect(test.sandbox.stats.open.speak).toBe(1));
    test.sandbox.faults.stallSpeakAfterBytes = 500;
    test.sandbox.faults.refuse = { endpoint: 'speak', status: 503, times: 1 };
    say(mouth, ...phrases);
    await eventually(() => expect(mouth.failures).toHaveLength(1));
    expect(mouth.failures[0]).toMatchObject({ error: { fault: 'unavailable', status: 503 } });
    expect(mouth.failures[0]?.unspoken).toBe(phrases.join(' '));
    expect(mouth.state.finished).toBe(0);
  });

  it('can speak again after it gave up', async () => {
    test.sandbox.faults.refuse = { endpoint: 'speak', status: 503, times: 2 };
    const mouth = speak();
    say(mouth, 'Hello.');
    await eventually(() => expect(mouth.failures).toHaveLength(1));
    say(mouth, 'Hello again.');
    await eventually(() => expect(mouth.spoken).toBe('Hello again.'));
  });

  it.each([
    { status: 429, fault: 'limited', requests: 2 },
    { status: 401, fault: 'refused', requests: 1 },
    { status: 402, fault: 'quota', requests: 1 },
  ])('gives up after $requests handshakes answered with $status', async ({ status, fault, requests }) => {
    test.sandbox.faults.refuse = { endpoint: 'speak', status, times: 9 };
    const mouth = speak();
    say(mouth, 'Hello.');
    await eventually(() =>
      expect(mouth.failures).toMatchObject([{ error: { fault, status }, unspoken: 'Hello.' }]),
    );
    await pass(test.clock, 1000);
    expect(test.sandbox.stats.requests.speak).toBe(requests);
  });

  it('tells of a wrong key before there is anything to say, and not the key', async () => {
    const mouth = speak({ apiKey: 'wrong-secret' });
    await eventually(() =>
      expect(mouth.failures).toMatchObject([{ error: { fault: 'refused' }, unspoken: '' }]),
    );
    expect(String(mouth.failures[0]?.error)).not.toContain('wrong-secret');
  });

  it('gives up within four seconds when nothing ever answers', async () => {
    test.sandbox.faults.hang = { endpoint: 'speak', times: 9 };
    const startedAt = test.clock.elapsed();
    const mouth = speak();
    say(mouth, 'Hello.');
    await eventually(() => expect(mouth.failures).toMatchObject([{ error: { fault: 'timeout' } }]));
    expect(test.clock.elapsed() - startedAt).toBeLessThan(4000);
  });

  it('plays nothing of a file', async () => {
    test.sandbox.faults.isWrongEncoding = true;
    const mouth = speak();
    say(mouth, 'Hello.');
    await eventually(() => expect(mouth.failures).toMatchObject([{ error: { fault: 'invalid' } }]));
    expect(mouth.state.bytes).toBe(0);
  });

  it('ends in the middle of a reply and says nothing more', async () => {
    const mouth = speak();
    say(mouth, ...phrases);
    await eventually(() => expect(mouth.state.bytes).toBeGreaterThan(0));
    await mouth.voice.close();
    const { bytes } = mouth.state;
    mouth.voice.say('More.');
    mouth.voice.finish();
    await pass(test.clock, 1000);
    expect(mouth.state).toEqual({ finished: 0, bytes });
  });
});

describe('rendering a phrase', () => {
  it('returns the bare audio', async () => {
    const { speech } = speak();
    const audio = await speech.render('One moment, please.', AbortSignal.timeout(5000));
    expect(Buffer.from(audio)).toEqual(Buffer.from(encodeSpeech('One moment, please.')));
  });

  it('renders a text longer than one request may be', async () => {
    const { speech } = speak();
    const text = 'terms and conditions apply '.repeat(100).trim();
    const audio = await speech.render(text, AbortSignal.timeout(5000));
    expect(audio).toHaveLength(encodeSpeech(text).length);
    expect(test.sandbox.stats.requests.rest).toBe(2);
  });

  it.each([
    { status: 401, fault: 'refused', retryable: false },
    { status: 429, fault: 'limited', retryable: true },
    { status: 500, fault: 'unavailable', retryable: true },
  ])('rejects as $fault when answered with $status', async ({ status, fault, retryable }) => {
    test.sandbox.faults.refuse = { endpoint: 'rest', status, times: 1 };
    const { speech } = speak();
    await expect(speech.render('Hello.', AbortSignal.timeout(5000))).rejects.toMatchObject({
      name: 'VendorError',
      fault,
      retryable,
      status,
    });
  });

  it('rejects a file', async () => {
    test.sandbox.faults.isWrongEncoding = true;
    const { speech } = speak();
    await expect(speech.render('Hello.', AbortSignal.timeout(5000))).rejects.toMatchObject({
      fault: 'invalid',
    });
  });

  it('rejects after five seconds without an answer', async () => {
    test.sandbox.faults.hang = { endpoint: 'rest', times: 1 };
    const { speech } = speak();
    await expect(speech.render('Hello.', new AbortController().signal)).rejects.toMatchObject({
      fault: 'timeout',
    });
  });

  it('rejects when it is no longer wanted', async () => {
    test.sandbox.faults.hang = { endpoint: 'rest', times: 1 };
    const { speech } = speak();
    const abort = new AbortController();
    const rendering = speech.render('Hello.', abort.signal);
    await eventually(() => expect(test.sandbox.stats.requests.rest).toBe(1));
    abort.abort();
    await expect(rendering).rejects.toMatchObject({ name: 'VendorError', vendor: 'deepgram' });
  });

  it('rejects a network that is not there', async () => {
    const other = await startSpeechTest();
    await other.sandbox.close();
    const { speech, voice } = speakTo({ clock: test.clock, sandbox: other.sandbox });
    await expect(speech.render('Hello.', AbortSignal.timeout(5000))).rejects.toMatchObject({
      fault: 'unavailable',
    });
    await voice.close();
  });
});
