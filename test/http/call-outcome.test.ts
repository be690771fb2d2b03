import { describe, expect, it } from 'vitest';
import type { SettledTurn } from '../../src/call/events.ts';
import { watchOutcome } from '../../src/http/call-outcome.ts';

const said = (text: string): SettledTurn => ({ position: 1, speaker: 'caller', text, at: 0 });
const did = (name: string, { isSuccess = true, result = '{"success":true}' } = {}): SettledTurn => ({
  position: 1,
  speaker: 'tool',
  record: { callId: 'c', name, arguments: '{}', result, isSuccess, tookMs: 1 },
  at: 0,
});
const proof = (status: string) =>
  did('verify_customer', { result: `{"success":true,"data":{"status":"${status}"}}` });

describe('the outcome of a call', () => {
  it.each([
    ['nothing was done', [said('What time do you close?')], undefined],
    ['a write was refused', [did('book_appointment', { isSuccess: false })], undefined],
    ['a visit was moved', [said('Move it'), proof('verified'), did('reschedule_appointment')], 'rescheduled'],
    ['a visit was cancelled', [proof('verified'), did('cancel_appointment')], 'cancelled'],
    ['a call back was noted', [did('create_follow_up_note')], 'callback_requested'],
    [
      'a booking weighs more than a note',
      [did('book_appointment'), did('create_follow_up_note')],
      'appointment_booked',
    ],
    ['nobody was proven', [proof('not_verified'), proof('locked')], 'verification_failed'],
    ['proof came at the second try', [proof('not_verified'), proof('verified')], undefined],
    [
      'a change was asked for and left alone',
      [said('Cancel it please'), proof('verified'), did('get_upcoming_appointments'), said('No, leave it')],
      'no_action',
    ],
    [
      'other times were looked at before it was left alone',
      [said('Move it'), did('get_upcoming_appointments'), did('get_available_slots')],
      undefined,
    ],
    ['only the time was asked', [said('When is it?'), did('get_upcoming_appointments')], undefined],
  ])('when %s', (_, turns, outcome) => {
    const watch = watchOutcome();
    for (const turn of turns) watch.observe(turn);
    expect(watch.outcome()).toBe(outcome);
  });
});
