import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimKind } from '../../src/agent/claim-grammar.ts';
import { createClaimFilter, mayClaim } from '../../src/agent/claims.ts';
import { type CallSession, openSession } from '../../src/agent/session.ts';

/** What is said of `text` when it comes in the given chunks. */
function say(chunks: readonly string[], { isBooked = false, isWriting = false } = {}): string {
  const filter = createClaimFilter(() => isBooked);
  return chunks.map((chunk) => filter.push(chunk)).join('') + filter.end({ isWriting });
}

/** Cuts the text into pieces of the given lengths, in turn. */
function cut(text: string, lengths: readonly number[]): string[] {
  const chunks: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    chunks.push(text.slice(at, at + length));
    at += length;
  }
  return chunks;
}

const CLAIMS: [said: string, instead: string][] = [
  ["You're booked for Tuesday at nine.", "That isn't booked yet."],
  ['You’re all set for Tuesday, May twenty-sixth.', "That isn't booked yet."],
  ["I've booked you in for nine.", "That isn't booked yet."],
  ['I just booked it.', "That isn't booked yet."],
  ['I booked you for Tuesday.', "That isn't booked yet."],
  ['I have you booked for nine.', "That isn't booked yet."],
  ['I have scheduled your oil change for Friday.', "That isn't booked yet."],
  ["I've gone ahead and booked that for you.", "That isn't booked yet."],
  ["I've put you on the schedule.", "That isn't booked yet."],
  ["I've got you in for Tuesday at nine.", "That isn't booked yet."],
  ["I've locked that in for you.", "That isn't booked yet."],
  ['We have you down for Tuesday at nine.', "That isn't booked yet."],
  ["We're all set for Tuesday.", "That isn't booked yet."],
  ["You're down for Tuesday at nine.", "That isn't booked yet."],
  ["That's booked.", "That isn't booked yet."],
  ["It's been booked for you.", "That isn't booked yet."],
  ["Everything's set for Tuesday at nine.", "That isn't booked yet."],
  ['All set for Tuesday at nine.', "That isn't booked yet."],
  ['See you on Friday at ten.', "That isn't booked yet."],
  ["We'll see you Tuesday.", "That isn't booked yet."],
  ["You're now scheduled with Dr. Smith at 9 a.m. on Friday.", "That isn't booked yet."],
  ["You're booked for nine, okay?", "That isn't booked yet."],
  ["You're booked for nine, is there anything else?", "That isn't booked yet."],
  // What was said of the sentence before the suspicion began stays, and the rest fits it.
  ['You are booked.', "You aren't booked yet."],
  ["Great, you're all set!", "Great, that isn't booked yet."],
  ["No problem, you're booked for nine.", "No problem, that isn't booked yet."],
  ["Okay Sarah, I've reserved Tuesday at nine.", "Okay Sarah, that isn't booked yet."],
  ["Thanks Sarah and you're booked.", "Thanks Sarah and that isn't booked yet."],
  ['Your appointment is confirmed for Tuesday at nine.', "Your appointment isn't booked yet."],
  ["Your appointment's booked for 9 a.m. Tuesday.", "Your appointment isn't booked yet."],
  ['Your visit has been successfully booked.', "Your visit isn't booked yet."],
  ['Your 2019 Honda Accord is all set for Tuesday at nine.', "Your 2019 Honda Accord isn't booked yet."],
  ['Appointment confirmed for Tuesday.', 'Appointment not booked yet.'],
  // Said once however often it is claimed; the other sentences stay.
  ["You're booked for nine. See you Tuesday!", "That isn't booked yet. "],
  ["Perfect. You're booked for nine. We open at eight.", "Perfect. That isn't booked yet. We open at eight."],
];

const INNOCENT = [
  // questions
  'Shall I book it?',
  'Would you like me to book Tuesday at nine?',
  'Are you all set?',
  'Is your appointment confirmed?',
  'Have you booked with us before?',
  'Is that the one you scheduled online?',
  'So I have you down for Tuesday at nine, is that right?',
  'I see nine is free; do you want that booked?',
  "You're calling about your Accord, right?",
  // negations
  "It's not booked yet.",
  "That isn't booked yet.",
  'Nothing is booked yet.',
  "I haven't booked anything yet.",
  "You're not booked yet.",
  "You don't have anything scheduled with me.",
  // what is to come, possible or wished for
  "Once it's booked, I'll tell you.",
  "Once you're booked, you can drop off early.",
  "Before it's booked I need your name.",
  'I can get you booked for Tuesday.',
  "I'll have that booked in a moment.",
  'Let me get that scheduled.',
  'Would you like it booked for nine?',
  "If nine works, you're all set.",
  'It needs to be scheduled.',
  'Bookings can be confirmed by phone.',
  "I'd love to see you Tuesday, does nine work?",
  // a full day
  "We're fully booked on Tuesday.",
  "We're booked solid that day.",
  'Tuesday is booked up.',
  'Nine is already booked, but ten is free.',
  // other meanings of the words
  'Your car is due for scheduled maintenance.',
  'That is scheduled maintenance, from eighty dollars.',
  'Oil changes are scheduled every half hour.',
  'The reserved parking is in the back.',
  'The price is set by the advisor.',
  "I've confirmed your phone number.",
  'Your number is confirmed.',
  'I have you down for an oil change. What day works?',
  "It's on the corner of Main.",
  'We are in Springfield, open at eight.',
  // plain talk
  'I have Tuesday at nine or ten.',
  "I've noted the squeaking brakes.",
  "I'm sorry, that time has been taken.",
  'See you soon.',
  'Everything is closed on Memorial Day.',
];

describe('a claim that something is booked, when nothing is', () => {
  it.each(CLAIMS)('is held back: %s', (said, instead) => {
    expect(say([said])).toBe(instead);
  });

  it.each(INNOCENT)('is not seen in: %s', (said) => {
    expect(say([said])).toBe(said);
  });

  it('may be made once something is booked', () => {
    for (const [said] of CLAIMS) expect(say([said], { isBooked: true })).toBe(said);
  });

  it('is dropped without a word when the same answer asks to book, since that will be answered next', () => {
    expect(say(["Perfect. You're booked for nine."], { isWriting: true })).toBe('Perfect. ');
  });

  it('is only remembered as corrected when the honest sentence was said', () => {
    const dropped = createClaimFilter(() => false);
    dropped.push("You're booked.");
    dropped.end({ isWriting: true });
    expect(dropped.hasCorrected).toBe(false);
    const corrected = createClaimFilter(() => false);
    corrected.push("You're booked.");
    corrected.end();
    expect(corrected.hasCorrected).toBe(true);
  });
});

const CHANGES: [said: string, instead: string, act: ClaimKind][] = [
  ["I've moved your appointment to Wednesday at ten.", "That isn't moved yet.", 'moved'],
  ["I've rescheduled that for you.", "That isn't moved yet.", 'moved'],
  ["I've gone ahead and changed it to Wednesday.", "That isn't moved yet.", 'moved'],
  ["Okay, it's been moved to Wednesday.", "Okay, that isn't moved yet.", 'moved'],
  ['Your oil change has been rescheduled to Wednesday at ten.', "Your oil change isn't moved yet.", 'moved'],
  ["You're now moved to Wednesday.", "That isn't moved yet.", 'moved'],
  ['Done. Moved to Wednesday at ten.', "Done. That isn't moved yet.", 'moved'],
  ["I've cancelled your appointment.", "That isn't cancelled yet.", 'cancelled'],
  ['Your appointment has been canceled.', "Your appointment isn't cancelled yet.", 'cancelled'],
  ["It's cancelled.", "That isn't cancelled yet.", 'cancelled'],
  ["Alright, that's been cancelled for you.", "Alright, that isn't cancelled yet.", 'cancelled'],
];

const UNCHANGED = [
  'Shall I move it to Wednesday?',
  'Would you like it cancelled or moved to another day?',
  "I haven't moved anything yet.",
  'It stays where it was; nothing has been changed.',
  "Once it's cancelled, it cannot be brought back.",
  'I can get that moved for you.',
  "We've moved to a new building on Main Street.",
  'Our hours have changed.',
  'The oil has been changed at each visit.',
  "I've changed the number to the one you gave.",
  'Have you cancelled it already?',
  "I'll have that moved in a moment.",
];

describe('a claim that an appointment was changed, when it was not', () => {
  const sayWhen = (said: string, may: readonly ClaimKind[]) => {
    const filter = createClaimFilter((kind) => may.includes(kind));
    return filter.push(said) + filter.end();
  };

  it.each(CHANGES)('is held back: %s', (said, instead) => {
    expect(sayWhen(said, [])).toBe(instead);
  });

  it.each(CHANGES)('is held back also when something else was done: %s', (said, instead, act) => {
    const others = (['booked', 'standing', 'moved', 'cancelled'] as const).filter((kind) => kind !== act);
    expect(sayWhen(said, others)).toBe(instead);
  });

  it.each(CHANGES)('may be made once it is true: %s', (said, _, act) => {
    expect(sayWhen(said, [act])).toBe(said);
  });

  it.each(UNCHANGED)('is not seen in: %s', (said) => {
    expect(sayWhen(said, [])).toBe(said);
  });

  it.each([
    ["You're scheduled for Friday at nine.", "You're scheduled for Friday at nine."],
    ['Your appointment is confirmed for Friday.', 'Your appointment is confirmed for Friday.'],
    ['Your appointment is now scheduled for Monday.', "Your appointment isn't changed yet."],
    ["You're all set for Monday at ten.", "That isn't changed yet."],
    ["I've booked you for Monday.", "That isn't changed yet."],
  ])('is told from the truth about an appointment that exists: %s', (said, instead) => {
    expect(sayWhen(said, ['standing'])).toBe(instead);
  });
});

describe('what happened in the call', () => {
  const session = openSession(
    { callSid: 'CA1', callLogId: 'log', direction: 'inbound', callerPhone: null },
    undefined,
  );
  it.each<[string, Partial<CallSession>, ClaimKind[]]>([
    ['nothing', {}, []],
    ['a booking', { appointmentId: 'a' }, ['booked', 'standing']],
    ['appointments were read', { appointments: [{ handle: 'A1', id: 'a' }] }, ['standing']],
    ['a move', { done: ['moved'] }, ['booked', 'standing', 'moved']],
    ['a confirmation', { done: ['confirmed'] }, ['booked', 'standing']],
    ['a cancellation', { done: ['cancelled'] }, ['cancelled']],
  ])('%s bears out no more than it should', (_, changes, expected) => {
    const kinds: ClaimKind[] = ['booked', 'standing', 'moved', 'cancelled'];
    expect(kinds.filter((kind) => mayClaim({ ...session, ...changes }, kind))).toEqual(expected);
  });
});

describe('holding back', () => {
  it('passes each whole word on at once while nothing is suspicious', () => {
    const filter = createClaimFilter(() => false);
    const passed = ['Sure, ', 'I ', 'have ', 'nine ', 'or ', 'ten.', ' '].map((chunk) => filter.push(chunk));
    // "I have" could become "I have booked it", so these two wait for the third.
    expect(passed).toEqual(['Sure, ', '', '', 'I have nine ', 'or ', '', 'ten. ']);
  });

  it('begins at the suspicious word and ends with its sentence', () => {
    const filter = createClaimFilter(() => false);
    expect(filter.push('Great, your visit is booked for Tuesday ')).toBe('Great, your visit ');
    expect(filter.push('at nine. ')).toBe('');
    expect(filter.push('Bye. ')).toBe("isn't booked yet. Bye. ");
  });

  it('asks again at each sentence whether something is booked', () => {
    let isBooked = false;
    const filter = createClaimFilter(() => isBooked);
    expect(filter.push("You're booked. Now ")).toBe("That isn't booked yet. Now ");
    isBooked = true;
    expect(filter.push("you're booked. ")).toBe("you're booked. ");
  });
});

const lengths = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe('any text in any chunks', () => {
  it('comes out as it went in when it holds no trigger word', () => {
    const word = fc.constantFrom(
      ...'we have nine or ten, you are welcome. is that right? your car’s brakes — all day I I’ve\nSpringfield. $40-$80 9:30 a.m. see you soon!'.split(
        ' ',
      ),
    );
    const space = fc.constantFrom(' ', '  ', '\n', ' \n ');
    const text = fc
      .array(fc.tuple(word, space), { maxLength: 40 })
      .map((parts) => parts.map((part) => part.join('')).join(''));
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'grapheme' })), lengths, (said, pieces) => {
        expect(say(cut(said, pieces))).toBe(said);
      }),
      { numRuns: 300 },
    );
  });

  it('comes out the same however it was cut', () => {
    const sentence = fc.constantFrom(...CLAIMS.map(([said]) => said), ...INNOCENT);
    const text = fc.array(sentence, { maxLength: 5 }).map((sentences) => sentences.join(' '));
    fc.assert(
      fc.property(text, lengths, (said, pieces) => {
        expect(say(cut(said, pieces))).toBe(say([said]));
      }),
      { numRuns: 300 },
    );
  });
});
