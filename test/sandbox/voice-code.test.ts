/** Coded speech survives any chunking and shows any damage. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSpeechDecoder,
  type DecodedWord,
  encodeSpeech,
  toSpeakable,
} from '../../src/sandbox/voice-code.ts';
import { FRAME_BYTES, isLoud, silence } from '../../src/speech/mulaw.ts';

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function hear(...parts: Uint8Array[]): DecodedWord[] {
  const decoder = createSpeechDecoder();
  const words = parts.flatMap((part) => decoder.push(part));
  const last = decoder.flush();
  return last ? [...words, last] : words;
}

const textOf = (words: DecodedWord[]) => words.map((word) => word.text).join(' ');

function frames(audio: Uint8Array): Uint8Array[] {
  return Array.from({ length: Math.ceil(audio.length / FRAME_BYTES) }, (_, index) =>
    audio.subarray(index * FRAME_BYTES, (index + 1) * FRAME_BYTES),
  );
}

const speakable = fc.string({
  unit: fc.constantFrom(
    ...Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,?!'-$:@/&"),
  ),
  maxLength: 24,
});
/** Few letters, so that neighbours are often alike: the hardest case for a code of runs. */
const spoken = fc
  .string({ unit: fc.constantFrom('a', 'a', 'b', ' '), minLength: 2, maxLength: 20 })
  .filter((text) => text.trim() !== '');

describe('coded speech', () => {
  it('comes back whole from audio cut anywhere', () => {
    fc.assert(
      fc.property(speakable, fc.array(fc.integer({ min: 1, max: 700 })), (text, cuts) => {
        const audio = join(silence(33), encodeSpeech(text), silence(40));
        const parts: Uint8Array[] = [];
        let at = 0;
        for (const length of cuts) {
          parts.push(audio.subarray(at, at + length));
          at += length;
        }
        const words = hear(...parts, audio.subarray(at));
        expect(textOf(words)).toBe(text.split(' ').filter(Boolean).join(' '));
        expect(words.every((word) => !word.isCut)).toBe(true);
      }),
    );
  });

  const damages = {
    lost: (list: Uint8Array[], index: number) => list.toSpliced(index, 1),
    doubled: (list: Uint8Array[], index: number) => list.toSpliced(index, 0, list[index] ?? silence(20)),
    silenced: (list: Uint8Array[], index: number) => list.toSpliced(index, 1, silence(20)),
  };
  it.each(Object.entries(damages))('shows a frame that was %s', (_, damage) => {
    fc.assert(
      fc.property(spoken, fc.nat({ max: 159 }), fc.nat(), (text, offset, pick) => {
        const speech = encodeSpeech(text);
        const list = frames(join(silence(20).subarray(0, offset), speech, silence(100)));
        const first = Math.ceil(offset / FRAME_BYTES);
        const inSpeech = Math.floor((offset + speech.length) / FRAME_BYTES) - first;
        const damaged = damage(list, first + (pick % inSpeech));
        expect(textOf(hear(...damaged))).not.toBe(textOf(hear(...list)));
      }),
    );
  });

  it('shows two frames that changed places, unless they were alike', () => {
    fc.assert(
      fc.property(spoken, fc.nat({ max: 159 }), fc.nat(), fc.nat(), (text, offset, one, other) => {
        const speech = encodeSpeech(text);
        const list = frames(join(silence(20).subarray(0, offset), speech, silence(100)));
        const first = Math.ceil(offset / FRAME_BYTES);
        const inSpeech = Math.floor((offset + speech.length) / FRAME_BYTES) - first;
        const [a, b] = [first + (one % inSpeech), first + (other % inSpeech)];
        const [frameA, frameB] = [list[a] ?? silence(20), list[b] ?? silence(20)];
        fc.pre(Buffer.compare(frameA, frameB) !== 0);
        const swapped = list.with(a, frameB).with(b, frameA);
        expect(textOf(hear(...swapped))).not.toBe(textOf(hear(...list)));
      }),
    );
  });

  it('marks the damage where it is', () => {
    const list = frames(encodeSpeech('oil change'));
    expect(textOf(hear(...list.toSpliced(4, 1)))).toBe('o~l change');
  });

  it('tells when each word was spoken', () => {
    expect(hear(silence(500), encodeSpeech('Hi there'))).toEqual([
      { text: 'Hi', startMs: 500, endMs: 620, isCut: false },
      { text: 'there', startMs: 680, endMs: 980, isCut: false },
    ]);
  });

  it('tells a word as soon as it is over', () => {
    expect(
      createSpeechDecoder()
        .push(encodeSpeech('yes'))
        .map((word) => word.text),
    ).toEqual(['yes']);
  });

  it('calls a word cut when silence falls in the middle of it', () => {
    const audio = encodeSpeech('appointment').subarray(0, 480 * 4 + 200);
    expect(hear(audio, silence(20))).toEqual([{ text: 'appo~', startMs: 0, endMs: 265, isCut: true }]);
  });

  it('calls a word cut even where a letter happened to end', () => {
    expect(textOf(hear(encodeSpeech('appointment').subarray(0, 480 * 3), silence(20)))).toBe('app~');
  });

  it('gives the open word as cut when the audio ends', () => {
    const decoder = createSpeechDecoder();
    expect(decoder.push(encodeSpeech('book').subarray(0, 480 * 2 + 1))).toEqual([]);
    expect(decoder.flush()).toMatchObject({ text: 'bo~', isCut: true });
    expect(decoder.flush()).toBeUndefined();
  });

  it('hears a new utterance that breaks into a word', () => {
    const broken = encodeSpeech('We open at eight').subarray(0, 480 * 5);
    expect(textOf(hear(broken, encodeSpeech('Sorry, go on.')))).toBe('We op~ Sorry, go on.');
  });

  it('hears utterances that follow one another without a pause', () => {
    expect(textOf(hear(encodeSpeech('One moment.'), encodeSpeech('Thank you')))).toBe(
      'One moment. Thank you',
    );
  });

  it('makes one scar of a long noise', () => {
    const noise = Uint8Array.from({ length: 8000 }, (_, index) => (index * 7) % 64);
    expect(hear(noise)).toMatchObject([{ text: '~', isCut: true }]);
  });

  it.each([
    ['8:00–5:00', '8:00-5:00'],
    ['Renée’s Citroën', "Renee's Citroen"],
    ['“Hello,” she said…', 'Hello, she said...'],
    ['10% off + tax #4', '10 percent off plus tax number 4'],
    ['  a\n\tb 🚗 c ', 'a b c'],
    ['~~', ''],
  ])('speaks %j as %j', (text, spokenText) => {
    expect(toSpeakable(text)).toBe(spokenText);
    expect(textOf(hear(encodeSpeech(text)))).toBe(spokenText);
  });

  it('lasts 60 ms a character and is loud all the way', () => {
    const audio = encodeSpeech('Hello');
    expect(audio).toHaveLength(6 * 480);
    expect(frames(audio).every((frame) => isLoud(frame))).toBe(true);
  });

  it('says nothing for nothing', () => {
    expect(encodeSpeech('   ')).toHaveLength(0);
    expect(hear(silence(200))).toEqual([]);
  });

  it('knows how long it has listened and for how long it has been quiet', () => {
    const decoder = createSpeechDecoder();
    expect(decoder.isSpeaking).toBe(false);
    decoder.push(silence(100));
    expect(decoder).toMatchObject({ audioMs: 100, trailingSilenceMs: 100, isSpeaking: false });
    decoder.push(encodeSpeech('hi'));
    expect(decoder).toMatchObject({ audioMs: 280, trailingSilenceMs: 0, isSpeaking: true });
    decoder.push(silence(19));
    expect(decoder).toMatchObject({ trailingSilenceMs: 19, isSpeaking: true });
    decoder.push(silence(1));
    expect(decoder).toMatchObject({ trailingSilenceMs: 20, isSpeaking: false });
  });
});
