import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResumption } from '../../src/agent/resumption.ts';

function resume(said: string, chunks: readonly string[]): string {
  const resumption = createResumption(said);
  return chunks.map((chunk) => resumption.push(chunk)).join('') + resumption.end();
}

describe('a resumed answer', () => {
  it.each([
    ['goes on', "Hi Sarah. We're open ", 'until six.', 'until six.'],
    ['begins its sentence again', "Hi Sarah. We're open ", "We're open until six.", 'until six.'],
    ['begins all over', "Hi Sarah. We're open ", "Hi, Sarah! We're open until six.", 'until six.'],
    ['repeats all and adds nothing', "We're open ", "We're open", ''],
    ['only begins alike', "We're open until ", "We're open all day.", "We're open all day."],
    ['ends alike but too soon', 'I have nine or ten ', 'I have', 'I have'],
    ['follows nothing', '', 'Hello there.', 'Hello there.'],
  ])('that %s', (_, said, resumed, expected) => {
    for (const chunks of [[resumed], resumed.split(/(?<= )/), Array.from(resumed)]) {
      expect(resume(said, chunks)).toBe(expected);
    }
  });

  it('is passed on at once as soon as it differs', () => {
    const resumption = createResumption("Hi. We're open ");
    expect(['until ', 'six', ' today.'].map((chunk) => resumption.push(chunk))).toEqual([
      'until ',
      'six',
      ' today.',
    ]);
  });

  it('loses no word that was not said, however it is cut', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c.', 'd'), { maxLength: 8 });
    fc.assert(
      fc.property(words, words, (said, resumed) => {
        const text = resumed.map((word) => `${word} `).join('');
        const whole = resume(said.join(' '), [text]);
        expect(resume(said.join(' '), Array.from(text))).toBe(whole);
        expect(text.endsWith(whole)).toBe(true);
        const dropped = text.slice(0, text.length - whole.length).trim();
        expect(said.join(' ').endsWith(dropped)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
