/** What came of a call, in one word, from what was done in it rather than from what was said. */
import type { SettledTurn } from '../call/events.ts';

export interface OutcomeWatch {
  observe(turn: SettledTurn): void;
  /** The word for the call so far; undefined when nothing was done that has a word. */
  outcome(): string | undefined;
}

/** Later in the list is weightier: a call that moved a visit and noted a call-back is `rescheduled`. */
const DEEDS: readonly [tool: string, outcome: string][] = [
  ['create_follow_up_note', 'callback_requested'],
  ['confirm_appointment', 'confirmed'],
  ['cancel_appointment', 'cancelled'],
  ['reschedule_appointment', 'rescheduled'],
  ['book_appointment', 'appointment_booked'],
];
const ASKS_FOR_A_CHANGE = /\b(cancel|reschedul\w*|move|change|postpone)\b/i;

export function watchOutcome(): OutcomeWatch {
  const done = new Set<string>();
  let wantsChange = false;
  let hasFailedProof = false;

  return {
    observe(turn) {
      if (turn.speaker === 'caller') wantsChange ||= ASKS_FOR_A_CHANGE.test(turn.text);
      if (turn.speaker !== 'tool') return;
      const { name, result, isSuccess } = turn.record;
      if (name === 'verify_customer') hasFailedProof = !/"status":"verified"/.test(result);
      if (isSuccess) done.add(name);
    },
    outcome() {
      const deed = DEEDS.findLast(([tool]) => done.has(tool));
      if (deed) return deed[1];
      if (hasFailedProof) return 'verification_failed';
      // Came to change a visit, saw it, and left it; told of other times, they have at least learned those.
      const hasLooked = done.has('get_upcoming_appointments') && !done.has('get_available_slots');
      return wantsChange && hasLooked ? 'no_action' : undefined;
    },
  };
}
