/** Books a service appointment for the customer of this call. */
import { z } from 'zod';
import { bookAppointment } from '../../dealership/appointments.ts';
import { bookingRefused } from '../refusals.ts';
import { defineTool } from '../tool.ts';

export const bookAppointmentTool = defineTool({
  name: 'book_appointment',
  description:
    'Book the appointment. Only after reading service, vehicle, day, date and time back once and hearing a yes. Nothing is booked until this has succeeded.',
  effect: 'write',
  // Booked, moved away, and booked again at the first time is a second booking.
  isRepeatable: true,
  level: 1,
  arguments: z.object({
    vehicle: z.string().describe('handle of the vehicle, such as V1'),
    scheduled_at: z.string().describe('YYYY-MM-DDTHH:MM, local time of the dealership'),
    service_type: z.string().describe('a code from the list of services'),
    customer_concerns: z.string().nullable().describe("what is wrong, in the caller's own words"),
    transport: z.enum(['waiter', 'drop_off', 'shuttle']).nullable(),
  }),
  async run(args, { db, profile, session, setSession, idempotencyKey, now, calendarSync, outbox }) {
    const vehicle = session.vehicles.find(({ handle }) => handle === args.vehicle);
    if (!session.customerId || !vehicle) {
      return { success: false, error: 'not_found', message: 'There is no such vehicle in this call.' };
    }
    const booked = await bookAppointment(db, profile, {
      customerId: session.customerId,
      vehicleId: vehicle.id,
      serviceCode: args.service_type,
      start: args.scheduled_at,
      ...(args.customer_concerns ? { concerns: args.customer_concerns } : {}),
      ...(args.transport ? { transport: args.transport } : {}),
      idempotencyKey,
      callSid: session.callSid,
      bookedBy: 'voice_agent',
      now,
      calendarSync,
      outbox,
    });
    if (!booked.ok) return bookingRefused(booked.refusal);
    const booking = booked.value;
    setSession((current) => ({ ...current, appointmentId: booking.appointmentId }));
    const description = `${booking.vehicle.year} ${booking.vehicle.make} ${booking.vehicle.model}`;
    return {
      success: true,
      data: {
        status: booking.status,
        spoken_when: booking.spokenWhen,
        service: booking.serviceSay,
        vehicle: description,
      },
      message: `Booked: ${booking.serviceSay} for the ${description}, ${booking.spokenWhen}.`,
      spoken: `You're booked: ${booking.serviceSay} for the ${description}, ${booking.spokenWhen}. Is there anything else I can do for you?`,
    };
  },
});
