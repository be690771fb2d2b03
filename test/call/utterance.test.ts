import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SettledTurn } from '../../src/call/events.ts';
import { History } from '../../src/call/history.ts';
import type { Phone } from '../../src/call/ports.ts';
import { Utterance } from '../../src/call/utterance.ts';

/** What reached the phone, in order: lengths of audio and names of marks. */
function openUtterance(generation = 3) {
  const sent: (number | string)[] = [];
  const bytes: number[] = [];
  const phone: Phone = {
    play(audio) {
      sent.push(audio.length);
      bytes.push(...audio);
    },
    mark: (name) => sent.push(name),
    clear: () => sent.push('clear'),
    close: () => sent.push('close'),
  };
  const settled: SettledTurn[] = [];
  const history = new History(
    () => 0,
    (turn) => settled.push(turn),
  );
  const utterance = new Utterance(generation, 0, phone, history);
  return { utterance, sent, bytes, history, settled };
}

const audio = (ms: number) => new Uint8Array(ms * 8).fill(1);
const say = (text: string) => ({ written: text, spoken: text });

describe('the audio of an utterance', () => {
  it('goes out in whole frames, whatever the pieces in which it came, and loses no byte', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 40 }), (lengths) => {
        const { utterance, sent, bytes } = openUtterance();
        let next = 0;
        for (const length of lengths) utterance.play(Uint8Array.from({ length }, () => next++ % 251));
        utterance.voiced();
        const total = lengths.reduce((sum, length) => sum + length, 0);
        for (const one of sent) if (typeof one === 'number') expect(one % 160).toBe(0);
        expect(bytes.length).toBe(Math.ceil(total / 160) * 160);
        expect(bytes.slice(0, total)).toEqual(Array.from({ length: total }, (_, index) => index % 251));
        // The last frame is filled up with silence.
        expect(bytes.slice(total).every((byte) => byte === 0xff)).toBe(true);
      }),
    );
  });

  it('is marked every 200 ms and at its end', () => {
    const { utterance, sent } = openUtterance(3);
    for (let frame = 0; frame < 25; frame++) utterance.play(audio(20));
    utterance.voiced();
    expect(sent.filter((one) => typeof one === 'string')).toEqual(['3:200', '3:400', '3:500']);
    expect(sent.at(-1)).toBe('3:500');
  });

  it('has one mark even when there is nothing to hear', () => {
    const { utterance, sent } = openUtterance();
    utterance.voiced();
    expect(sent).toEqual(['3:0']);
    expect(utterance.played('3:0')).toBe(true);
  });
});

describe('the marks of an utterance', () => {
  it('say that it has been played when the last one is back, and not before all of it was voiced', () => {
    const { utterance } = openUtterance();
    utterance.play(audio(400));
    expect(utterance.unplayedMs).toBe(400);
    expect(utterance.played('3:400')).toBe(false);
    expect(utterance.unplayedMs).toBe(0);
    utterance.play(audio(100));
    utterance.voiced();
    expect(utterance.played('3:400')).toBe(false);
    expect(utterance.played('3:500')).toBe(true);
  });

  it.each([
    ['3:200', true],
    ['33:200', false],
    ['2:200', false],
    ['', false],
    ['3', false],
  ])('are its own by its number: %j', (mark, isOwn) => {
    expect(openUtterance(3).utterance.isOwnMark(mark)).toBe(isOwn);
  });

  it('never take back what was played: an old mark or a senseless one changes nothing', () => {
    const { utterance } = openUtterance();
    utterance.play(audio(1_000));
    utterance.played('3:600');
    for (const mark of ['3:200', '3:NaN', '3:', '3:-5', 'x']) utterance.played(mark);
    expect(utterance.unplayedMs).toBe(400);
  });
});

describe('the end of an utterance', () => {
  it('keeps all its words when nobody interrupted', () => {
    const { utterance, history, settled } = openUtterance();
    utterance.said(say('You are booked.'));
    utterance.play(audio(500));
    utterance.latencies.responseMs = 900;
    expect(utterance.settle(false)).toBe('You are booked.');
    expect(history.entries).toEqual([
      expect.objectContaining({ text: 'You are booked.', isInterrupted: false }),
    ]);
    expect(settled).toMatchObject([{ latencies: { responseMs: 900 } }]);
  });

  it('keeps what had been heard when it was cut', () => {
    const { utterance, history } = openUtterance();
    utterance.said(say('We have nine.'));
    utterance.play(audio(1_000));
    utterance.delivered('We have nine.');
    utterance.said(say('Or ten.'));
    utterance.play(audio(1_000));
    utterance.delivered('Or ten.');
    utterance.played('3:1000');
    expect(utterance.settle(true)).toBe('We have nine.');
    expect(history.entries).toMatchObject([{ text: 'We have nine.', isInterrupted: true }]);
  });

  it('keeps nothing when it was cut before a sound of it was played', () => {
    const { utterance, history } = openUtterance();
    utterance.said(say('You are booked.'));
    utterance.play(audio(1_000));
    expect(utterance.settle(true)).toBe('');
    expect(history.entries).toEqual([]);
  });

  it('shares what was heard among the stretches before and after a tool', () => {
    const { utterance, settled } = openUtterance();
    utterance.said(say('One moment.'));
    utterance.breakWords();
    utterance.said(say('You are booked.'));
    utterance.play(audio(1_000));
    utterance.delivered('One moment.');
    utterance.play(audio(1_000));
    utterance.delivered('You are booked.');
    utterance.played('3:1000');
    expect(utterance.settle(true)).toBe('One moment.');
    expect(settled).toMatchObject([
      { text: 'One moment.', isInterrupted: false },
      { text: '', isInterrupted: true },
    ]);
  });

  it('comes once: what follows it changes nothing', () => {
    const { utterance, settled } = openUtterance();
    utterance.said(say('Hello.'));
    utterance.settle(false);
    expect(utterance.settle(true)).toBe('');
    expect(settled).toHaveLength(1);
  });

  it('claims no more than was said, wherever it is cut', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,8}[.,]?$/), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), fc.nat(20_000), (phrases, playedMs) => {
        const { utterance } = openUtterance();
        const texts = phrases.map((phrase) => phrase.join(' '));
        for (const text of texts) {
          utterance.said(say(text));
          utterance.play(audio(text.length * 60));
          utterance.delivered(text);
        }
        utterance.played(`3:${playedMs}`);
        const heard = utterance.settle(true);
        const all = texts.join(' ');
        expect(all.startsWith(heard)).toBe(true);
        // Never half a word.
        expect([undefined, ' ']).toContain(
          all[heard.length] === undefined || heard === '' ? undefined : all[heard.length],
        );
      }),
    );
  });
});
