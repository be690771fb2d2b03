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

/** An appointment of the verified customer, or one that was booked in this call. The model knows it by its handle only. */
const appointmentSchema = z.object({ handle: z.string(), id: z.string() });

/** Of what was written in a call, what the caller may be told was done. */
const ACTS = ['booked', 'moved', 'confirmed', 'cancelled'] as const;
export type Act = (typeof ACTS)[number];

export const callSessionSchema = z.object({
  callSid: z.string(),
  callLogId: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  /** E.164; null when withheld or not a number. */
  callerPhone: z.string().nullable(),
  flow: z.enum(['new_customer', 'existing_customer', 'withheld_number']),
  /** 0: anybody. 1: the calling number is on file, or the customer was created in this call. 2: proved to be the customer. */
  level: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  customerId: z.string().nullable(),
  firstName: z.string().nullable(),
  vehicles: z.array(vehicleSchema),
  appointments: z.array(appointmentSchema),
  /** How many handles have been given out: none ever means a second thing, also when the caller turns out to be another customer. */
  minted: z.object({ vehicles: z.number(), appointments: z.number() }),
  /** The last appointment booked in this call. */
  appointmentId: z.string().nullable(),
  /** What has been done for this customer in this call, or was found done already: only that may be claimed. */
  done: z.array(z.enum(ACTS)),
  /** Starts offered in this call, `YYYY-MM-DDTHH:MM` local. */
  offered: z.array(z.string()),
  /** What was promised to the caller, such as a call back, in a few words for the advisor. */
  promised: z.array(z.string()),
  /** To whom the call is to go once the goodbye has been heard, and what they should know. */
  transfer: z
    .object({ department: z.string(), reason: z.string(), summary: z.string(), tried: z.number() })
    .nullable(),
  badArguments: z.number(),
});

export type CallSession = z.infer<typeof callSessionSchema>;
export type SessionVehicle = z.infer<typeof vehicleSchema>;

/** The customer as a session begins with them; whatever else is known of them stays in the database. */
export interface SessionCustomer {
  id: string;
  firstName: string;
  vehicles: readonly Omit<SessionVehicle, 'handle'>[];
}

/** The session as it stands when the phone is answered. */
export function openSession(
  call: { callSid: string; callLogId: string; direction: 'inbound' | 'outbound'; callerPhone: string | null },
  customer: SessionCustomer | undefined,
): CallSession {
  const empty: CallSession = {
    ...call,
    flow: customer ? 'existing_customer' : call.callerPhone ? 'new_customer' : 'withheld_number',
    level: customer ? 1 : 0,
    customerId: customer?.id ?? null,
    firstName: customer?.firstName ?? null,
    vehicles: [],
    appointments: [],
    minted: { vehicles: 0, appointments: 0 },
    appointmentId: null,
    done: [],
    offered: [],
    promised: [],
    transfer: null,
    badArguments: 0,
  };
  return (customer?.vehicles ?? []).reduce<CallSession>(withVehicle, empty);
}

/** Gives the vehicle a handle by which the model may name it; a vehicle already known keeps its own. */
export function withVehicle(
  session: CallSession,
  { id, year, make, model }: Omit<SessionVehicle, 'handle'>,
): CallSession {
  if (session.vehicles.some((known) => known.id === id)) return session;
  const count = Math.max(session.minted.vehicles, session.vehicles.length) + 1;
  return {
    ...session,
    vehicles: [...session.vehicles, { handle: `V${count}`, id, year, make, model }],
    minted: { ...session.minted, vehicles: count },
  };
}

/** The same for an appointment. Only ever for one of the customer of this call. */
export function withAppointment(session: CallSession, id: string): CallSession {
  if (session.appointments.some((known) => known.id === id)) return session;
  const count = Math.max(session.minted.appointments, session.appointments.length) + 1;
  return {
    ...session,
    appointments: [...session.appointments, { handle: `A${count}`, id }],
    minted: { ...session.minted, appointments: count },
  };
}

export function withAct(session: CallSession, act: Act): CallSession {
  return session.done.includes(act) ? session : { ...session, done: [...session.done, act] };
}

/**
 * The caller has proved to be this customer. Whoever the number or their word made them before, nothing of that
 * other record stays within reach of this call.
 */
export function withProof(session: CallSession, customer: SessionCustomer): CallSession {
  const isOther = session.customerId !== customer.id;
  const own: CallSession = isOther
    ? { ...session, vehicles: [], appointments: [], appointmentId: null, done: [], offered: [] }
    : session;
  return customer.vehicles.reduce<CallSession>(withVehicle, {
    ...own,
    level: 2,
    customerId: customer.id,
    firstName: customer.firstName,
  });
}
