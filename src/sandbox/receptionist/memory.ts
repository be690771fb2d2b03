/** What the receptionist knows at one point of a conversation. */

import type { CallContext, KnownVehicle } from './call-context.ts';
import type { Part } from './times.ts';
import type { Topic, Transport, Wish } from './wishes.ts';

/** What the caller was last asked. */
export type Question =
  | 'need'
  | 'visit'
  | 'which-vehicle'
  | 'vehicle'
  | 'day'
  | 'which-day'
  | 'slot'
  | 'name'
  | 'contact'
  | 'phone'
  | 'phone-check'
  | 'read-back'
  | 'change'
  | 'transfer'
  | 'anything-else';

/** An answer of get_available_slots, or the failure to get one. */
export interface Lookup {
  date: string;
  service: string;
  period: string | null;
  near: string | null;
  error?: string;
  /** Free starts, YYYY-MM-DDTHH:MM, in order. */
  starts: string[];
  isRequestedFree?: boolean;
  closedReason?: string;
  nextOpenDate?: string;
  /** HH:MM */
  latestStart?: string;
}

/** What the caller's last turn brought, besides what was noted for good. */
export interface Turn {
  kind: 'none' | 'words' | 'silence' | 'keys' | 'note';
  topics: Topic[];
  /** The days that the questions were about, else empty. */
  topicDays: string[];
  /** The service that the questions were about. */
  topicService?: string;
  wish?: Wish;
  isUnsafe: boolean;
  isNo: boolean;
  isYes: boolean;
  isBye: boolean;
  isThanks: boolean;
  isUnderstood: boolean;
  wordCount: number;
  /** Digits were told that do not make up a telephone number. */
  hasBadNumber: boolean;
  /** The caller named a day that is over. */
  hasPastDay: boolean;
  /** The error of the last tool that failed since the caller spoke, by tool. */
  failed?: { tool: string; error: string; message: string };
  /** What the words told us. */
  took: { service: boolean; vehicle: boolean; person: boolean; time: boolean };
  isTransferred: boolean;
  /** A transfer was tried since the caller spoke, and nobody took the call. */
  isTransferRefused: boolean;
  /** The visit booked since the caller spoke. */
  hasBooked: boolean;
}

export interface Draft {
  service?: string;
  /** The caller's own words, for the advisor. */
  concern?: string;
  day?: string;
  /** Two days, one of which is meant. */
  whichDay?: [string, string];
  /** HH:MM, when the caller named one. */
  time?: string;
  part?: Part;
  vehicle: { id?: string; year?: number; make?: string; model?: string };
  vin?: string;
  transport?: Transport;
  /** Starts told to the caller. */
  offered: string[];
  lookups: Lookup[];
  /** The draft as it was read back, and as the caller agreed to it (draftKey). */
  readBack?: string;
  consent?: string;
}

export interface Memory {
  context: CallContext;
  /** On file when the call began. */
  isKnown: boolean;
  /** Put on file during this call. */
  isCreated: boolean;
  firstName?: string;
  isGreeted: boolean;
  vehicles: KnownVehicle[];
  wantsVisit: boolean;
  draft: Draft;
  first?: string;
  last?: string;
  /** null: the number the caller is calling from. */
  phone?: string | null;
  phoneToCheck?: string;
  email?: string;
  /** Starts that turned out to be gone. */
  taken: string[];
  /** What was booked, as said. */
  booked: string[];
  transfer?: { department: string; reason: string };
  hasUnsafeCar: boolean;
  asked?: Question;
  /** Something else was said since ("Are you still there?"), so that a bare yes does not answer the question. */
  isQuestionStale: boolean;
  /** How often each sentence was said, so that the next time it is put differently. */
  said: Record<string, number>;
  lastText: string;
  /** The service that was last asked about. */
  mentioned?: string;
  lastTopic?: Topic;
  misses: number;
  silences: number;
  /** How many times the caller has spoken. */
  turns: number;
  abuses: number;
  bookFailures: number;
  /** The caller's words, for the summary of a transfer. */
  summary: string;
  turn: Turn;
}

export const freshTurn = (kind: Turn['kind']): Turn => ({
  kind,
  topics: [],
  topicDays: [],
  isUnsafe: false,
  isNo: false,
  isYes: false,
  isBye: false,
  isThanks: false,
  isUnderstood: true,
  wordCount: 0,
  hasBadNumber: false,
  hasPastDay: false,
  took: { service: false, vehicle: false, person: false, time: false },
  isTransferred: false,
  isTransferRefused: false,
  hasBooked: false,
});

export const freshDraft = (vehicle: Draft['vehicle'] = {}): Draft => ({ vehicle, offered: [], lookups: [] });

export function beginMemory(context: CallContext): Memory {
  return {
    context,
    isKnown: context.caller === 'known',
    ...(context.firstName === undefined ? {} : { firstName: context.firstName }),
    isCreated: false,
    isGreeted: false,
    vehicles: [...context.vehicles],
    wantsVisit: false,
    draft: freshDraft(),
    taken: [],
    booked: [],
    hasUnsafeCar: false,
    isQuestionStale: false,
    said: {},
    lastText: '',
    misses: 0,
    silences: 0,
    turns: 0,
    abuses: 0,
    bookFailures: 0,
    summary: '',
    turn: freshTurn('none'),
  };
}

/** The vehicle of the draft: the one named, or the only one on file. */
export function draftVehicle(memory: Memory): Draft['vehicle'] {
  const { vehicle } = memory.draft;
  const [only, ...others] = memory.vehicles;
  if (vehicle.make === undefined && vehicle.model === undefined && only && others.length === 0) return only;
  return vehicle;
}

/** All that a booking would write, as one string: what was read back and agreed to must be what is booked. */
export function draftKey(memory: Memory, start: string): string {
  const { year, make, model } = draftVehicle(memory);
  const { service } = memory.draft;
  const person = memory.isKnown ? [] : [memory.first, memory.last, memory.phone];
  return JSON.stringify([service, start, year, make, model, person]);
}
