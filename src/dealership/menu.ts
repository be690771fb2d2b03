/** The service menu: which service a name means, and what may be said about it. */
import { type DealershipProfile, foldName, type Service } from './profile.ts';

/** By code, spoken name or alias, in any case and punctuation; undefined when the menu has no such thing. */
export function findService(profile: DealershipProfile, name: string): Service | undefined {
  const wanted = foldName(name);
  return profile.services.find((service) =>
    [service.code, service.say, ...service.aliases].some((known) => foldName(known) === wanted),
  );
}

export interface ServiceInfo {
  code: string;
  name: string;
  durationMinutes: number;
  /** Dollars; both null when the price needs an inspection. */
  priceMin: number | null;
  priceMax: number | null;
  /** What can be said of the price without reading figures, when there is no range to read. */
  priceNote: 'no charge' | 'needs an inspection' | null;
  waiterOk: boolean;
  note: string | null;
}

export function describeService(service: Service): ServiceInfo {
  const { price } = service;
  return {
    code: service.code,
    name: service.say,
    durationMinutes: service.minutes,
    priceMin: price?.min ?? null,
    priceMax: price?.max ?? null,
    priceNote: price === null ? 'needs an inspection' : price.max === 0 ? 'no charge' : null,
    waiterOk: service.waiter,
    note: service.note ?? null,
  };
}
