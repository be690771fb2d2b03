/** A practice call with the receptionist: canned dealership facts, tools that answer from them, and a record of it all. */

import type { ChatMessage, ChatRequest } from '../../../src/sandbox/openai/chat.ts';
import { answer } from '../../../src/sandbox/receptionist/receptionist.ts';
import { type CustomerFile, LISA_FILE, openFile } from './practice-file.ts';

const DAYS = `Thursday 2026-05-21 open 08:00-18:00
Friday 2026-05-22 open 08:00-18:00
Saturday 2026-05-23 open 09:00-15:00
Sunday 2026-05-24 closed
Monday 2026-05-25 closed (Memorial Day)
Tuesday 2026-05-26 open 08:00-18:00
Wednesday 2026-05-27 open 08:00-18:00
Thursday 2026-05-28 open 08:00-18:00
Friday 2026-05-29 open 08:00-18:00
Saturday 2026-05-30 open 09:00-15:00
Sunday 2026-05-31 closed
Monday 2026-06-01 open 08:00-18:00
Tuesday 2026-06-02 open 08:00-18:00
Wednesday 2026-06-03 open 08:00-18:00`;

const MINUTES: Readonly<Record<string, number>> = {
  oil_change: 30,
  tire_rotation: 30,
  brake_inspection: 30,
  brake_service: 90,
  inspection: 60,
  engine_diagnostics: 90,
  general_maintenance: 90,
  recall: 120,
  repair: 120,
  other: 60,
};

function callContext(caller: string, now: string, isVerified: boolean): string {
  return `CALL CONTEXT
Dealership: Otto's Auto, 123 Main Street, Springfield, IL 62701
Main phone: +12175550100
Now: Thursday ${now} (America/Chicago)
Days:
${DAYS}
Services:
oil_change | oil change | 30 min | $40-$80 | can wait
tire_rotation | tire rotation | 30 min | $25-$50 | can wait
brake_inspection | brake inspection | 30 min | $40-$80 | can wait
brake_service | brake service | 90 min | $200-$600
inspection | vehicle inspection | 60 min | $50-$100 | can wait
engine_diagnostics | diagnostic check | 90 min | $100-$300
general_maintenance | scheduled maintenance | 90 min | $80-$250
recall | recall repair | 120 min | no charge
repair | repair | 120 min | price after inspection
other | something else | 60 min | price after inspection
${caller}
Identity: ${isVerified ? 'verified' : 'not verified'}`;
}

const NEW_CALLER = 'Caller number: new +12175550190';
export const WITHHELD = 'Caller number: withheld';
export const onFile = (name: string, vehicles: string) =>
  `Caller number: on file\nCustomer first name: ${name}\nVehicles: ${vehicles}`;

export const BOOKING_TOOLS = [
  'lookup_customer',
  'create_customer',
  'create_vehicle',
  'get_available_slots',
  'book_appointment',
  'end_call',
];

/** All that an inbound call offers. */
export const INBOUND_TOOLS = [
  ...BOOKING_TOOLS,
  'verify_customer',
  'get_upcoming_appointments',
  'reschedule_appointment',
  'confirm_appointment',
  'cancel_appointment',
  'get_service_info',
  'decode_vin',
  'create_follow_up_note',
  'update_contact_preferences',
  'send_sms_confirmation',
  'transfer_to_human',
];

interface Refusal {
  tool: string;
  /** A part of the arguments that the call must have. */
  when?: Record<string, unknown>;
  error: string;
  times: number;
}

export interface CallOptions {
  caller?: string;
  /** Free starts (HH:MM) by date; other days are free from opening to closing. */
  openSlots?: Record<string, string[]>;
  refusals?: Refusal[];
  tools?: string[];
  isDeskClosed?: boolean;
  /** YYYY-MM-DD HH:MM on Thursday, 21 May. */
  now?: string;
  /** The customer on file, for whom verify_customer and the rest answer. */
  file?: CustomerFile;
}

interface ToolRun {
  name: string;
  args: Record<string, unknown>;
  isDone: boolean;
  error?: string;
}

const clock = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** At most six free starts: those nearest to `near`, else spread over the day, as the agent's tool answers. */
function findSlots(args: Record<string, unknown>, open: CallOptions['openSlots'] = {}) {
  const date = String(args['date']);
  const day = DAYS.split('\n').find((line) => line.includes(date)) ?? '';
  const hours = /open (\d\d:\d\d)-(\d\d:\d\d)/.exec(day);
  if (!hours?.[1] || !hours[2]) return { date, slots: [], free_count: 0, closed_reason: 'closed' };
  const first = minutesOf(hours[1]);
  const last = minutesOf(hours[2]) - (MINUTES[String(args['service_type'])] ?? 30);
  const all: string[] = [];
  for (let at = first; at <= last; at += 30) all.push(clock(at));
  const free = open[date] ?? (date === '2026-05-21' ? all.filter((time) => time >= '11:00') : all);
  const inPeriod = free.filter((time) =>
    args['period'] === 'morning' ? time < '12:00' : args['period'] === 'afternoon' ? time >= '12:00' : true,
  );
  const near = typeof args['near'] === 'string' ? args['near'] : undefined;
  const sorted = near
    ? [...inPeriod].sort(
        (a, b) => Math.abs(minutesOf(a) - minutesOf(near)) - Math.abs(minutesOf(b) - minutesOf(near)),
      )
    : inPeriod.filter((_, i) => i % Math.max(1, Math.ceil(inPeriod.length / 6)) === 0);
  return {
    date,
    day_of_week: day.split(' ')[0],
    slots: sorted.slice(0, 6).map((time) => ({ start: `${date}T${time}`, spoken: time })),
    free_count: inPeriod.length,
    ...(near === undefined ? {} : { requested: { start: `${date}T${near}`, is_free: free.includes(near) } }),
    latest_start: clock(last),
  };
}

/** Holds the call: `say` passes one turn of the caller and returns what the receptionist said to it. */
export function startCall(options: CallOptions = {}) {
  const { caller = NEW_CALLER, tools = BOOKING_TOOLS, now = '2026-05-21 10:00' } = options;
  const file = openFile(options.file ?? LISA_FILE, caller.includes('on file'));
  const refusals = (options.refusals ?? []).map((refusal) => ({ ...refusal }));
  const runs: ToolRun[] = [];
  const spoken: string[] = [];
  const messages: ChatMessage[] = [
    { role: 'system', content: 'You answer the phone of a service department.' },
    { role: 'system', content: callContext(caller, now, false) },
    {
      role: 'assistant',
      content: "Thanks for calling Otto's Auto, this is the virtual assistant. How can I help?",
    },
  ];
  const request = (): ChatRequest => ({
    model: 'rules',
    messages: messages.map((message, i) =>
      i === 1 ? { ...message, content: callContext(caller, now, file.isVerified()) } : message,
    ),
    tools: tools.map((name) => ({ name, description: '', parameters: {} })),
    toolChoice: 'auto',
  });

  function run(name: string, args: Record<string, unknown>): object {
    const refusal = refusals.find(
      ({ tool, when = {}, times }) =>
        tool === name && times > 0 && Object.entries(when).every(([key, value]) => args[key] === value),
    );
    if (refusal) {
      refusal.times -= 1;
      return { success: false, message: 'refused', error: refusal.error };
    }
    const answered = file.run(name, args);
    if (answered) return answered;
    const data =
      name === 'get_available_slots'
        ? findSlots(args, options.openSlots)
        : name === 'create_vehicle'
          ? { vehicle: 'V9' }
          : name === 'transfer_to_human'
            ? { status: options.isDeskClosed === true ? 'closed' : 'bridging' }
            : { status: 'done' };
    return { success: true, data, message: '' };
  }

  function say(words: string): string {
    messages.push({ role: 'user', content: words });
    const said: string[] = [];
    for (let rounds = 0; rounds < 12; rounds += 1) {
      const { text, toolCalls } = answer(request());
      if (text !== '') said.push(text);
      if (toolCalls.length === 0) {
        messages.push({ role: 'assistant', content: text });
        break;
      }
      const ids = toolCalls.map((made, i) => ({
        id: `call_${messages.length}_${i}`,
        name: made.name,
        arguments: JSON.stringify(made.arguments),
      }));
      messages.push({ role: 'assistant', content: text, toolCalls: ids });
      for (const [i, made] of toolCalls.entries()) {
        const result = run(made.name, made.arguments);
        runs.push({
          name: made.name,
          args: made.arguments,
          isDone: 'success' in result && result.success === true,
          ...('error' in result && typeof result.error === 'string' ? { error: result.error } : {}),
        });
        messages.push({ role: 'tool', content: JSON.stringify(result), toolCallId: ids[i]?.id ?? '' });
      }
      const isOver = toolCalls.some(
        ({ name }) =>
          name === 'end_call' ||
          (name === 'transfer_to_human' && messages.at(-1)?.content.includes('bridging')),
      );
      if (isOver) break;
    }
    spoken.push(said.join(' '));
    return said.join(' ');
  }

  return { say, runs, spoken, messages, request, file };
}
