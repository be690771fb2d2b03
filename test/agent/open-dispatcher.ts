/** A call's dispatcher on a real database, for a caller of the demo world, an unknown one, or one who withholds the number. */
import { createDispatcher, type Dispatched, type Dispatcher } from '../../src/agent/dispatcher.ts';
import { type CallSession, openSession } from '../../src/agent/session.ts';
import type { Tool } from '../../src/agent/tool.ts';
import { ALL_TOOLS } from '../../src/agent/tools/all.ts';
import type { Db } from '../../src/db/connect.ts';
import { openCall } from '../../src/dealership/call-log.ts';
import { findCustomerByPhone } from '../../src/dealership/customers.ts';
import { type DealershipProfile, loadProfile } from '../../src/dealership/profile.ts';
import { createVinDecoder } from '../../src/dealership/vin-decoder.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';
import { toolCall } from '../support/scripted-model.ts';

export const demo = await loadProfile(undefined);
/** The demo world's Thursday morning, ten o'clock. */
export const NOW = Date.parse('2026-05-21T10:00:00-05:00');
/** Nobody's number in the demo world. */
export const STRANGER = '+12175550190';
/** Sarah Mitchell: one Honda Accord, and an oil change tomorrow at nine. */
export const SARAH = '+12175550101';
/** Robert Johnson: a Honda CR-V and a Ford F-150, nothing booked. */
export const ROBERT = '+12175550102';

/** Timers shorter than this only space an answer out; nothing in a test waits for them. */
const BRIEF_MS = 1_000;

/** A clock that stands still until it is told to move, but for brief timers; the business clock stands at NOW. */
interface StandingClock extends Clock {
  pass(ms: number): void;
}

function createStandingClock(): StandingClock {
  let elapsed = 0;
  let timers: { at: number; run: () => void }[] = [];
  return {
    now: () => NOW + elapsed,
    elapsed: () => elapsed,
    after(ms, run) {
      if (ms < BRIEF_MS) {
        const soon = setImmediate(run);
        return () => clearImmediate(soon);
      }
      const timer = { at: elapsed + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      elapsed += ms;
      const due = timers.filter(({ at }) => at <= elapsed);
      timers = timers.filter(({ at }) => at > elapsed);
      for (const { run } of due) run();
    },
  };
}

export interface Result {
  success: boolean;
  error?: string;
  message: string;
  data?: Record<string, unknown>;
}

export interface OpenedCall {
  dispatcher: Dispatcher;
  clock: StandingClock;
  /** Every session that was stored, in order. */
  sessions: CallSession[];
  faults: string[];
  dispatch: (name: string, args?: unknown) => Promise<Dispatched>;
  /** The result as the model reads it. */
  use(name: string, args?: unknown): Promise<Result>;
}

export interface CallOptions {
  /** E.164; null when withheld. */
  phone?: string | null;
  tools?: readonly Tool[];
  profile?: DealershipProfile;
  callSid?: string;
  session?: Partial<CallSession>;
  /** Told when texts were put in line. */
  wakeTexts?: () => void;
  /** Departments that have a number. */
  reachableDepartments?: readonly string[];
  /** Told when a customer changed. */
  forgetCustomer?: (phone: string) => Promise<void>;
}

export async function openDispatcher(
  db: Db,
  {
    phone = STRANGER,
    tools = ALL_TOOLS,
    profile = demo,
    callSid = 'CA1',
    session,
    wakeTexts = () => {},
    reachableDepartments = [],
    forgetCustomer = () => Promise.resolve(),
  }: CallOptions = {},
): Promise<OpenedCall> {
  const customer = phone === null ? undefined : await findCustomerByPhone(db, phone);
  const clock = createStandingClock();
  const sessions: CallSession[] = [];
  const faults: string[] = [];
  const callLog = await openCall(db, {
    callSid,
    direction: 'inbound',
    callerPhone: phone ?? 'withheld',
    startedAt: new Date(NOW),
  });
  const dispatcher = createDispatcher({
    tools,
    clock,
    context: {
      db,
      profile,
      findCustomer: (number) => findCustomerByPhone(db, number),
      forgetCustomer,
      calendarSync: 'off',
      vinDecoder: createVinDecoder({ keyValue: createMemoryKeyValue(), hashKey: 'test', onError: () => {} }),
      wakeTexts,
      reachableDepartments,
    },
    session: {
      ...openSession({ callSid, callLogId: callLog.id, direction: 'inbound', callerPhone: phone }, customer),
      ...session,
    },
    onSession: (next) => sessions.push(next),
    onFault: (fault) => faults.push(fault),
  });
  const dispatch = (name: string, args: unknown = {}) => dispatcher.dispatch(toolCall(name, args));
  return {
    dispatcher,
    clock,
    sessions,
    faults,
    dispatch,
    use: async (name, args) => readResult((await dispatch(name, args)).record.result),
  };
}

export function readResult(json: string): Result {
  const result: Result = JSON.parse(json);
  return result;
}

/** Arguments of book_appointment that the demo world accepts, with changes. */
export const booking = (changes: Record<string, unknown> = {}) => ({
  vehicle: 'V1',
  scheduled_at: '2026-05-26T09:00',
  service_type: 'oil_change',
  customer_concerns: null,
  transport: null,
  ...changes,
});
