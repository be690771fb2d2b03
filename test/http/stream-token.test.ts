import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreamTokens } from '../../src/http/stream-token.ts';

const tokens = createStreamTokens('a secret');
const CALL = `CA${'0'.repeat(32)}`;

describe('the token of a media stream', () => {
  it('is the same however often it is made, and holds for its own call and generation', () => {
    const token = tokens.mint(CALL, 1);
    expect(token).toBe(createStreamTokens('a secret').mint(CALL, 1));
    expect(tokens.isValid(token, CALL, 1)).toBe(true);
  });

  it.each<[string, string | undefined, string, number]>([
    ['nothing', undefined, CALL, 1],
    ['an empty one', '', CALL, 1],
    ['one of another call', tokens.mint(`CA${'1'.repeat(32)}`, 1), CALL, 1],
    ['one of another generation', tokens.mint(CALL, 2), CALL, 1],
    ['one made with another secret', createStreamTokens('another').mint(CALL, 1), CALL, 1],
    ['one cut short', tokens.mint(CALL, 1).slice(1), CALL, 1],
    ['one with something behind it', `${tokens.mint(CALL, 1)}=`, CALL, 1],
    ['one in other letters', tokens.mint(CALL, 1).toUpperCase(), CALL, 1],
    ['as many bytes that are fewer characters', `${'é'.repeat(21)}x`, CALL, 1],
  ])('is not %s', (_, token, callSid, generation) => {
    expect(tokens.isValid(token, callSid, generation)).toBe(false);
  });

  it('cannot be moved between call and generation', () => {
    expect(tokens.isValid(tokens.mint(`${CALL}:1`, 1), CALL, 1)).toBe(false);
    expect(tokens.mint('CA1', 11)).not.toBe(tokens.mint('CA11', 1));
  });

  it('survives TwiML, and is never guessed', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (secret, guess) => {
        const made = createStreamTokens(secret);
        expect(made.mint(CALL, 1)).toMatch(/^[\w-]{43}$/);
        expect(made.isValid(guess, CALL, 1)).toBe(false);
      }),
    );
  });
});
