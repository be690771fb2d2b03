/** The verified customer says that they will come. */
import { z } from 'zod';
import { confirmAppointment } from '../../dealership/appointment-changes.ts';
import { findOwnAppointment, noteStatus, vehicleName } from '../appointments.ts';
import { changeRefused, noSuchAppointment } from '../change-refusals.ts';
import { withAct } from '../session.ts';
import { defineTool } from '../tool.ts';

export const confirmAppointmentTool = defineTool({
  name: 'confirm_appointment',
  description: 'Note that the customer will come to an appointment. "Maybe" is not a confirmation.',
  effect: 'write',
  isRepeatable: true,
  level: 2,
  arguments: z.object({ appointment: z.string().describe('handle of the appointment, such as A1') }),
  async run({ appointment }, { db, profile, session, setSession, forgetCustomer, ...context }) {
    const own = findOwnAppointment(session, appointment);
    if (!own) return noSuchAppointment();
    const confirmed = await confirmAppointment(db, profile, {
      ...own,
      idempotencyKey: context.idempotencyKey,
      now: context.now,
      calendarSync: context.calendarSync,
      outbox: context.outbox,
    });
    if (!confirmed.ok) {
      noteStatus(confirmed.refusal, setSession);
      return changeRefused(confirmed.refusal, 'Not confirmed');
    }
    const { serviceSay, spokenWhen, status, vehicle } = confirmed.value;
    setSession((current) => withAct(current, 'confirmed'));
    if (session.callerPhone) await forgetCustomer(session.callerPhone);
    const words = `${serviceSay} for the ${vehicleName(vehicle)}, ${spokenWhen}`;
    return {
      success: true,
      data: { appointment, spoken_when: spokenWhen, service: serviceSay, status },
      message: `Confirmed: the ${words}.`,
      spoken: `Your appointment is confirmed: ${words}. Is there anything else I can do for you?`,
    };
  },
});
