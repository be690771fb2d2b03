/** Picks somebody out of a world whom it is worth calling as. */
import { toLocal } from '../../src/dealership/local-time.ts';
import type { SeedWorld } from './generate.ts';
import type { Sample } from './report.ts';

const WHEN = new Intl.DateTimeFormat('en-US', {
  weekday: 'long',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
});

/** A customer with a booking to move, if there is one, or else the first. `timeZone` for the words of the date. */
export function pickSample(world: SeedWorld, timeZone: string): Sample | undefined {
  const carsOf = Map.groupBy(world.vehicles, ({ customerId }) => customerId);
  const visit = world.appointments.find(
    ({ status, customerId }) => status === 'scheduled' && carsOf.get(customerId)?.length === 1,
  );
  const customer = world.customers.find(({ id }) => id === visit?.customerId) ?? world.customers[0];
  const car = customer && carsOf.get(customer.id)?.[0];
  if (!customer || !car) return undefined;
  return {
    name: `${customer.firstName} ${customer.lastName}`,
    phone: customer.phoneNumber,
    vehicle: `${car.year} ${car.make} ${car.model}`,
    known: visit
      ? `booked ${visit.serviceDescription ?? visit.serviceType} on ${WHEN.format(toLocal(visit.scheduledAt, timeZone).toPlainDateTime())}`
      : 'nothing booked yet',
  };
}
