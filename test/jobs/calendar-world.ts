/** A shop with a database, the stand-in for Google and the calendar's adapter between them; time stands until moved. */
import { eq } from 'drizzle-orm';
import { createGoogleCalendar } from '../../src/adapters/google-calendar/calendar.ts';
import { followUpNotes } from '../../src/db/desk-schema.ts';
import { appointments, customers } from '../../src/db/schema.ts';
import { bookAppointment } from '../../src/dealership/appointments.ts';
import type { Outbox } from '../../src/dealership/ports.ts';
import type { CalendarWork } from '../../src/jobs/sync-calendar.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { startGoogleSandbox } from '../../src/sandbox/google/server.ts';
import { addOwner, demo, NOW } from '../dealership/world.ts';
import { openTestDatabase } from '../support/database.ts';

/** Times that the demo dealership accepts, half an hour apart. */
const MONDAY_NINE = '2026-06-01T09:00';
export const MONDAY_ELEVEN = '2026-06-01T11:00';

const credentials = { clientId: 'client', clientSecret: 'secret', refreshToken: 'refresh' };
export const forever = () => new AbortController().signal;

export async function openCalendarWorld() {
  const database = await openTestDatabase();
  const { db } = database;
  let elapsed = 0;
  // Pauses between attempts end as soon as nothing else is to do, and their time has passed then.
  const clock: Clock = {
    now: () => NOW + Math.floor(elapsed),
    elapsed: () => elapsed,
    after(ms, run) {
      const timer = setImmediate(() => {
        elapsed += ms;
        run();
      });
      return () => clearImmediate(timer);
    },
  };
  const google = await startGoogleSandbox({ clock, ...credentials });
  const calendar = createGoogleCalendar({
    ...credentials,
    calendarId: 'primary',
    timeZone: demo.timeZone,
    baseUrl: google.baseUrl,
    clock,
  });
  const work: CalendarWork = { db, profile: demo, calendar, now: () => clock.now() };
  let keys = 0;
  const nextKey = () => {
    keys += 1;
    return `key-${keys}`;
  };

  return {
    database,
    db,
    clock,
    google,
    calendar,
    work,
    pass(ms: number) {
      elapsed += ms;
    },
    nextKey,
    /** Books an oil change for a new customer named Daniel, with everything in the record that no event may show. */
    async book({ start = MONDAY_NINE, outbox }: { start?: string; outbox?: Outbox } = {}) {
      const owner = await addOwner(db);
      await db
        .update(customers)
        .set({ firstName: 'Daniel', lastName: 'Okonkwo', email: 'd@example.com', dateOfBirth: '1980-02-03' })
        .where(eq(customers.id, owner.customerId));
      const booked = await bookAppointment(db, demo, {
        ...owner,
        serviceCode: 'oil_change',
        start,
        concerns: 'call me on 312 555 0199, my wife Anna drives it',
        idempotencyKey: nextKey(),
        bookedBy: 'voice_agent',
        calendarSync: 'pending',
        outbox,
        now: clock.now(),
      });
      if (!booked.ok) throw new Error(`Not booked: ${booked.refusal.code}`);
      return booked.value;
    },
    async row(appointmentId: string) {
      const [row] = await db.select().from(appointments).where(eq(appointments.id, appointmentId));
      if (!row) throw new Error('There is no such appointment.');
      return row;
    },
    notes: (appointmentId: string) =>
      db.select().from(followUpNotes).where(eq(followUpNotes.appointmentId, appointmentId)),
    /** The events that are to be seen. */
    shown: () => google.events.all().filter(({ status }) => status !== 'cancelled'),
    async close() {
      await google.close();
      await database.close();
    },
  };
}

export type CalendarWorld = Awaited<ReturnType<typeof openCalendarWorld>>;
