import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/call/heard.ts';

const MS = 8;

/** A ledger in which each text has been said and delivered, 60 ms a character. */
function deliveredLedger(texts: readonly string[]): Ledger {
  const ledger = new Ledger();
  for (const text of texts) {
    ledger.said({ written: text, spoken: text });
    ledger.sent(text.length * 60 * MS);
    ledger.delivered(text);
  }
  return ledger;
}

describe('What was heard of a reply', () => {
  const reply = ['We have nine or eleven.', 'Which do you like?'];

  it.each([
    [0, ''],
    [180, 'We'],
    [23 * 60, 'We have nine or eleven.'],
    [23 * 60 + 6 * 60, 'We have nine or eleven. Which'],
    [100_000, 'We have nine or eleven. Which do you like?'],
  ])('is at %i ms: "%s"', (playedMs, text) => {
    expect(deliveredLedger(reply).heard(playedMs).text).toBe(text);
  });

  it('is whole only when everything has been delivered and played', () => {
    const ledger = deliveredLedger(reply);
    expect(ledger.heard(ledger.sentMs).isWhole).toBe(true);
    expect(ledger.heard(ledger.sentMs - 1).isWhole).toBe(false);
  });

  it('keeps the written words while time is that of the spoken ones', () => {
    const ledger = new Ledger();
    const spoken = 'between forty and eighty dollars';
    ledger.said({ written: '$40-$80', spoken });
    ledger.sent(spoken.length * 60 * MS);
    ledger.delivered(spoken);
    expect(ledger.heard(spoken.length * 60).text).toBe('$40-$80');
    expect(ledger.heard(200).text).toBe('');
  });

  it('claims nothing of what is queued behind what is being played', () => {
    const ledger = deliveredLedger(['One moment.']);
    ledger.said({ written: 'You are booked.', spoken: 'You are booked.' });
    expect(ledger.heard(11 * 60).text).toBe('One moment.');
  });

  it('never claims a word that was not played, and misses one at most, at any time', () => {
    const word = fc.stringMatching(/^[a-z]{1,9}$/);
    const phrase = fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(
        fc.array(phrase, { minLength: 1, maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (phrases, part) => {
          const ledger = deliveredLedger(phrases);
          const playedMs = ledger.sentMs * part;
          // Word ends as they really were: 60 ms a character, phrase after phrase.
          const words: { text: string; endMs: number }[] = [];
          let startMs = 0;
          for (const text of phrases) {
            for (const match of text.matchAll(/\S+/g)) {
              words.push({ text: match[0], endMs: startMs + (match.index + match[0].length) * 60 });
            }
            startMs += text.length * 60;
          }
          const played = words.filter(({ endMs }) => endMs <= playedMs + 1e-6).length;
          const claimed = ledger.heard(playedMs).text.split(' ').filter(Boolean).length;
          expect(claimed).toBeLessThanOrEqual(played);
          expect(claimed).toBeGreaterThanOrEqual(played - 1);
        },
      ),
    );
  });
});
