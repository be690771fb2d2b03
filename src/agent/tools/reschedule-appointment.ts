/** Moves an appointment of the verified customer; the old time stays theirs until the new one is. */
import { z } from 'zod';
import { rescheduleAppointment } from '../../dealership/appointment-changes.ts';
import { findOwnAppointment, noteStatus, sayStart, vehicleName } from '../appointments.ts';
import { noSuchAppointment, rescheduleRefused } from '../change-refusals.ts';
import { withAct } from '../session.ts';
import { defineTool } from '../tool.ts';

export const rescheduleAppointmentTool = defineTool({
  name: 'reschedule_appointment',
  description:
    'Move an appointment to another time. Only after reading the new day, date and time back once and hearing a yes. If it does not succeed, the appointment stays where it was.',
  effect: 'write',
  isRepeatable: true,
  level: 2,
  arguments: z.object({
    appointment: z.string().describe('handle of the appointment, such as A1'),
    new_datetime: z.string().describe('YYYY-MM-DDTHH:MM, local time of the dealership'),
  }),
  async run({ appointment, new_datetime }, { db, profile, session, setSession, forgetCustomer, ...context }) {
    const own = findOwnAppointment(session, appointment);
    if (!own) return noSuchAppointment();
    const moved = await rescheduleAppointment(db, profile, {
      ...own,
      newStart: new_datetime,
      idempotencyKey: context.idempotencyKey,
      callSid: session.callSid,
      now: context.now,
      calendarSync: context.calendarSync,
      outbox: context.outbox,
    });
    if (!moved.ok) {
      noteStatus(moved.refusal, setSession);
      return rescheduleRefused(moved.refusal);
    }
    const { serviceSay, spokenWhen, status, vehicle, start, previousStart } = moved.value;
    const previously = sayStart(previousStart, profile.timeZone);
    setSession((current) => withAct(current, 'moved'));
    if (session.callerPhone) await forgetCustomer(session.callerPhone);
    const words = `${serviceSay} for the ${vehicleName(vehicle)}`;
    return {
      success: true,
      data: {
        appointment,
        spoken_when: spokenWhen,
        service: serviceSay,
        status,
        old_spoken_when: previously,
      },
      message:
        start === previousStart
          ? `It is at that time already: the ${words}, ${spokenWhen}.`
          : `Moved: the ${words} is now ${spokenWhen}, no longer ${previously}.`,
      spoken: `Your ${words} is now ${spokenWhen}. Is there anything else I can do for you?`,
    };
  },
});
