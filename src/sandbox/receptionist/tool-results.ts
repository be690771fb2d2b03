/** Notes what the tools answered. */

import { z } from 'zod';
import { learnDone } from './done.ts';
import { freshDraft, type Memory } from './memory.ts';
import { sayWhen } from './saying.ts';

const envelope = z.object({
  success: z.boolean(),
  data: z.record(z.string(), z.unknown()).nullish(),
  message: z.string().catch(''),
  error: z.string().nullish().catch('internal_error'),
});

const slotsArgs = z.object({
  date: z.string(),
  service_type: z.string(),
  period: z.string().nullish().catch(null),
  near: z.string().nullish().catch(null),
});

const start = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d/)
  .transform((at) => at.slice(0, 16));

const slotsData = z.object({
  slots: z.array(z.object({ start })).catch([]),
  requested: z.object({ is_free: z.boolean() }).nullish().catch(null),
  closed_reason: z.string().nullish().catch(null),
  next_open_date: z.iso.date().nullish().catch(null),
  latest_start: z.string().nullish().catch(null),
});

const vehicle = z.object({ vehicle: z.string(), year: z.number(), make: z.string(), model: z.string() });

const customerData = z.object({
  found: z.boolean(),
  customer: z
    .object({ first_name: z.string(), vehicles: z.array(vehicle).catch([]) })
    .nullish()
    .catch(null),
});

type Answer = z.infer<typeof envelope>;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function learnSlots(memory: Memory, args: unknown, answer: Answer): void {
  const asked = slotsArgs.safeParse(args);
  if (!asked.success) return;
  const { date, service_type: service, period, near } = asked.data;
  const base = { date, service, period: period ?? null, near: near ?? null };
  const data = slotsData.safeParse(answer.data ?? {});
  if (!answer.success || !data.success) {
    memory.draft.lookups.push({ ...base, starts: [], error: answer.error ?? 'internal_error' });
    return;
  }
  const { slots, requested, closed_reason, next_open_date, latest_start } = data.data;
  const latest = latest_start?.slice(-5);
  memory.draft.lookups.push({
    ...base,
    starts: slots.map((slot) => slot.start).sort(),
    ...(requested ? { isRequestedFree: requested.is_free } : {}),
    ...(closed_reason ? { closedReason: closed_reason } : {}),
    ...(next_open_date ? { nextOpenDate: next_open_date } : {}),
    ...(latest && /^\d\d:\d\d$/.test(latest) ? { latestStart: latest } : {}),
  });
}

function learnBooking(memory: Memory, args: unknown, answer: Answer): void {
  const at = z.object({ scheduled_at: start }).safeParse(args);
  if (answer.success) {
    memory.booked.push(at.success ? sayWhen(at.data.scheduled_at) : '');
    memory.turn.hasBooked = true;
    memory.hasVisit = true;
    memory.visitToText = null;
    memory.draft = freshDraft();
    memory.bookFailures = 0;
    return;
  }
  memory.bookFailures += 1;
  if (
    at.success &&
    (answer.error === 'slot_unavailable' || answer.error === 'outside_hours' || answer.error === 'in_past')
  ) {
    memory.taken.push(at.data.scheduled_at);
    memory.draft.lookups = [];
    memory.bookFailures = 0;
  }
}

/** What transfer_to_human answers when nobody is there. */
const NOT_REACHED = ['closed', 'unavailable', 'no_answer'] as const;

/** Takes in the answer to one tool call. What cannot be read counts as a failure of that tool. */
export function learn(memory: Memory, tool: string, argsText: string, content: string): void {
  const parsed = envelope.safeParse(parseJson(content));
  const answer: Answer = parsed.success
    ? parsed.data
    : { success: false, message: '', error: 'internal_error' };
  const args = parseJson(argsText);
  if (!answer.success) {
    memory.turn.failed = { tool, error: answer.error ?? 'internal_error', message: answer.message };
    if (tool !== 'get_available_slots' && tool !== 'lookup_customer') delete memory.draft.consent;
  }
  learnDone(memory, tool, {
    args,
    isSuccess: answer.success,
    data: answer.data ?? {},
    error: answer.error ?? (answer.success ? '' : 'internal_error'),
  });
  if (tool === 'get_available_slots') learnSlots(memory, args, answer);
  else if (tool === 'book_appointment') learnBooking(memory, args, answer);
  else if (tool === 'create_customer') {
    if (answer.success) memory.isCreated = true;
    else if (answer.error === 'number_on_file') delete memory.phone;
  } else if (tool === 'create_vehicle' && answer.success) {
    const id = z.string().safeParse(answer.data?.['vehicle']);
    const { year, make, model } = memory.draft.vehicle;
    if (id.success) {
      memory.draft.vehicle.id = id.data;
      if (year && make && model) memory.vehicles.push({ id: id.data, year, make, model });
    }
  } else if (tool === 'transfer_to_human') {
    memory.turn.isTransferred =
      answer.success && !NOT_REACHED.some((status) => answer.data?.['status'] === status);
    memory.turn.isTransferRefused = !memory.turn.isTransferred;
  } else if (tool === 'lookup_customer' && answer.success) {
    const found = customerData.safeParse(answer.data);
    if (!found.success || !found.data.customer) return;
    memory.isKnown = true;
    memory.firstName = found.data.customer.first_name;
    memory.vehicles = found.data.customer.vehicles.map(({ vehicle: id, year, make, model }) => ({
      id,
      year,
      make,
      model,
    }));
  }
}
