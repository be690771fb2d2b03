/** Settles which vehicle the caller means: one on file, or a new one. */

import type { KnownVehicle } from './call-context.ts';
import type { Heard } from './listening.ts';
import { KINDS } from './makes.ts';
import type { Memory } from './memory.ts';
import { squash } from './vehicles.ts';

/** The vehicle on file that "the truck", "the newer one" or "the second" points to; undefined when none or several do. */
function pointedAt(
  vehicles: readonly KnownVehicle[],
  plain: string,
  isAsked: boolean,
): KnownVehicle | undefined {
  const kind = KINDS.find(([pattern]) => pattern.test(plain))?.[1];
  const ofKind = kind ? vehicles.filter(({ model }) => kind.test(squash(model))) : [];
  if (ofKind.length === 1) return ofKind[0];
  if (/\b(my|the) (car|sedan)\b/.test(plain)) {
    const cars = vehicles.filter(({ model }) => !KINDS.some(([, models]) => models.test(squash(model))));
    if (cars.length === 1) return cars[0];
  }
  if (!isAsked) return undefined;
  const byYear = [...vehicles].sort((a, b) => a.year - b.year);
  if (/\b(older|old|oldest)\b/.test(plain)) return byYear[0];
  if (/\b(newer|new|newest)\b/.test(plain)) return byYear.at(-1);
  if (/\b(first|former)\b/.test(plain)) return vehicles[0];
  if (/\b(second|latter)\b/.test(plain)) return vehicles[1];
  return /\blast\b/.test(plain) ? vehicles.at(-1) : undefined;
}

/** Returns whether the turn said anything about the vehicle. */
export function noteVehicle(memory: Memory, heard: Heard): boolean {
  const { draft, vehicles } = memory;
  if (heard.vin?.isWhole) {
    draft.vin = heard.vin.vin;
    if (memory.offers.has('decode_vin')) memory.vinToCheck = heard.vin.vin;
  }
  const said = heard.vehicle;
  if (!said) {
    const pointed = pointedAt(vehicles, heard.plain, memory.asked === 'which-vehicle');
    if (pointed) draft.vehicle = { ...pointed };
    return pointed !== undefined || heard.vin !== undefined;
  }
  const fits = vehicles.filter(
    (known) =>
      (said.make === undefined || squash(said.make) === squash(known.make)) &&
      (said.model === undefined || squash(known.model).startsWith(squash(said.model))) &&
      (said.year === undefined || said.year === known.year),
  );
  const [fit] = fits;
  if (fit && fits.length === 1) {
    draft.vehicle = { ...fit };
    return true;
  }
  if (fits.length > 1 && said.model === undefined) return true;
  const isAnother =
    draft.vehicle.id !== undefined ||
    (said.model !== undefined && draft.vehicle.model !== undefined && said.model !== draft.vehicle.model);
  const base = isAnother ? {} : draft.vehicle;
  const make = said.make ?? base.make;
  const isOtherMake = base.make !== undefined && make !== base.make;
  const model = said.model ?? (isOtherMake ? undefined : base.model);
  const year = said.year ?? base.year;
  draft.vehicle = {
    ...(year === undefined ? {} : { year }),
    ...(make === undefined ? {} : { make }),
    ...(model === undefined ? {} : { model }),
  };
  return true;
}
