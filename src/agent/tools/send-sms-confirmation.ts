/** A text with the appointment, to the customer's number on file and to no other. */
import { z } from 'zod';
import { queueConfirmation, type TextRefusal } from '../../dealership/texts.ts';
import { defineTool, type ToolResult } from '../tool.ts';

export const sendSmsConfirmation = defineTool({
  name: 'send_sms_confirmation',
  description:
    'Text the day and time of an appointment to the number on file; it cannot go to another. Only when the caller wants it. Say that the text is on its way, not that it has arrived.',
  effect: 'write',
  isRepeatable: true,
  level: 1,
  arguments: z.object({
    appointment: z.string().nullable().describe('handle such as A1; null: the one just booked in this call'),
  }),
  async run({ appointment }, { db, profile, session, now, wakeTexts }) {
    const appointmentId =
      appointment === null
        ? session.appointmentId
        : session.appointments.find(({ handle }) => handle === appointment)?.id;
    if (!session.customerId || !appointmentId) {
      return {
        success: false,
        error: 'not_found',
        message: 'No text: there is no such appointment in this call. Book it or look it up first.',
      };
    }
    const queued = await queueConfirmation(db, profile, {
      appointmentId,
      customerId: session.customerId,
      now,
    });
    if (!queued.ok) return refused(queued.refusal);
    wakeTexts();
    return {
      success: true,
      data: { queued: true },
      message: queued.value.isNew
        ? 'The text is on its way to the number on file. Do not read the number out.'
        : 'A text with this was on its way already; none is sent twice.',
      spoken: 'A text with your appointment is on its way. Is there anything else I can do for you?',
    };
  },
});

function refused(refusal: TextRefusal): ToolResult {
  switch (refusal.code) {
    case 'not_found':
      return {
        success: false,
        error: 'not_found',
        message: 'No text: the appointment is over or was cancelled.',
      };
    case 'opted_out':
    case 'unreachable':
      return {
        success: false,
        error: 'unavailable',
        message: 'No text: the number on file gets none from us. Say the day and time once more instead.',
      };
    case 'limit_reached':
      return {
        success: false,
        error: 'limit_reached',
        message: 'No text: there were two about this appointment. Say the day and time once more instead.',
      };
    case 'busy':
      return {
        success: false,
        error: 'unavailable',
        message: 'No text: too much is going on. It may be tried once more; do not say it was sent.',
      };
  }
}
