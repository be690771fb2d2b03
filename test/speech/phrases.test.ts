import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPhraser } from '../../src/speech/phrases.ts';

function phrasesOf(...chunks: string[]): string[] {
  const phraser = createPhraser();
  return [...chunks.flatMap((chunk) => phraser.push(chunk)), ...phraser.end()];
}

describe('a phraser', () => {
  const table: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'starts speaking at a comma',
      'Let me check the schedule for you, one moment. Then we can go on with it.',
      ['Let me check the schedule for you,', 'one moment. Then we can go on with it.'],
    ],
    [
      'does not stop at an early comma',
      'Sure, no problem. And the rest of it follows here.',
      ['Sure, no problem.', 'And the rest of it follows here.'],
    ],
    [
      'starts at a dash',
      'I have Tuesday open at nine — would that suit you well?',
      ['I have Tuesday open at nine —', 'would that suit you well?'],
    ],
    [
      'cuts after a dash without spaces',
      'I really have that day open—would that suit you?',
      ['I really have that day open—', 'would that suit you?'],
    ],
    [
      'joins short sentences',
      'Hello and welcome. Yes. No. Of course. Well then. The end has come to us.',
      ['Hello and welcome.', 'Yes. No. Of course. Well then.', 'The end has come to us.'],
    ],
    [
      'knows titles and streets',
      'Ask for Dr. Smith on Main St. near Mr. Lee. Fine.',
      ['Ask for Dr. Smith on Main St. near Mr. Lee.', 'Fine.'],
    ],
    [
      'keeps amounts whole',
      'That would be $412.50 for 5W-30 oil. Okay?',
      ['That would be $412.50 for 5W-30 oil.', 'Okay?'],
    ],
    [
      'keeps a.m. with its day',
      'We have 9 a.m. Tuesday or 2 p.m. today. Fine?',
      ['We have 9 a.m. Tuesday or 2 p.m. today.', 'Fine?'],
    ],
    [
      'ends a sentence at a.m. before a capital',
      'We open at 9 a.m. You may come any time.',
      ['We open at 9 a.m.', 'You may come any time.'],
    ],
    [
      'knows a number from a refusal',
      'Go to bay No. 5 please. No. It is not far.',
      ['Go to bay No. 5 please.', 'No. It is not far.'],
    ],
    [
      'knows initials',
      'It is for J. R. Smith and nobody else. Fine.',
      ['It is for J. R. Smith and nobody else.', 'Fine.'],
    ],
    [
      'pauses at an ellipsis only when a sentence begins',
      'Let me see... it is open. Good.',
      ['Let me see... it is open.', 'Good.'],
    ],
    [
      'keeps dates and lists of digits whole',
      'Your visit is on Tuesday May 26, 2026, at nine. Good.',
      ['Your visit is on Tuesday May 26, 2026,', 'at nine. Good.'],
    ],
    [
      'keeps ranges whole',
      'We are open on weekdays from 9 - 5 for everybody. Good.',
      ['We are open on weekdays from 9 - 5 for everybody.', 'Good.'],
    ],
    [
      'takes a line for a sentence',
      'We offer these:\n- Oil change\n- Tire rotation',
      ['We offer these:', '- Oil change\n- Tire rotation'],
    ],
    ['does not take a list number for a sentence', '1. Oil change\n2. Tires', ['1. Oil change', '2. Tires']],
    [
      'keeps closing quotes',
      'She said "come in today." Then we left the place.',
      ['She said "come in today."', 'Then we left the place.'],
    ],
  ];

  it.each(table)('%s', (_, text, phrases) => {
    expect(phrasesOf(text)).toEqual(phrases);
  });

  it('hands out a sentence as soon as the next word begins', () => {
    const phraser = createPhraser();
    expect(phraser.push('Sure, I can help.')).toEqual([]);
    expect(phraser.push(' What')).toEqual(['Sure, I can help.']);
    expect(phraser.end()).toEqual(['What']);
  });

  it('starts early again after an end, because silence is owed again', () => {
    const phraser = createPhraser();
    phraser.push('One moment.');
    expect(phraser.end()).toEqual(['One moment.']);
    expect(phraser.push('I found two openings for you, and')).toEqual(['I found two openings for you,']);
    expect(phraser.end()).toEqual(['and']);
    expect(phraser.end()).toEqual([]);
  });

  it('cuts a sentence that will not end at its last comma, or else between words', () => {
    const words = (count: number) => Array.from({ length: count }, () => 'word').join(' ');
    expect(phrasesOf(`Well then now. ${words(30)}, ${words(30)}.`)).toEqual([
      'Well then now.',
      `${words(30)},`,
      `${words(30)}.`,
    ]);
    expect(phrasesOf(`Well then now. ${words(60)}`)).toEqual(['Well then now.', words(40), words(20)]);
  });

  const piece = fc.constantFrom(
    'I',
    'can',
    'help',
    'scheduling',
    'Dr.',
    'St.',
    'No.',
    '5',
    'a.m.',
    'Tuesday',
    'J.',
    '$412.50',
    '5W-30',
    'see...',
    'Then',
    'okay,',
    'done.',
    'really?',
    'wait;',
    '26,',
    '2026',
    '—',
    '-',
    'so—we',
    '"yes."',
    '1.',
    'Ave.',
    'é😀',
    'x'.repeat(60),
  );
  const text = fc
    .array(fc.tuple(piece, fc.constantFrom(' ', ' ', ' ', '  ', '\n', ' \n ')), { maxLength: 80 })
    .map((pairs) => pairs.flat().join(''));

  it('cuts the same phrases however the text was chunked', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 20 }),
        (whole, sizes) => {
          const chunks: string[] = [];
          for (let at = 0, turn = 0; at < whole.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            chunks.push(whole.slice(at, at + size));
            at += size;
          }
          expect(phrasesOf(...chunks)).toEqual(phrasesOf(whole));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('loses, adds and splits no word and stays within its longest phrase', () => {
    fc.assert(
      fc.property(text, (whole) => {
        const phrases = phrasesOf(whole);
        expect(phrases.join('').replace(/\s/g, '')).toBe(whole.replace(/\s/g, ''));
        expect(
          phrases
            .join(' ')
            .split(/[\s—]+/)
            .filter(Boolean),
        ).toEqual(whole.split(/[\s—]+/).filter(Boolean));
        for (const phrase of phrases) expect(phrase.length).toBeLessThanOrEqual(200);
      }),
      { numRuns: 1000 },
    );
  });
});
