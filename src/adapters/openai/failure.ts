/** Says what went wrong with a request, and whether another try can help, without repeating what the vendor wrote. */
import OpenAI from 'openai';
import { VendorError, type VendorFault } from '../../lib/vendor-error.ts';

const vendor = 'openai';

/** Why we ourselves ended an attempt. */
export type Interruption = 'caller' | 'first-token' | 'idle' | 'closed';

/** A VendorError about one model. `what` is our own sentence, never the vendor's. */
export function failure(model: string, fault: VendorFault, what: string, cause?: unknown): VendorError {
  return new VendorError(vendor, fault, `${model} ${what}`, cause === undefined ? {} : { cause });
}

export function interruptionError(
  model: string,
  why: Exclude<Interruption, 'caller'>,
  ms: number,
): VendorError {
  switch (why) {
    case 'first-token':
      return failure(model, 'timeout', `said nothing within ${ms} ms`);
    case 'idle':
      return failure(model, 'timeout', `fell silent for ${ms} ms in the middle of an answer`);
    case 'closed':
      return failure(model, 'unavailable', 'was interrupted because we are closing');
  }
}

/**
 * Translates what the SDK threw. `hasHeaders`: the answer had begun, so a broken connection means a truncated answer.
 * API errors are not kept as cause: their text may quote the request, or part of the key.
 */
export function toVendorError(error: unknown, model: string, hasHeaders: boolean): VendorError {
  if (error instanceof VendorError) return error;
  if (error instanceof OpenAI.APIConnectionTimeoutError)
    return failure(model, 'timeout', 'could not be reached in time');
  if (error instanceof OpenAI.APIConnectionError) {
    return failure(model, 'unavailable', 'could not be reached', error.cause);
  }
  if (error instanceof OpenAI.APIError) {
    const details = [error.code, error.type, error.param, error.requestID].filter(isPlainToken).join(', ');
    const status = typeof error.status === 'number' ? error.status : undefined;
    const where = status === undefined ? 'broke off with an error' : `answered ${status}`;
    return new VendorError(vendor, faultOf(status, error), `${model} ${where}${details && ` (${details})`}`, {
      ...(status === undefined ? {} : { status }),
    });
  }
  if (error instanceof SyntaxError) return failure(model, 'invalid', 'sent a record that is not JSON');
  return failure(model, hasHeaders ? 'truncated' : 'unavailable', 'lost its connection', error);
}

/** Whether another model may do better: everything but a wrong key or a request that no model would take. */
export function mayOtherModelHelp({ fault, retryable, status }: VendorError): boolean {
  return retryable || fault === 'quota' || (fault === 'refused' && status !== 401);
}

function faultOf(
  status: number | undefined,
  { code, type, param }: InstanceType<typeof OpenAI.APIError>,
): VendorFault {
  const names = [code, type];
  if (names.includes('insufficient_quota') || names.includes('credit_balance_exhausted')) return 'quota';
  if (status === 429 || names.includes('rate_limit_exceeded')) return 'limited';
  if (status === 401 || status === 403 || status === 404) return 'refused';
  // A parameter that this model does not take is this model's refusal; another may take the same request.
  if (status === 400 && (param === 'reasoning_effort' || param === 'temperature' || param === 'model'))
    return 'refused';
  if (status === 408) return 'timeout';
  if (status === 409 || (status !== undefined && status >= 500)) return 'unavailable';
  if (status === undefined && type !== 'invalid_request_error') return 'unavailable';
  return 'invalid';
}

/** A code or field name, not a sentence. */
function isPlainToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w.[\]-]{1,80}$/.test(text);
}
