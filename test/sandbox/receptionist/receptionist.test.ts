/** What holds whatever the caller says. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer } from '../../../src/sandbox/receptionist/receptionist.ts';
import { onFile, startCall, WITHHELD } from './practice-call.ts';

const ASSENT =
  /\b(yes|yeah|yep|yup|sure|ok|okay|right|correct|perfect|go ahead|sounds|fine|great|please|exactly|works|do it|good|mm hmm)\b/i;

const phrases = fc.constantFrom(
  ...[
    'yes',
    'yeah',
    'no',
    'no wait',
    'yes but not tuesday',
    'oil change',
    'brakes are grinding',
    'tuesday',
    'next friday',
  ],
  ...[
    'monday at nine',
    'nine',
    'half past ten',
    'the second one',
    'early',
    'any time',
    'daniel ortiz o r t i z',
    'yes this number',
  ],
  ...[
    'two one seven five five five oh one nine seven',
    '2021 honda civic',
    'the truck',
    'how much is it',
    'are you open saturday',
  ],
  ...[
    'thanks',
    'put me through',
    'is it under warranty',
    '[silence]',
    '[The caller pressed 1]',
    'make it ten instead',
    'ok',
    'wait',
  ],
  ...[
    '[The caller interrupted; of your last reply they heard: "So"]',
    'thank you',
    'never mind',
    'the check engine light flashes',
  ],
);
const turn = fc.oneof(
  { weight: 10, arbitrary: phrases },
  { weight: 4, arbitrary: fc.constant('yes') },
  { weight: 1, arbitrary: fc.string() },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.tuple(phrases, phrases).map((pair) => pair.join(' ')) },
);
const opening = fc.constantFrom(
  [],
  ['oil change for the accord tuesday at nine'],
  ['brake pads for the truck friday the twenty ninth at ten'],
  [
    'tire rotation saturday at ten',
    'ann lee l e e',
    'two one seven five five five oh one four four',
    'yes',
    '2021 honda civic',
  ],
);

const caller = fc.constantFrom(
  undefined,
  WITHHELD,
  onFile('Robert', 'V2 2016 Honda CR-V; V3 2011 Ford F-150'),
  onFile('Sarah', 'V1 2019 Honda Accord'),
);

const refusals = fc.array(
  fc.record({
    tool: fc.constantFrom('create_customer', 'create_vehicle', 'get_available_slots', 'book_appointment'),
    error: fc.constantFrom(
      'slot_unavailable',
      'outside_hours',
      'number_on_file',
      'internal_error',
      'limit_reached',
      'invalid_args',
    ),
    times: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 3 },
);

describe('whatever is said', () => {
  it('never throws, books only after a read-back and a yes, and claims a booking only after it was written', () => {
    let bookings = 0;
    fc.assert(
      fc.property(
        caller,
        refusals,
        opening,
        fc.array(turn, { maxLength: 20 }),
        (who, refused, first, rest) => {
          const call = startCall({ ...(who === undefined ? {} : { caller: who }), refusals: refused });
          for (const words of [...first, ...rest]) {
            const runsBefore = call.runs.length;
            const saidBefore = call.spoken.at(-1) ?? '';
            const heard = call.say(words);
            const writes = call.runs.slice(runsBefore).filter(({ name }) => name === 'book_appointment');
            if (writes.length > 0) {
              bookings += 1;
              expect(saidBefore).toMatch(/(Shall I book it|Is that right|May I book that for you)\?$/);
              expect(words).toMatch(ASSENT);
            }
            if (!writes.some(({ isDone }) => isDone)) expect(heard).not.toMatch(/you're booked/i);
            expect(writes.length).toBeLessThan(2);
            if (call.runs.some(({ name }) => name === 'end_call')) break;
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(bookings).toBeGreaterThan(0);
  });

  it('answers a conversation without call context, or with broken messages, and calls nothing', () => {
    const tools = [{ name: 'book_appointment', description: '', parameters: {} }];
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            role: fc.constantFrom('system', 'user', 'assistant', 'tool'),
            content: fc.oneof(fc.string(), fc.constant('CALL CONTEXT\nNow: Thursday 2026-13-77 10:00')),
          }),
        ),
        (messages) => {
          const { text, toolCalls } = answer({ model: 'rules', messages, tools, toolChoice: 'auto' });
          expect(text).not.toBe('');
          expect(toolCalls).toEqual([]);
        },
      ),
    );
  });

  it('gives the same answer to the same conversation, and words only when tools are ruled out', () => {
    const call = startCall();
    call.say('oil change please');
    const messages = [...call.messages, { role: 'user' as const, content: 'tuesday at nine' }];
    const request = { ...call.request(), messages };

    expect(answer(request)).toEqual(answer(structuredClone(request)));
    expect(answer(request).toolCalls.map(({ name }) => name)).toEqual(['get_available_slots']);
    expect(answer({ ...request, toolChoice: 'none' })).toMatchObject({
      toolCalls: [],
      text: expect.stringMatching(/\w/),
    });
  });

  it('keeps the read-back from counting when the caller cut it off before the day', () => {
    const call = startCall({ caller: onFile('Sarah', 'V1 2019 Honda Accord') });
    call.say('oil change tuesday at nine');
    const reply = call.say(
      '[The caller interrupted; of your last reply they heard: "Hi Sarah. So that"] yes',
    );

    expect(call.runs.map(({ name }) => name)).not.toContain('book_appointment');
    expect(reply).toMatch(/Tuesday, May twenty-sixth, at nine/);
  });
});
