/** What the dealership does and when: services, hours, address, phone, transport. Ranges and facts, never a quote or a diagnosis. */
import { z } from 'zod';
import { dayHours, isOpenAt, nextOpenDay } from '../../dealership/hours.ts';
import { parseDate, toLocal } from '../../dealership/local-time.ts';
import { describeService, findService, type ServiceInfo } from '../../dealership/menu.ts';
import type { DealershipProfile } from '../../dealership/profile.ts';
import { sayDate, sayTime } from '../../dealership/spoken-time.ts';
import { defineTool, type ToolResult } from '../tool.ts';

const TRANSPORT = { drop_off: 'drop the car off', waiter: 'wait here', shuttle: 'take our shuttle' } as const;

export const getServiceInfo = defineTool({
  name: 'get_service_info',
  description:
    'Facts about the dealership: a service (how long, price range, whether to wait), the hours of a date, the address, the phone number, the ways to part with the car. Prices are ranges: never make one exact, never say what is wrong with a car.',
  effect: 'read',
  level: 0,
  arguments: z.object({
    topic: z.enum(['service', 'hours', 'address', 'phone', 'transport']),
    service_type: z.string().nullable().describe('for topic service: what the caller calls it, or its code'),
    date: z.string().nullable().describe('for topic hours: YYYY-MM-DD; null for the week'),
  }),
  async run({ topic, service_type, date }, { profile, now }) {
    switch (topic) {
      case 'service':
        return tellService(profile, service_type);
      case 'hours':
        return date === null ? tellWeek(profile, now) : tellDay(profile, date, now);
      case 'address': {
        const { street, city, state, zipCode, spoken } = profile.address;
        return {
          success: true,
          data: { street, city, state, zip_code: zipCode, spoken },
          message: `We are at ${spoken}.`,
        };
      }
      case 'phone':
        return {
          success: true,
          data: { main_phone: profile.mainPhone },
          message: `The main number is ${profile.mainPhone}.`,
        };
      case 'transport':
        return {
          success: true,
          data: {
            transport: profile.transport,
            waiter_max_minutes: profile.waiterMaxMinutes,
            services_to_wait_for: profile.services.filter(({ waiter }) => waiter).map(({ say }) => say),
          },
          message: `The customer can ${profile.transport.map((way) => TRANSPORT[way]).join(', or ')}. Waiting is for the services listed only.`,
        };
    }
  },
});

function tellService(profile: DealershipProfile, name: string | null): ToolResult {
  const services = profile.services.map(({ say }) => say);
  if (name === null) {
    return { success: true, data: { services }, message: 'These are our services. Name only a few.' };
  }
  const service = findService(profile, name);
  if (!service) {
    return {
      success: false,
      error: 'not_found',
      message: 'That is not on our list. Do not guess: name a service that is, or say the advisor will know.',
      data: { services },
    };
  }
  const info = describeService(service);
  return {
    success: true,
    data: {
      service_type: info.code,
      service: info.name,
      duration_minutes: info.durationMinutes,
      price_min: info.priceMin,
      price_max: info.priceMax,
      price_note: info.priceNote,
      can_wait: info.waiterOk,
      note: info.note,
    },
    message: sayPrice(info),
  };
}

function sayPrice({ name, priceMin, priceMax, priceNote }: ServiceInfo): string {
  if (priceNote === 'no charge') return `There is no charge for a ${name}.`;
  if (priceMin === null || priceMax === null) {
    return 'The price needs an inspection first: give no figure at all.';
  }
  const range =
    priceMin === priceMax ? `around ${priceMin} dollars` : `between ${priceMin} and ${priceMax} dollars`;
  return `Usually ${range}, depending on the vehicle. It is a range, not a quote: the advisor gives the price.`;
}

function tellWeek(profile: DealershipProfile, now: number): ToolResult {
  const today = toLocal(now, profile.timeZone).toPlainDate();
  const closures = profile.closures.filter(({ date }) => date >= today.toString()).slice(0, 10);
  return {
    success: true,
    data: { is_open_now: isOpenAt(profile, now), hours: profile.hours, closures },
    message: 'The usual week, and the days closed besides. For one day, ask with its date.',
  };
}

function tellDay(profile: DealershipProfile, text: string, now: number): ToolResult {
  const date = parseDate(text);
  if (!date) {
    return {
      success: false,
      error: 'invalid_args',
      message: 'date must be a day that exists, as YYYY-MM-DD.',
    };
  }
  const day = dayHours(profile, date);
  const spoken = sayDate(date);
  if (day.isOpen) {
    const [opens, closes] = [day.opensAt, day.closesAt].map((at) =>
      toLocal(at, profile.timeZone).toPlainTime(),
    );
    if (!opens || !closes) throw new Error('A day has no hours.');
    return {
      success: true,
      data: {
        date: text,
        spoken_date: spoken,
        is_open: true,
        opens: opens.toString({ smallestUnit: 'minute' }),
        closes: closes.toString({ smallestUnit: 'minute' }),
        is_open_now: isOpenAt(profile, now),
      },
      message: `On ${spoken}, we are open from ${sayTime(opens)} to ${sayTime(closes)}.`,
    };
  }
  const next = nextOpenDay(profile, date);
  return {
    success: true,
    data: {
      date: text,
      spoken_date: spoken,
      is_open: false,
      closed_reason: day.reason,
      next_open_date: next?.toString() ?? null,
    },
    message: `On ${spoken}, we are closed (${day.reason}). ${next ? `The next day we are open is ${sayDate(next)}.` : 'No open day was found in the month after.'}`,
  };
}
