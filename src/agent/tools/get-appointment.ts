/** One appointment of the verified customer as it stands now. */
import { z } from 'zod';
import { findAppointment } from '../../dealership/booking.ts';
import { describeAppointment, findOwnAppointment } from '../appointments.ts';
import { noSuchAppointment } from '../change-refusals.ts';
import { defineTool } from '../tool.ts';

export const getAppointment = defineTool({
  name: 'get_appointment',
  description: 'One appointment as it stands now, by the handle that get_upcoming_appointments gave.',
  effect: 'read',
  level: 2,
  arguments: z.object({ appointment: z.string().describe('handle of the appointment, such as A1') }),
  async run(args, { db, profile, session }) {
    const own = findOwnAppointment(session, args.appointment);
    const booking = own && (await findAppointment(db, profile, own));
    if (!booking) return noSuchAppointment();
    return {
      success: true,
      data: describeAppointment(session, booking),
      message: `The ${booking.serviceSay} is ${booking.spokenWhen}; its status is ${booking.status}.`,
    };
  },
});
