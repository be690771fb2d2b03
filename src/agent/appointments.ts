/** Appointments as the model may see them: by handle, in words, and only the customer's own. */
import type { BookingRecord } from '../dealership/booking.ts';
import { parseLocal } from '../dealership/local-time.ts';
import { sayWhen } from '../dealership/spoken-time.ts';
import { type CallSession, withAct, withAppointment } from './session.ts';
import type { ToolContext } from './tool.ts';

/** The row behind a handle of this call; undefined for whatever else the model may have passed. */
export function findOwnAppointment(
  session: CallSession,
  handle: string,
): { appointmentId: string; customerId: string } | undefined {
  const own = session.appointments.find((known) => known.handle === handle);
  return own && session.customerId ? { appointmentId: own.id, customerId: session.customerId } : undefined;
}

/** Mints a handle for each, unless the call has meanwhile become another customer's. */
export function rememberAppointments(
  session: CallSession,
  customerId: string,
  bookings: readonly BookingRecord[],
): CallSession {
  if (session.customerId !== customerId) return session;
  return bookings.reduce((current, { appointmentId }) => withAppointment(current, appointmentId), session);
}

export function describeAppointment(session: CallSession, booking: BookingRecord): Record<string, unknown> {
  return {
    appointment: session.appointments.find(({ id }) => id === booking.appointmentId)?.handle ?? null,
    scheduled_at: booking.start,
    spoken_when: booking.spokenWhen,
    service_type: booking.serviceCode,
    service: booking.serviceSay,
    vehicle: session.vehicles.find(({ id }) => id === booking.vehicle.id)?.handle ?? null,
    vehicle_description: vehicleName(booking.vehicle),
    status: booking.status,
  };
}

export const vehicleName = ({ year, make, model }: BookingRecord['vehicle']) => `${year} ${make} ${model}`;

/** A local start in words. */
export function sayStart(start: string, timeZone: string): string {
  const parsed = parseLocal(start, timeZone);
  return parsed.ok ? sayWhen(parsed.value) : start;
}

/** An appointment found cancelled already may be called so, whoever cancelled it. */
export function noteStatus(refusal: object, setSession: ToolContext['setSession']): void {
  if ('status' in refusal && refusal.status === 'cancelled') {
    setSession((current) => withAct(current, 'cancelled'));
  }
}
