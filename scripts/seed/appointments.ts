/** Turns visits into appointment rows: when they were booked, what they cost, and how they ended. */
import type { appointments } from '../../src/db/schema.ts';
import type { Service } from '../../src/dealership/profile.ts';
import type { Dice, Weighted } from './dice.ts';
import { drawPrice } from './history.ts';
import { customOf, TECHNICIANS } from './services.ts';
import type { Visit } from './visits.ts';

export type AppointmentRow = typeof appointments.$inferSelect;
type Reason = NonNullable<AppointmentRow['cancellationReason']>;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const NO_SHOW = 0.04;
const CONFIRMED = 1 / 3;
/** Whole days from the booking to the visit, as the lower end of a range and its upper end. */
const LEAD_DAYS: Weighted<readonly [number, number]> = [
  [[0, 1], 22],
  [[2, 7], 43],
  [[8, 21], 25],
  [[22, 45], 10],
];
const METHODS: Weighted<AppointmentRow['bookingMethod']> = [
  ['phone', 68],
  ['online', 22],
  ['staff', 10],
];
const REASONS: Weighted<Reason> = [
  ['schedule_conflict', 48],
  ['got_service_elsewhere', 17],
  ['issue_resolved', 15],
  ['rescheduled', 8],
  ['other', 12],
];
/** Of the cancelled visits after which the car is never seen again. */
const VEHICLE_SOLD = 0.15;

/** `now` in epoch milliseconds; `mayBeSold`: the car has no later visit and is not its owner's only one. */
export function makeAppointment(
  dice: Dice,
  visit: Visit,
  { now, mayBeSold }: { now: number; mayBeSold: boolean },
): AppointmentRow {
  const { car, service, startsAt, endsAt } = visit;
  const createdAt = drawBookingTime(dice, visit, now);
  const outcome = drawOutcome(dice, visit, { createdAt, now, mayBeSold });
  const wasServed = outcome.status === 'completed';
  const estimate = service.price === null ? null : drawPrice(dice, service);
  return {
    id: dice.uuid(),
    customerId: car.owner.id,
    vehicleId: car.id,
    scheduledAt: new Date(startsAt),
    durationMinutes: service.minutes,
    endsAt: new Date(endsAt),
    serviceType: service.code,
    serviceCategory: service.category,
    serviceDescription: service.say,
    customerConcerns: dice.chance(hasConcern(service)) ? dice.pick(customOf(service).concerns) : null,
    recommendedServices: wasServed && dice.chance(0.15) ? dice.pick(RECOMMENDATIONS) : null,
    estimatedCost: estimate?.toFixed(2) ?? null,
    actualCost: wasServed ? billOf(dice, service, estimate).toFixed(2) : null,
    status: outcome.status,
    cancellationReason: outcome.reason ?? null,
    confirmationSent: dice.chance(0.9),
    reminderSent: visit.kind === 'past' && car.owner.receiveReminders,
    calendarEventId: null,
    calendarEtag: null,
    calendarSync: 'off',
    assignedTechnician: visit.kind === 'past' ? dice.pick(TECHNICIANS) : null,
    bay: visit.place.bay,
    bookingMethod: dice.weighted(METHODS),
    bookedBy: 'seed',
    transport: service.waiter && dice.chance(0.6) ? 'waiter' : dice.chance(0.85) ? 'drop_off' : 'shuttle',
    promisedAt: wasServed ? new Date(endsAt) : null,
    readyAt: outcome.completedAt === undefined ? null : new Date(outcome.completedAt),
    completedAt: outcome.completedAt === undefined ? null : new Date(outcome.completedAt),
    createdAt: new Date(createdAt),
    updatedAt: new Date(outcome.updatedAt),
  };
}

/** Before the visit and before now, and not before the car was bought. */
function drawBookingTime(dice: Dice, { car, startsAt, place }: Visit, now: number): number {
  const [least, most] = dice.weighted(LEAD_DAYS);
  const daysOwned = place.openDay.day - car.boughtDay - 1;
  const lead = Math.min(dice.between(least, most), daysOwned);
  const wanted = startsAt - lead * DAY - dice.between(60, 6 * 60) * MINUTE;
  // Far ahead there is nothing but early bookings: made within the last weeks, most of them lately.
  return wanted < now ? wanted : now - 5 * MINUTE - Math.floor(dice.next() ** 2 * 40 * 24 * 60) * MINUTE;
}

interface Outcome {
  status: AppointmentRow['status'];
  reason?: Reason;
  completedAt?: number;
  updatedAt: number;
}

function drawOutcome(
  dice: Dice,
  { kind, startsAt, endsAt }: Visit,
  { createdAt, now, mayBeSold }: { createdAt: number; now: number; mayBeSold: boolean },
): Outcome {
  if (kind === 'cancelled') {
    const reason = mayBeSold && dice.chance(VEHICLE_SOLD) ? 'vehicle_sold' : dice.weighted(REASONS);
    const latest = Math.min(startsAt, now);
    return {
      status: 'cancelled',
      reason,
      updatedAt: createdAt + Math.floor(dice.next() * (latest - createdAt)),
    };
  }
  if (kind === 'coming') {
    if (!dice.chance(CONFIRMED)) return { status: 'scheduled', updatedAt: createdAt };
    const confirmedAt = createdAt + Math.floor(dice.next() * (now - createdAt));
    return { status: 'confirmed', updatedAt: confirmedAt };
  }
  if (dice.chance(NO_SHOW)) return { status: 'no_show', updatedAt: Math.min(now, endsAt + HOUR) };
  // A few minutes before or after the planned end.
  const completedAt = Math.min(now, endsAt + dice.between(-10, 25) * MINUTE);
  return { status: 'completed', completedAt, updatedAt: completedAt };
}

/** Near the estimate, and a recall costs nothing. */
function billOf(dice: Dice, service: Service, estimate: number | null): number {
  const expected = estimate ?? drawPrice(dice, service);
  return Math.round(expected * dice.normal(1.02, 0.06, 0.85, 1.2) * 100) / 100;
}

/** Routine work is mostly booked without a word. */
function hasConcern({ category }: Service): number {
  return category === 'maintenance' ? 0.35 : 0.95;
}

const RECOMMENDATIONS = [
  'Front brake pads within 6 months',
  'Cabin air filter',
  'Engine air filter',
  'Four tires before winter',
  'Wheel alignment',
  'Battery replacement',
  'Coolant flush',
];
