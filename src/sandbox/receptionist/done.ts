/** Notes what came of the tools that change or look up something besides a booking. */

import { z } from 'zod';
import { chosenVisit, type Visit } from './errands.ts';
import { noteVisits } from './hearing-errand.ts';
import { MOST_TRIES, proofKey } from './identity.ts';
import { factKey, freshDraft, type Memory } from './memory.ts';
import { sayTime, sayWhen } from './saying.ts';

/** One answer of a tool, as far as it could be read. */
export interface Done {
  args: unknown;
  isSuccess: boolean;
  data: Record<string, unknown>;
  error: string;
}

const start = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d/)
  .transform((at) => at.slice(0, 16));

const verified = z.object({
  status: z.string(),
  attempts_left: z.number().nullish().catch(null),
  first_name: z.string().nullish().catch(null),
  vehicles: z
    .array(z.object({ vehicle: z.string(), year: z.number(), make: z.string(), model: z.string() }))
    .nullish()
    .catch(null),
});

function learnProof(memory: Memory, { data, error }: Done): void {
  const { identity, turn } = memory;
  const answer = verified.safeParse(data);
  const status = answer.success ? answer.data.status : error === 'limit_reached' ? 'locked' : error;
  if (status === 'unavailable' || status === 'internal_error') return;
  // What could not be read was not counted.
  const isCounted = status !== 'invalid_args';
  if (identity.proof && isCounted) identity.tried.push(proofKey(identity));
  delete identity.proof;
  delete identity.street;
  delete turn.failed;
  if (status === 'verified' && answer.success) {
    const { first_name, vehicles } = answer.data;
    identity.isVerified = true;
    memory.isKnown = true;
    memory.levelRefusals = {};
    if (first_name && memory.firstName === undefined) {
      memory.firstName = first_name;
      memory.isGreeted = true;
    }
    if (vehicles) memory.vehicles = vehicles.map(({ vehicle: id, ...rest }) => ({ id, ...rest }));
    return;
  }
  turn.isProofRefused = true;
  const isOver = answer.success && answer.data.attempts_left === 0;
  identity.isLocked = status === 'locked' || isOver || identity.tried.length >= MOST_TRIES;
  if (!memory.isKnown && !identity.isLocked) delete identity.phoneOnFile;
}

const visits = z.object({
  appointments: z.array(
    z.object({
      appointment: z.string(),
      scheduled_at: start,
      service_type: z.string(),
      service: z.string().nullish().catch(null),
      vehicle_description: z.string().nullish().catch(null),
    }),
  ),
});

function learnVisits(memory: Memory, { isSuccess, data }: Done): void {
  const { errand, context } = memory;
  if (!errand) return;
  const found = visits.safeParse(data);
  if (!isSuccess || !found.success) {
    errand.failures += 1;
    return;
  }
  errand.failures = 0;
  const list = found.data.appointments.map((one): Visit => {
    const known = context.services.find(({ code }) => code === one.service_type);
    return {
      id: one.appointment,
      start: one.scheduled_at,
      serviceCode: one.service_type,
      service: one.service ?? known?.name ?? 'visit',
      vehicle: one.vehicle_description?.replace(/^\d{4} /, '') ?? '',
    };
  });
  noteVisits(
    memory,
    errand,
    list.sort((a, b) => a.start.localeCompare(b.start)),
  );
}

function finish(memory: Memory, news: string): void {
  memory.turn.news.push(news);
  delete memory.errand;
  memory.draft = freshDraft();
}

/** What was asked for of the visit: done, or not. */
function learnChange(memory: Memory, tool: string, { isSuccess, error, args }: Done): void {
  const { errand } = memory;
  const visit = errand && chosenVisit(errand);
  if (!errand || !visit) return;
  const to = z.object({ new_datetime: start }).safeParse(args);
  delete memory.draft.consent;
  if (isSuccess) {
    if (tool === 'reschedule_appointment' && to.success) {
      memory.hasVisit = true;
      memory.visitToText = visit.id;
      finish(memory, `Your ${visit.service} is moved to ${sayWhen(to.data.new_datetime)}.`);
    } else if (tool === 'cancel_appointment') {
      finish(memory, `Your ${visit.service} on ${sayWhen(visit.start)} is cancelled.`);
    } else {
      memory.hasVisit = true;
      memory.visitToText = visit.id;
      finish(memory, `Your ${visit.service} on ${sayWhen(visit.start)} is confirmed.`);
    }
    return;
  }
  const isGone = error === 'slot_unavailable' || error === 'outside_hours' || error === 'in_past';
  if (tool === 'reschedule_appointment' && isGone && to.success) {
    memory.taken.push(to.data.new_datetime);
    memory.draft.lookups = [];
  } else errand.failures += 1;
}

const day = z.object({
  is_open: z.boolean(),
  spoken_date: z.string(),
  opens: z.string().nullish().catch(null),
  closes: z.string().nullish().catch(null),
  closed_reason: z.string().nullish().catch(null),
});
const ways = z.object({ transport: z.array(z.string()) });
const WAYS: Readonly<Record<string, string>> = {
  drop_off: 'drop the car off',
  waiter: 'wait here for the shorter jobs',
  shuttle: 'take our shuttle',
};

function learnFact(memory: Memory, { args, data }: Done): void {
  const asked = z.object({ topic: z.string(), date: z.string().nullable() }).safeParse(args);
  if (!asked.success) return;
  const { topic, date } = asked.data;
  const hours = day.safeParse(data);
  const transport = ways.safeParse(data);
  let fact = '';
  if (hours.success) {
    const { is_open, spoken_date, opens, closes, closed_reason } = hours.data;
    const open =
      opens && closes ? ` from ${sayTime(opens.slice(0, 5))} to ${sayTime(closes.slice(0, 5))}` : '';
    fact = is_open
      ? `On ${spoken_date}, we're open${open}.`
      : `We're closed on ${spoken_date}${closed_reason && closed_reason !== 'closed' ? `, for ${closed_reason}` : ''}.`;
  } else if (transport.success) {
    const said = transport.data.transport.flatMap((way) => WAYS[way] ?? []);
    fact = said.length === 0 ? '' : `You can ${said.join(', or ')}.`;
  }
  memory.facts[factKey(topic, date)] = fact;
}

const decoded = z.object({
  valid_check_digit: z.boolean(),
  make: z.string().nullish().catch(null),
  year: z.number().nullish().catch(null),
  model: z.string().nullish().catch(null),
  suggestion: z.string().nullish().catch(null),
});

function learnVin(memory: Memory, { data }: Done): void {
  const answer = decoded.safeParse(data);
  const { draft, turn } = memory;
  delete memory.vinToCheck;
  if (!answer.success) return;
  const { valid_check_digit, make, year, model, suggestion } = answer.data;
  if (valid_check_digit) {
    const known = draft.vehicle;
    if (known.id !== undefined) return;
    draft.vehicle = {
      ...(year ? { year } : {}),
      ...(make ? { make } : {}),
      ...(model ? { model } : {}),
      ...known,
    };
    return;
  }
  delete draft.vin;
  memory.vinMisses += 1;
  if (memory.vinMisses > 1) turn.news.push("That VIN doesn't check out either, so I'll leave it out.");
  else if (suggestion) memory.vinSuggested = suggestion;
  else turn.news.push("That VIN doesn't check out. You may read it once more, or we go on without it.");
}

function learnPreferences(memory: Memory, { args, isSuccess, error }: Done): void {
  const wants = z.object({ receive_reminders: z.boolean() }).safeParse(args);
  const isOn = wants.success && wants.data.receive_reminders;
  if (isSuccess) {
    memory.turn.news.push(
      isOn ? 'Done, reminders are on again.' : "Done, we won't call or text you with reminders any more.",
    );
    delete memory.turn.wish;
    if (memory.errand?.kind === 'reminders') delete memory.errand;
  } else if (memory.errand?.kind === 'reminders') {
    memory.errand.failures += 1;
    if (error === 'verification_required') memory.identity.isVerified = false;
  }
}

function learnNote(memory: Memory, { isSuccess }: Done): void {
  if (isSuccess) {
    memory.turn.news.push("I've noted it, and an advisor will call you back.");
    delete memory.callBack;
  } else if (memory.callBack) memory.callBack.hasFailed = true;
}

function learnText(memory: Memory, { isSuccess }: Done): void {
  if (!isSuccess) return;
  memory.turn.news.push('The text is on its way to the number on file.');
  delete memory.turn.wish;
}

const LEARNERS: Readonly<Record<string, (memory: Memory, done: Done) => void>> = {
  verify_customer: learnProof,
  get_upcoming_appointments: learnVisits,
  reschedule_appointment: (memory, done) => learnChange(memory, 'reschedule_appointment', done),
  cancel_appointment: (memory, done) => learnChange(memory, 'cancel_appointment', done),
  confirm_appointment: (memory, done) => learnChange(memory, 'confirm_appointment', done),
  get_service_info: learnFact,
  decode_vin: learnVin,
  update_contact_preferences: learnPreferences,
  create_follow_up_note: learnNote,
  send_sms_confirmation: learnText,
};

/** Takes in the answer of a tool that is no part of booking; of others only that proof was wanting. */
export function learnDone(memory: Memory, tool: string, done: Done): void {
  if (!done.isSuccess && done.error === 'verification_required')
    memory.levelRefusals[tool] = (memory.levelRefusals[tool] ?? 0) + 1;
  LEARNERS[tool]?.(memory, done);
}
