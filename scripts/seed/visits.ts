/** The appointments: which car comes when, for what, and how it ended, so that no bay and no customer is double-booked. */
import type { Service } from '../../src/dealership/profile.ts';
import { openBayBook, type Place } from './bays.ts';
import type { Car } from './cars.ts';
import type { Dice } from './dice.ts';
import { bookedServices } from './services.ts';
import type { OpenDay, Shop } from './shop.ts';

type Kind = 'past' | 'coming' | 'cancelled';

export interface Visit {
  kind: Kind;
  car: Car;
  service: Service;
  place: Place;
  /** Epoch milliseconds. */
  startsAt: number;
  endsAt: number;
}

/** Of all appointments; the rest are past. */
const SHARES = { coming: 0.15, cancelled: 0.15 };
/** Of the cancelled ones, how many would have been in the past. */
const CANCELLED_IN_PAST = 0.8;
/** Bookings leave this share of a day's bay time free, so that there is something to offer a caller. */
const FULLEST_DAY = 0.88;
/** Days over which the number of bookings falls to about a third: back in time as the shop grew, ahead as few plan so far. */
const PAST_FADE_DAYS = 380;
const COMING_FADE_DAYS = 110;
/** A car does not come twice within this many days, and not so soon after it was bought. */
const DAYS_BETWEEN_VISITS = 45;
const DAYS_AFTER_PURCHASE = 14;
/** Above 1: some customers come much more often than others. */
const LOYALTY = 1.6;

/** Oldest first. Fewer are `coming` than their share when the bays are full to the horizon; those are past instead. */
export function makeVisits(dice: Dice, shop: Shop, cars: readonly Car[], count: number): Visit[] {
  const book = openBayBook(shop.profile.bays, dice);
  const menu = bookedServices(shop.profile);
  const regulars = dice.shuffle([...cars]);
  const diary = openDiary();
  const visits: Visit[] = [];
  const pickComing = createDayPicker(dice, shop.coming, ({ day }) => (day - shop.today) / COMING_FADE_DAYS);
  const pickPast = createDayPicker(dice, shop.past, ({ day }) => (shop.today - day) / PAST_FADE_DAYS);
  const slotsOf = (service: Service) => Math.ceil(service.minutes / shop.profile.slotMinutes);

  function findRoom(pickDay: () => OpenDay, service: Service): Place | undefined {
    for (let i = 0; i < 60; i++) {
      const openDay = pickDay();
      const place = book.load(openDay) < FULLEST_DAY ? book.take(openDay, slotsOf(service)) : null;
      if (place) return place;
    }
    return undefined;
  }

  function add(kind: Kind, service: Service, place: Place): boolean {
    const { openDay, slot } = place;
    const car = findCar(dice, regulars, diary, openDay.day);
    if (car === undefined) return false;
    diary.write(car, openDay.day);
    const startsAt = openDay.opensAt + slot * shop.slotMs;
    visits.push({ kind, car, service, place, startsAt, endsAt: startsAt + service.minutes * 60_000 });
    return true;
  }

  function addBooked(kind: Kind, service: Service, pickDay: () => OpenDay): boolean {
    const place = findRoom(pickDay, service);
    if (place === undefined) return false;
    if (add(kind, service, place)) return true;
    book.free(place, slotsOf(service));
    return false;
  }

  /** It holds no bay, so it may lie over another. */
  function addCancelled(): boolean {
    const openDay = dice.chance(CANCELLED_IN_PAST) ? pickPast() : pickComing();
    const service = dice.weighted(menu);
    const last = openDay.to - slotsOf(service);
    if (last < openDay.from) return false;
    const bay = dice.between(1, shop.profile.bays);
    return add('cancelled', service, { openDay, slot: dice.between(openDay.from, last), bay });
  }

  const wanted = Array.from({ length: Math.round(count * SHARES.coming) }, () => dice.weighted(menu));
  for (const service of whatFits(wanted, slotsOf, roomAhead(shop))) addBooked('coming', service, pickComing);
  const cancelled = Math.round(count * SHARES.cancelled);
  repeat(count - cancelled - visits.length, () => addBooked('past', dice.weighted(menu), pickPast));
  repeat(cancelled, addCancelled);
  return visits.sort((a, b) => a.startsAt - b.startsAt || a.place.bay - b.place.bay);
}

/** Slots that may be booked from now to the horizon, over all bays. */
function roomAhead({ coming, profile }: Shop): number {
  return coming.reduce((sum, { from, to }) => sum + to - from, 0) * profile.bays * FULLEST_DAY;
}

/** As many of the jobs as there are slots for; long ones first, while there is still room for them in one piece. */
function whatFits(jobs: readonly Service[], slotsOf: (job: Service) => number, slots: number): Service[] {
  let left = slots;
  const fitting: Service[] = [];
  for (const job of jobs) {
    left -= slotsOf(job);
    if (left < 0) break;
    fitting.push(job);
  }
  return fitting.sort((a, b) => b.minutes - a.minutes);
}

/** Until `attempt` has succeeded so many times. Throws when it hardly ever does: the shop is too small for the count. */
function repeat(times: number, attempt: () => boolean): void {
  let left = times;
  for (let tries = times * 20 + 1_000; left > 0; tries--) {
    if (tries === 0)
      throw new Error(`no room for ${left} of ${times} appointments in this shop's hours and bays`);
    if (attempt()) left--;
  }
}

/** Draws days with a weight of e to the minus `fade`. */
function createDayPicker(
  dice: Dice,
  days: readonly OpenDay[],
  fade: (openDay: OpenDay) => number,
): () => OpenDay {
  let total = 0;
  const sums = days.map((openDay) => {
    total += Math.exp(-fade(openDay));
    return total;
  });
  return () => {
    const drawn = dice.next() * total;
    let [low, high] = [0, days.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) > drawn) high = middle;
      else low = middle + 1;
    }
    const found = days[low];
    if (found === undefined) throw new Error('the shop has no open day in reach');
    return found;
  };
}

/** A car that its owner has by then and that is not expected around that day; undefined after many tries. */
function findCar(
  dice: Dice,
  regulars: readonly Car[],
  diary: ReturnType<typeof openDiary>,
  day: number,
): Car | undefined {
  for (let i = 0; i < 200; i++) {
    const car = regulars[Math.floor(regulars.length * dice.next() ** LOYALTY)];
    if (car && car.boughtDay + DAYS_AFTER_PURCHASE <= day && diary.isFree(car, day)) return car;
  }
  return undefined;
}

/** Who comes on which days: a car with a distance between its visits, a customer at most once a day. */
function openDiary() {
  const daysOf = new Map<string, number[]>();
  const known = (id: string) => daysOf.get(id) ?? [];
  return {
    isFree: (car: Car, day: number) =>
      !known(car.owner.id).includes(day) &&
      known(car.id).every((other) => Math.abs(other - day) >= DAYS_BETWEEN_VISITS),
    write(car: Car, day: number) {
      for (const id of [car.id, car.owner.id]) daysOf.set(id, [...known(id), day]);
    },
  };
}
