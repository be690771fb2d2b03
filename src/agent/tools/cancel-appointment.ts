/** Cancels an appointment of the verified customer; its time is free for others at once. */
import { z } from 'zod';
import { cancelAppointment } from '../../dealership/appointment-changes.ts';
import { findOwnAppointment, noteStatus, vehicleName } from '../appointments.ts';
import { changeRefused, noSuchAppointment } from '../change-refusals.ts';
import { withAct } from '../session.ts';
import { defineTool } from '../tool.ts';

export const cancelAppointmentTool = defineTool({
  name: 'cancel_appointment',
  description:
    'Cancel an appointment. Offer once to move it instead, ask the reason once, read back which one and hear a yes. It cannot be undone.',
  effect: 'write',
  isRepeatable: true,
  level: 2,
  arguments: z.object({
    appointment: z.string().describe('handle of the appointment, such as A1'),
    reason: z
      .enum(['schedule_conflict', 'got_service_elsewhere', 'vehicle_sold', 'issue_resolved', 'other'])
      .describe('other when the caller gives none'),
  }),
  async run({ appointment, reason }, { db, profile, session, setSession, forgetCustomer, ...context }) {
    const own = findOwnAppointment(session, appointment);
    if (!own) return noSuchAppointment();
    const cancelled = await cancelAppointment(db, profile, {
      ...own,
      reason,
      idempotencyKey: context.idempotencyKey,
      now: context.now,
      calendarSync: context.calendarSync,
      outbox: context.outbox,
    });
    if (!cancelled.ok) {
      noteStatus(cancelled.refusal, setSession);
      return changeRefused(cancelled.refusal, 'Not cancelled');
    }
    const { serviceSay, spokenWhen, status, vehicle } = cancelled.value;
    setSession((current) => withAct(current, 'cancelled'));
    if (session.callerPhone) await forgetCustomer(session.callerPhone);
    const words = `${serviceSay} for the ${vehicleName(vehicle)}, ${spokenWhen}`;
    return {
      success: true,
      data: { appointment, spoken_when: spokenWhen, service: serviceSay, status },
      message: `Cancelled: the ${words}.`,
      spoken: `Your ${words}, is cancelled. Is there anything else I can do for you?`,
    };
  },
});
