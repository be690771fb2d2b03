/** What code knows of one call: who it is about and what may be done. The model never writes here. */
import { z } from 'zod';

/** A vehicle the caller may speak of in this call. The model knows it by its handle only. */
const vehicleSchema = z.object({
  handle: z.string(),
  id: z.string(),
  year: z.number(),
  make: z.string(),
  model: z.string(),
});

export const callSessionSchema = z.object({
  callSid: z.string(),
  callLogId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  /** E.164; null when withheld or not a number. */
  callerPhone: z.string().nullable(),
  flow: z.enum(['new_customer', 'existing_customer', 'withheld_number']),
  /** 0: anybody. 1: the calling number is on file, or the customer was created in this call. */
  level: z.union([z.literal(0), z.literal(1)]),
  customerId: z.string().nullable(),
  firstName: z.string().nullable(),
  vehicles: z.array(vehicleSchema),
  /** The last appointment booked in this call. */
  appointmentId: z.string().nullable(),
  badArguments: z.number(),
});

export type CallSession = z.infer<typeof callSessionSchema>;
export type SessionVehicle = z.infer<typeof vehicleSchema>;

/** The session as it stands when the phone is answered. */
export function openSession(
  call: { callSid: string; callLogId: string; direction: 'inbound' | 'outbound'; callerPhone: string | null },
  customer:
    | {
        id: string;
        firstName: string;
        vehicles: readonly { id: string; year: number; make: string; model: string }[];
      }
    | undefined,
): CallSession {
  return {
    ...call,
    flow: customer ? 'existing_customer' : call.callerPhone ? 'new_customer' : 'withheld_number',
    level: customer ? 1 : 0,
    customerId: customer?.id ?? null,
    firstName: customer?.firstName ?? null,
    vehicles: (customer?.vehicles ?? []).map(({ id, year, make, model }, index) => ({
      handle: `V${index + 1}`,
      id,
      year,
      make,
      model,
    })),
    appointmentId: null,
    badArguments: 0,
  };
}

/** Gives the vehicle a handle by which the model may name it; a vehicle already known keeps its own. */
export function withVehicle(session: CallSession, vehicle: Omit<SessionVehicle, 'handle'>): CallSession {
  if (session.vehicles.some(({ id }) => id === vehicle.id)) return session;
  const handle = `V${session.vehicles.length + 1}`;
  return { ...session, vehicles: [...session.vehicles, { ...vehicle, handle }] };
}
