/** What a caller may want of a visit made before this call, and what is known of it. */

import { sayWhen } from './saying.ts';

/** `reminders`: to have reminder calls again, which needs proof as well. */
export type ErrandKind = 'move' | 'cancel' | 'see' | 'confirm' | 'reminders';

export interface Visit {
  /** "A1" */
  id: string;
  /** YYYY-MM-DDTHH:MM */
  start: string;
  serviceCode: string;
  /** "oil change" */
  service: string;
  /** "Honda Accord" */
  vehicle: string;
}

export type CancelReason =
  | 'schedule_conflict'
  | 'got_service_elsewhere'
  | 'vehicle_sold'
  | 'issue_resolved'
  | 'other';

export interface Errand {
  kind: ErrandKind;
  /** The handle of the visit that is meant. */
  visit?: string;
  /** The caller spoke of it by a number; what we see has to be confirmed before anything is done. */
  isNumbered: boolean;
  reason?: CancelReason;
  /** The caller wants it cancelled rather than moved, having heard which one. */
  isCancelSure: boolean;
  /** The visits on file; undefined until they were looked up. */
  visits?: Visit[];
  /** What was said of the visit before the visits were looked up. */
  hints?: { codes: string[]; model?: string; days: string[] };
  /** How often looking them up, or the change itself, failed. */
  failures: number;
}

export const beginErrand = (kind: ErrandKind): Errand => ({
  kind,
  isNumbered: false,
  isCancelSure: false,
  failures: 0,
});

/** The visit that is meant: the one named, or the only one there is. */
export function chosenVisit({ visits, visit, isNumbered }: Errand): Visit | undefined {
  if (visit !== undefined) return visits?.find(({ id }) => id === visit);
  return visits?.length === 1 && !isNumbered ? visits[0] : undefined;
}

/** What the caller agrees to when a move is read back. */
export const moveKey = (visit: Visit, start: string): string => `move ${visit.id} ${start}`;

/** In order: the first that fits is meant. Matched against joined words (words.ts). */
const KINDS: readonly [ErrandKind, RegExp][] = [
  ['cancel', /\bcancel\w*\b|\bcall (it|that) off\b/],
  [
    'move',
    /\b(reschedul\w*|move|moving|push|postpone|(?<!oil |fluid |filter )change|shift|switch|another (day|time)|different (day|time)|(can't|cannot|won't) (make|come))\b/,
  ],
  ['confirm', /\bconfirm\b/],
];

export const readErrandKind = (text: string): ErrandKind =>
  KINDS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'see';

const REASONS: readonly [CancelReason, RegExp][] = [
  ['vehicle_sold', /\b(sold|sell|selling|traded|trade|totaled|totalled|got rid of|new car|donated)\b/],
  [
    'got_service_elsewhere',
    /\b(elsewhere|somewhere else|another (shop|place|dealer\w*|garage)|other shop|did it myself|already (did|done|had|got)|someone else (did|fixed)|my (friend|cousin|mechanic|neighbor))\b/,
  ],
  [
    'issue_resolved',
    /\b(went away|fixed itself|resolved|stopped|no longer|gone now|fine now|working (now|again|fine)|don't need)\b/,
  ],
  [
    'schedule_conflict',
    /\b(work|busy|schedule\w*|conflict|out of town|travel\w*|trip|vacation|sick|ill|meeting|can't make|cannot make|won't make|something came up|came up|school|kids|appointment that day|time|day)\b/,
  ],
];

export const readCancelReason = (text: string): CancelReason | undefined =>
  REASONS.find(([, pattern]) => pattern.test(text))?.[0];

/** "Your oil change stays on Friday, May twenty-second, at nine in the morning." */
export const sayStays = (visit: Visit): string => `Your ${visit.service} stays on ${sayWhen(visit.start)}.`;

/** Errands need these; without them the desk's number is all there is to give. */
export const ERRAND_TOOLS = ['verify_customer', 'get_upcoming_appointments'] as const;
