/** Faults that a test or the console orders for the next requests. */
import { type Answer, failToken, failWith } from './answers.ts';

export type GoogleOperation = 'token' | 'freeBusy' | 'list' | 'insert' | 'get' | 'patch' | 'delete';

/** Answered instead of doing what was asked. */
const REFUSALS = {
  'rate-limit': () => failWith(403, 'rateLimitExceeded', 'Rate Limit Exceeded'),
  'user-rate-limit': () => failWith(403, 'userRateLimitExceeded', 'User Rate Limit Exceeded'),
  'quota-exceeded': () => failWith(403, 'quotaExceeded', 'Calendar usage limits exceeded.'),
  'too-many-requests': () => failWith(429, 'rateLimitExceeded', 'Rate Limit Exceeded'),
  'server-error': () => failWith(500, 'backendError', 'Backend Error'),
  unavailable: () => failWith(503, 'backendError', 'Service Unavailable'),
  forbidden: () => failWith(403, 'forbidden', 'Forbidden'),
  unauthorized: () => failWith(401, 'authError', 'Invalid Credentials'),
  'invalid-grant': () => failToken(400, 'invalid_grant', 'Token has been expired or revoked.'),
  'token-server-error': () => failToken(500, 'internal_failure', 'Internal Failure'),
} satisfies Record<string, () => Answer>;

/**
 * `drop`: the connection breaks before anything is done. `drop-after`: it is done, and the answer is lost.
 * `garble-after`: it is done, and the answer breaks off in the middle of its JSON. `silence`: nothing, ever.
 * `calendar-error`: free/busy answers 200 with an error for each calendar.
 */
const BREAKAGES = ['drop', 'drop-after', 'garble-after', 'silence', 'calendar-error'] as const;

type Refusal = keyof typeof REFUSALS;
export type GoogleFault = Refusal | (typeof BREAKAGES)[number];

export interface GoogleFaults {
  /** The next `times` requests of this operation meet this fault; several orders are met one after the other. */
  next(operation: GoogleOperation | 'any', fault: GoogleFault, times?: number): void;
  clear(): void;
}

/** The faults ordered so far; `take` uses one up. */
export function createFaults(): GoogleFaults & { take(operation: GoogleOperation): GoogleFault | undefined } {
  let orders: { operation: GoogleOperation | 'any'; fault: GoogleFault; left: number }[] = [];
  return {
    next(operation, fault, times = 1) {
      orders.push({ operation, fault, left: times });
    },
    clear() {
      orders = [];
    },
    take(operation) {
      const order = orders.find(
        (one) => one.operation === operation || (one.operation === 'any' && operation !== 'token'),
      );
      if (!order) return undefined;
      order.left -= 1;
      if (order.left <= 0) orders = orders.filter((one) => one !== order);
      return order.fault;
    },
  };
}

/** The answer that takes the place of the right one, if this fault is of that kind. */
export function refusalFor(fault: GoogleFault | undefined): Answer | undefined {
  const isRefusal = (name: GoogleFault): name is Refusal => name in REFUSALS;
  return fault !== undefined && isRefusal(fault) ? REFUSALS[fault]() : undefined;
}
