/** A note for the people of the dealership: somebody looks at it and, where asked, calls back. */
import { z } from 'zod';
import { createNote, type NoteRefusal } from '../../dealership/notes.ts';
import { defineTool, type ToolResult } from '../tool.ts';

export const createFollowUpNote = defineTool({
  name: 'create_follow_up_note',
  description:
    "Leave a note for the service team, in the caller's own words: a call back that is wanted, a complaint, a concern, a safety matter. Say that it is passed on only when this has succeeded, and promise no time.",
  effect: 'write',
  level: 0,
  arguments: z.object({
    note: z.string().describe("what it is about, in the caller's own words; no card numbers"),
    category: z.enum(['callback', 'concern', 'complaint', 'safety', 'follow_up', 'other']),
    callback_number: z.string().nullable().describe('null: the number they are calling from'),
    priority: z.enum(['normal', 'high', 'urgent']),
    appointment: z.string().nullable().describe('handle of the appointment it is about, such as A1'),
  }),
  async run({ note, category, callback_number, priority, appointment }, { db, session, setSession }) {
    const about = session.appointments.find(({ handle }) => handle === appointment);
    if (appointment !== null && !about) {
      return {
        success: false,
        error: 'not_found',
        message: 'Not noted: there is no such appointment in this call. Leave it out, or look it up first.',
      };
    }
    if (category === 'callback' && !callback_number && !session.callerPhone) {
      return {
        success: false,
        error: 'invalid_args',
        message: 'Not noted: the number is withheld. Ask for a number to call back.',
      };
    }
    const added = await createNote(db, {
      callSid: session.callSid,
      callLogId: session.callLogId,
      ...(session.customerId ? { customerId: session.customerId } : {}),
      ...(about ? { appointmentId: about.id } : {}),
      category,
      priority,
      note,
      ...(callback_number ? { callbackNumber: callback_number } : {}),
      ...(session.callerPhone ? { callerPhone: session.callerPhone } : {}),
    });
    if (!added.ok) return refused(added.refusal);
    const promise = category === 'callback' ? 'a call back' : `to pass on a note (${category})`;
    setSession((current) =>
      current.promised.includes(promise) ? current : { ...current, promised: [...current.promised, promise] },
    );
    return {
      success: true,
      data: { noted: true },
      message: added.value.callbackNumber
        ? 'The note is stored for the service team. Promise no time.'
        : 'The note is stored for the service team, without a number to call back. Promise no time.',
      spoken: "I've passed that on to the service team. Is there anything else I can do for you?",
    };
  },
});

function refused(refusal: NoteRefusal): ToolResult {
  switch (refusal.code) {
    case 'empty':
      return { success: false, error: 'invalid_args', message: 'Not noted: the note is empty.' };
    case 'invalid_phone':
      return {
        success: false,
        error: 'invalid_args',
        message: 'Not noted: callback_number is not a phone number. Ask for it again, with area code.',
      };
    case 'key_reused':
    case 'busy':
      return {
        success: false,
        error: 'unavailable',
        message: 'Not noted: too much is going on. It may be tried once more; do not say it was passed on.',
      };
  }
}
