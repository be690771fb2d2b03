/** The workshop's memory: what was done to each car at which mileage, for finished appointments and for older visits. */
import type { serviceHistory } from '../../src/db/schema.ts';
import type { DealershipProfile, Service } from '../../src/dealership/profile.ts';
import { type Car, mileageOn } from './cars.ts';
import { isoOf } from './days.ts';
import type { Dice } from './dice.ts';
import { customOf, earlierServices, TECHNICIANS } from './services.ts';

export type HistoryRow = typeof serviceHistory.$inferSelect;

const HAS_OLDER_VISITS = 0.5;
const MOST_OLDER_VISITS = 4;
/** An older visit is this long before the first appointment, or before now. */
const QUIET_DAYS = 60;
const NEXT_VISIT_DAYS = 182;
/** What comes next, when the menu has it. */
const NEXT_SERVICE = 'oil_change';

export interface Work {
  car: Car;
  service: Service;
  day: number;
  /** Epoch milliseconds. */
  doneAt: number;
  appointmentId: string | null;
  totalCost: string | null;
  technician: string;
}

export function recordWork(dice: Dice, profile: DealershipProfile, work: Work): HistoryRow {
  const { car, service, day } = work;
  const mileage = mileageOn(car, day);
  const rotated = service.code === 'oil_change' && dice.chance(0.3) ? ['tire_rotation'] : [];
  const { parts } = customOf(service);
  return {
    id: dice.uuid(),
    vehicleId: car.id,
    appointmentId: work.appointmentId,
    serviceDate: isoOf(day),
    mileage,
    servicesPerformed: [service.code, ...rotated],
    partsReplaced: parts.filter((_, i) => dice.chance(i === 0 ? 0.8 : 0.3)),
    totalCost: work.totalCost,
    nextServiceType: profile.services.some(({ code }) => code === NEXT_SERVICE) ? NEXT_SERVICE : null,
    nextServiceDueDate: isoOf(day + NEXT_VISIT_DAYS),
    nextServiceDueMileage: Math.round((mileage + car.interval) / 100) * 100,
    technician: work.technician,
    notes: dice.chance(0.08) ? dice.pick(NOTES) : null,
    createdAt: new Date(work.doneAt),
  };
}

/** Visits without an appointment: walk-ins, and what was done before appointments were kept. Oldest first. */
export function makeOlderWork(dice: Dice, profile: DealershipProfile, car: Car, before: number): Work[] {
  if (!dice.chance(HAS_OLDER_VISITS)) return [];
  const menu = earlierServices(profile);
  const days: number[] = [];
  for (let day = before; days.length < MOST_OLDER_VISITS; ) {
    day = onWeekday(day - QUIET_DAYS - dice.between(0, 240));
    if (day < car.boughtDay + QUIET_DAYS) break;
    days.unshift(day);
  }
  return days.map((day) => {
    const service = dice.weighted(menu);
    return {
      car,
      service,
      day,
      // At midday in the Middle West.
      doneAt: Date.parse(`${isoOf(day)}T18:00:00Z`) + dice.between(-180, 180) * 60_000,
      appointmentId: null,
      totalCost: drawPrice(dice, service).toFixed(2),
      technician: dice.pick(TECHNICIANS),
    };
  });
}

/** Dollars within the menu's range; for what has no price before it is inspected, what such things come to. */
export function drawPrice(dice: Dice, { price }: Service): number {
  const { min, max } = price ?? { min: 120, max: 900 };
  return min === max ? min : Math.round((min + dice.next() * (max - min)) * 20) / 20;
}

/** The day itself, or the Friday before a weekend. */
function onWeekday(day: number): number {
  // 1970-01-01 was a Thursday.
  const weekday = (day + 3) % 7;
  return weekday > 4 ? day - (weekday - 4) : day;
}

const NOTES = [
  'Front pads at 4 mm; look again next time.',
  'Customer declined the cabin air filter.',
  'Battery tests weak; advised.',
  'Small oil seep at the valve cover, watch it.',
  'Tires at 5/32, even wear.',
  'Rock chip in the windshield noted at check-in.',
];
