/** The verified customer's appointments to come, each with the handle by which it can be changed. */
import { z } from 'zod';
import { listUpcoming } from '../../dealership/booking.ts';
import { describeAppointment, rememberAppointments } from '../appointments.ts';
import { noSuchAppointment } from '../change-refusals.ts';
import { defineTool } from '../tool.ts';

export const getUpcomingAppointments = defineTool({
  name: 'get_upcoming_appointments',
  description:
    "The verified customer's appointments to come, soonest first. Needed before one can be moved, confirmed or cancelled.",
  effect: 'read',
  level: 2,
  arguments: z.object({}),
  async run(_, { db, profile, session, setSession, now }) {
    const { customerId } = session;
    if (!customerId) return noSuchAppointment();
    const bookings = await listUpcoming(db, profile, { customerId, now });
    const current = setSession((present) => rememberAppointments(present, customerId, bookings));
    // Another customer may have been proved while this was read: then nothing of the first is told.
    if (current.customerId !== customerId) return noSuchAppointment();
    return {
      success: true,
      data: { appointments: bookings.map((booking) => describeAppointment(current, booking)) },
      message:
        bookings.length > 0
          ? 'Soonest first. Several: ask which one is meant.'
          : 'No appointment to come is on file.',
    };
  },
});
