/** What Google answers, as it stands on the wire. */

export interface Answer {
  status: number;
  /** Undefined means an empty body, as in 204. */
  body?: unknown;
}

const DOMAINS: Record<string, string> = {
  rateLimitExceeded: 'usageLimits',
  userRateLimitExceeded: 'usageLimits',
  quotaExceeded: 'usageLimits',
  required: 'calendar',
  timeRangeEmpty: 'calendar',
  fullSyncRequired: 'calendar',
};

/** The Calendar API's error envelope. */
export function failWith(status: number, reason: string, message: string): Answer {
  const errors = [{ domain: DOMAINS[reason] ?? 'global', reason, message }];
  return { status, body: { error: { errors, code: status, message } } };
}

/** The token endpoint's error, which has another shape than the API's. */
export function failToken(status: number, error: string, description: string): Answer {
  return { status, body: { error, error_description: description } };
}

export const notFound = () => failWith(404, 'notFound', 'Not Found');
export const invalid = (message: string) => failWith(400, 'invalid', message);
