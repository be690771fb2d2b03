/** What the receptionist knows at one point of a conversation. */

import type { CallBack } from './call-backs.ts';
import type { CallContext, KnownVehicle } from './call-context.ts';
import type { Errand } from './errands.ts';
import { beginIdentity, type Identity, type ProofGap } from './identity.ts';
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
  | 'proof'
  | 'zip'
  | 'phone-on-file'
  | 'which-visit'
  | 'move-instead'
  | 'cancel-reason'
  | 'move-check'
  | 'full-day'
  | 'call-back'
  | 'call-back-phone'
  | 'call-back-time'
  | 'vin'
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
  /** Whom the caller wants to speak to. */
  department: string;
  isUnsafe: boolean;
  isNo: boolean;
  isYes: boolean;
  /** A yes with nothing that takes it back. */
  isFirmYes: boolean;
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
  /** What is missing in the proof that was begun. */
  proofGap?: ProofGap;
  /** A proof was tried since the caller spoke, and refused. */
  isProofRefused: boolean;
  /** The caller asks for what only proof opens, or which part of a proof fits. */
  asksUnproved: boolean;
  asksOracle: boolean;
  /** The caller spoke of a visit by a number, which we do not go by. */
  namesNumber: boolean;
  /** What else was done since the caller spoke, as a sentence to say. */
  news: string[];
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
  /** What the caller wants of a visit made before, while that is going on. */
  errand?: Errand;
  identity: Identity;
  /** A call-back that is being arranged. */
  callBack?: CallBack;
  /** A VIN told and not looked up yet, and how often one did not check out. */
  vinToCheck?: string;
  vinMisses: number;
  /** A visit was booked or moved, so there is something to text. */
  hasVisit: boolean;
  /** The handle of the visit that was moved; null: the one booked in this call. */
  visitToText: string | null;
  /** The caller has complained. */
  isAngry: boolean;
  /** A VIN that the decoder suggests for the one heard. */
  vinSuggested?: string;
  /** Tools that the request offers. */
  offers: ReadonlySet<string>;
  /** How often each tool was refused for want of proof. */
  levelRefusals: Record<string, number>;
  /** Questions of fact that the desk's own information answered, by key. */
  facts: Record<string, string>;
  /** The caller's words, for the summary of a transfer. */
  summary: string;
  turn: Turn;
}

export const freshTurn = (kind: Turn['kind']): Turn => ({
  kind,
  topics: [],
  topicDays: [],
  department: 'service_advisor',
  isUnsafe: false,
  isNo: false,
  isYes: false,
  isFirmYes: false,
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
  isProofRefused: false,
  asksUnproved: false,
  asksOracle: false,
  namesNumber: false,
  news: [],
});

export const freshDraft = (vehicle: Draft['vehicle'] = {}): Draft => ({ vehicle, offered: [], lookups: [] });

export function beginMemory(context: CallContext, offers: ReadonlySet<string> = new Set()): Memory {
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
    identity: beginIdentity(context.isVerified),
    vinMisses: 0,
    hasVisit: false,
    visitToText: null,
    isAngry: false,
    offers,
    levelRefusals: {},
    facts: {},
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

/** The key under which the answer to a question of fact is kept. */
export const factKey = (topic: string, date: string | null): string => `${topic} ${date ?? ''}`;
