/** What holds whatever the caller says. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answer } from '../../../src/sandbox/receptionist/receptionist.ts';
import { INBOUND_TOOLS, onFile, startCall, WITHHELD } from './practice-call.ts';
import { SARAH_FILE } from './practice-file.ts';

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

const visitPhrases = fc.constantFrom(
  ...[
    'move my appointment',
    'cancel my appointment',
    'cancel it',
    'when is my appointment',
    'leave it',
    'yes',
    'no',
  ],
  ...[
    'june fifteenth 1985',
    'june sixteenth 1985',
    'january first 1990',
    '482 maple avenue',
    '62704',
    'KA014501',
  ],
  ...[
    'tuesday at ten',
    'wednesday at nine',
    'friday',
    'ten',
    'yes please',
    'because I sold it',
    'the oil change',
  ],
  ...[
    'put me through',
    'call me back',
    'in the morning',
    'stop calling me',
    'I want reminders again',
    'text me that',
  ],
  ...[
    'cancel number 17',
    'is the year right',
    'confirm my appointment',
    'oil change tuesday at nine',
    '[silence]',
  ],
  ...[
    '[Nobody could take the call]',
    'two one seven five five five oh one oh one',
    'my vin is 1HGCV1F37KA014501',
  ],
);
const visitTurn = fc.oneof(
  { weight: 12, arbitrary: visitPhrases },
  { weight: 5, arbitrary: fc.constantFrom('yes', 'no', 'june fifteenth 1985') },
  { weight: 1, arbitrary: turn },
);
const visitOpening = fc.constantFrom(
  [],
  ['move my appointment to tuesday at ten', 'june fifteenth 1985'],
  ['cancel my appointment', 'june fifteenth 1985', 'no'],
);
const visitRefusals = fc.array(
  fc.record({
    tool: fc.constantFrom(...INBOUND_TOOLS),
    error: fc.constantFrom(
      'slot_unavailable',
      'verification_required',
      'not_found',
      'unavailable',
      'limit_reached',
    ),
    times: fc.integer({ min: 1, max: 9 }),
  }),
  { maxLength: 3 },
);

/** A tool, and what may only be said once it has succeeded in the same reply. */
const CLAIMS: readonly [string, RegExp][] = [
  ['book_appointment', /you're booked/i],
  ['reschedule_appointment', /(is|are|been|'ve|have) (moved|rescheduled)/i],
  ['cancel_appointment', /(is|are|been|'ve|have) cancel+ed/i],
  ['confirm_appointment', /(is|been|'ve|have) confirmed/i],
  ['create_follow_up_note', /noted it|will call you/i],
  ['send_sms_confirmation', /text is on its way|(sent|texted) /i],
];

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

  it('says that something was done only in the reply in which a tool did it, and tells of visits only after proof', () => {
    const done = new Set<string>();
    fc.assert(
      fc.property(
        caller,
        visitRefusals,
        visitOpening,
        fc.array(visitTurn, { maxLength: 14 }),
        (who, refusals, first, rest) => {
          const call = startCall({
            ...(who === undefined ? {} : { caller: who }),
            tools: INBOUND_TOOLS,
            file: SARAH_FILE,
            refusals,
          });
          for (const words of [...first, ...rest]) {
            const before = call.runs.length;
            const lastHeard = call.spoken.at(-1) ?? '';
            const said = call.say(words);
            const runs = call.runs.slice(before);
            for (const [tool, claim] of CLAIMS) {
              const hasDone = runs.some(({ name, isDone }) => name === tool && isDone);
              if (hasDone) done.add(tool);
              else expect(said).not.toMatch(claim);
            }
            if (runs.some(({ name }) => name === 'reschedule_appointment')) {
              expect(lastHeard).toMatch(/Shall I (change it|make that change)\?$/);
              expect(words).toMatch(ASSENT);
            }
            if (!call.file.isVerified()) expect(said).not.toMatch(/May twenty-second, at nine/);
            if (runs.some(({ name, isDone }) => name === 'transfer_to_human' && isDone)) break;
            if (runs.some(({ name }) => name === 'end_call')) break;
          }
          const tries = call.runs.filter(({ name }) => name === 'verify_customer');
          expect(tries.filter(({ isDone }) => isDone).length).toBeLessThanOrEqual(4);
          for (const name of INBOUND_TOOLS) {
            const refused = call.runs.filter(
              (run) => run.name === name && run.error === 'verification_required',
            );
            expect(refused.length).toBeLessThanOrEqual(2);
          }
        },
      ),
      { numRuns: 400 },
    );
    expect([...done]).toEqual(expect.arrayContaining(['reschedule_appointment', 'cancel_appointment']));
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
