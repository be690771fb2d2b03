/** The dealership as one validated file: who it is, when it is open, what it does, and how it books. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { parseDate, parseTime } from './local-time.ts';

const DEMO_FILE = new URL('./demo-dealership.json', import.meta.url);

/** The database allows an appointment of 5 to 600 minutes, in bay 1 to 100. */
const durationMinutes = z.int().min(5).max(600);
const words = z.string().trim().min(1).max(200);
const localDate = z
  .string()
  .refine((text) => parseDate(text) !== undefined, 'must be a date that exists, as YYYY-MM-DD');
const localTime = z
  .string()
  .refine((text) => parseTime(text) !== undefined, 'must be a time from 00:00 to 23:59, as HH:MM');

const openHours = z
  .strictObject({
    open: localTime,
    close: localTime,
    /** Nothing starts in it and nothing runs through it. */
    lunch: z.strictObject({ from: localTime, to: localTime }).optional(),
  })
  // Four digits and a colon sort as the times do.
  .refine(({ open, close }) => open < close, 'must open before it closes')
  .refine(
    ({ open, close, lunch }) =>
      lunch === undefined || (open < lunch.from && lunch.from < lunch.to && lunch.to < close),
    'must have its lunch break inside its hours',
  );
const dayHours = z.union([z.literal('closed'), openHours], {
  error:
    'must be "closed" or { "open": "HH:MM", "close": "HH:MM" } that opens before it closes, and any "lunch": { "from": "HH:MM", "to": "HH:MM" } between the two',
});

const service = z
  .strictObject({
    /** Never spoken. */
    code: z.string().regex(/^[a-z][a-z0-9_]*$/, 'must be lower case letters, digits and underscores'),
    /** What the agent says. */
    say: words,
    /** What else callers say. */
    aliases: z.array(words).default([]),
    minutes: durationMinutes,
    /** Whole dollars, from and to; null when it needs an inspection; 0 to 0 when there is no charge. */
    price: z
      .strictObject({ min: z.number().min(0), max: z.number().min(0) })
      .refine(({ min, max }) => min <= max, 'the lowest price must not exceed the highest')
      .nullable(),
    /** Whether the customer may wait for it. */
    waiter: z.boolean(),
    category: z.enum(['maintenance', 'repair', 'diagnosis', 'recall', 'other']),
    /** What the agent should know when asked about it. */
    note: words.optional(),
  })
  .readonly();

const profileSchema = z
  .strictObject({
    name: words,
    address: z.strictObject({
      street: words,
      city: words,
      state: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters'),
      zipCode: z.string().regex(/^\d{5}(-\d{4})?$/, 'must be a ZIP code'),
      /** The address as the agent says it. */
      spoken: words,
    }),
    mainPhone: z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, as +12175550100'),
    timeZone: z.string().refine(isTimeZone, 'must be an IANA time zone, as America/Chicago'),
    hours: z.strictObject({
      monday: dayHours,
      tuesday: dayHours,
      wednesday: dayHours,
      thursday: dayHours,
      friday: dayHours,
      saturday: dayHours,
      sunday: dayHours,
    }),
    /** Days closed besides the weekly ones, with the reason that the agent gives. */
    closures: z.array(z.strictObject({ date: localDate, reason: words })).default([]),
    bays: z.int().min(1).max(100),
    /** Appointments start on multiples of this after opening. */
    slotMinutes: z.int().min(5).max(240),
    /** The earliest bookable start is this long after now. */
    leadTimeMinutes: z.int().min(0).max(10_080),
    /** The last bookable day is this many days after today. */
    bookingHorizonDays: z.int().min(1).max(366),
    /** A customer may wait for a service no longer than this. */
    waiterMaxMinutes: z.int().min(0).max(600),
    maxOpenAppointmentsPerVehicle: z.int().min(1),
    maxAppointmentsPerVehiclePerDay: z.int().min(1),
    /** Share of a day's bay time, in percent, that is not booked by phone. */
    walkInReservePct: z.number().min(0).max(90),
    /** Cars that the advisors can take in within one slot; null when that is no limit. */
    writeUpsPerSlot: z.int().min(1).max(100).nullable().default(null),
    /** Ways to part with the car. The database knows these three. */
    transport: z.array(z.enum(['drop_off', 'waiter', 'shuttle'])).min(1),
    services: z.array(service).min(1),
    /** Advisors' names, for the recogniser and for "ask for". */
    advisors: z.array(words).default([]),
    /** Departments a call may be handed to; their numbers are set elsewhere. */
    transferTargets: z.array(z.string().regex(/^[a-z][a-z_]*$/)).default([]),
  })
  .superRefine((profile, context) => {
    const report = (path: PropertyKey[], message: string) =>
      context.addIssue({ code: 'custom', path, message });
    const stretches = Object.values(profile.hours).flatMap((day) => {
      if (day === 'closed') return [0];
      if (day.lunch === undefined) return [minutesBetween(day.open, day.close)];
      return [minutesBetween(day.open, day.lunch.from), minutesBetween(day.lunch.to, day.close)];
    });
    const longestDay = Math.max(...stretches);
    if (longestDay === 0) report(['hours'], 'must be open on at least one day');

    const names = new Map<string, string>();
    profile.services.forEach((item, index) => {
      if (longestDay > 0 && item.minutes > longestDay) {
        report(
          ['services', index, 'minutes'],
          `is longer than the longest day, or half of it when lunch parts it (${longestDay} minutes)`,
        );
      }
      if (item.waiter && item.minutes > profile.waiterMaxMinutes) {
        report(
          ['services', index, 'waiter'],
          `cannot be true: it takes longer than waiterMaxMinutes (${profile.waiterMaxMinutes})`,
        );
      }
      for (const name of new Set([item.code, item.say, ...item.aliases].map(foldName))) {
        const other = names.get(name);
        if (other !== undefined) report(['services', index], `"${name}" already names ${other}`);
        names.set(name, item.code);
      }
    });
    const closedDays = new Set<string>();
    profile.closures.forEach(({ date }, index) => {
      if (closedDays.has(date)) report(['closures', index, 'date'], `${date} is listed twice`);
      closedDays.add(date);
    });
  });

export type DealershipProfile = z.infer<typeof profileSchema>;
export type Service = DealershipProfile['services'][number];
export type Transport = DealershipProfile['transport'][number];

/** How service names are compared: `Tire-Rotation`, `tire_rotation` and `tire rotation` are one. */
export function foldName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

function isTimeZone(name: string): boolean {
  // A bare offset such as -06:00 is accepted by Temporal, but would be wrong for half the year.
  if (/^[+-]/.test(name)) return false;
  try {
    return Temporal.Now.zonedDateTimeISO(name).timeZoneId !== '';
  } catch {
    return false;
  }
}

function minutesBetween(open: string, close: string): number {
  return Temporal.PlainTime.from(open).until(Temporal.PlainTime.from(close)).total('minutes');
}

/** `json` is the parsed file. Throws one Error that names every mistake. */
export function parseProfile(json: unknown): DealershipProfile {
  const parsed = profileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Error(`The dealership profile has mistakes:\n${z.prettifyError(parsed.error)}`);
}

/** Reads the file; without a path, the demonstration dealership. Throws an Error that names the file and every mistake. */
export async function loadProfile(path: string | undefined): Promise<DealershipProfile> {
  const file = path ?? DEMO_FILE;
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    return parseProfile(json);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot use the dealership file ${path ?? DEMO_FILE.pathname}: ${reason}`, {
      cause: error,
    });
  }
}
