/** When a service could start on one day. */
import { z } from 'zod';
import { daysToAsk } from '../../dealership/calendar.ts';
import { offerStarts } from '../../dealership/holds.ts';
import { availabilityRefused } from '../refusals.ts';
import { defineTool } from '../tool.ts';

export const getAvailableSlots = defineTool({
  name: 'get_available_slots',
  description:
    'Free start times for a service on one day, a few well spread ones. Give `near` when the caller named a time: `requested` then says whether exactly that time is free. Offer two or three, never invent one.',
  effect: 'read',
  level: 0,
  arguments: z.object({
    date: z.string().describe('YYYY-MM-DD, from the table of days'),
    service_type: z.string().describe('a code from the list of services'),
    period: z.enum(['morning', 'afternoon']).nullable(),
    near: z.string().nullable().describe('HH:MM, 24 hours'),
  }),
  async run({ date, service_type, period, near }, { db, profile, session, now, busyElsewhere }) {
    const range = daysToAsk(profile, date, now);
    const alsoBusy = range && busyElsewhere ? await busyElsewhere(range.from, range.to) : [];
    const found = await offerStarts(db, profile, {
      callSid: session.callSid,
      date,
      serviceCode: service_type,
      period,
      near,
      now,
      alsoBusy,
    });
    if (!found.ok) return availabilityRefused(found.refusal);
    const { starts, freeCount, ...rest } = found.value;
    return {
      success: true,
      data: { ...snakeCase(rest), free_count: freeCount, slots: starts },
      message:
        starts.length > 0
          ? 'These times are free now; none of them is booked yet.'
          : 'Nothing is free on that day.',
    };
  },
});

/** Names as the model sees them: nextOpenDate -> next_open_date, one level deep inside objects too. */
function snakeCase(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [
        key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        isRecord(part) ? snakeCase(part) : part,
      ]),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
