/** Long text is cut to what the vendor takes, and nothing of it is lost. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from '../../../src/adapters/deepgram/long-text.ts';

describe('text cut for the vendor', () => {
  it('keeps every word whole and in order, in pieces that fit', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.array(word), fc.integer({ min: 12, max: 40 }), (words, longest) => {
        const pieces = splitText(words.join(' '), longest);
        expect(pieces.every((piece) => piece.length > 0 && piece.length <= longest)).toBe(true);
        expect(pieces.join(' ')).toBe(words.join(' '));
      }),
    );
  });

  it.each([
    ['a word too long for one piece', 'abcdefgh', ['abcd', 'efgh']],
    ['blank text', '   ', []],
    ['text that fits', ' abcd ', ['abcd']],
  ])('handles %s', (_, text, pieces) => {
    expect(splitText(text, 4)).toEqual(pieces);
  });
});
