/** What Twilio's REST failures mean for us, decided once. */
import { VendorError, type VendorFault } from '../../lib/vendor-error.ts';

/** Codes that say more than their HTTP status. https://www.twilio.com/docs/api/errors */
const FAULT_BY_CODE: Readonly<Record<number, VendorFault>> = {
  10002: 'refused', // not on a trial account
  10004: 'limited', // too many calls at once
  20003: 'refused', // credentials
  20429: 'limited',
  21210: 'refused', // `From` is not ours
  21215: 'refused', // country not permitted
  13227: 'refused',
  21219: 'refused', // trial: number not verified
  21608: 'refused',
  573005: 'refused',
};

const TIMEOUTS = ['ECONNABORTED', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'];

function faultByStatus(status: number): VendorFault {
  if (status === 401 || status === 403) return 'refused';
  if (status === 402) return 'quota';
  if (status === 408) return 'timeout';
  if (status === 429) return 'limited';
  return status >= 500 ? 'unavailable' : 'invalid';
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** Twilio's own error number, when it gave one. */
export function twilioCode(error: unknown): number | undefined {
  const code = property(error, 'code');
  return typeof code === 'number' ? code : undefined;
}

/**
 * What the SDK threw, as a VendorError. Neither its message nor the error itself is kept: the one holds phone numbers,
 * the other our credentials.
 */
export function toVendorError(error: unknown, action: string): VendorError {
  if (error instanceof VendorError) return error;
  const status = property(error, 'status');
  if (typeof status === 'number') {
    const code = twilioCode(error);
    const fault = (code === undefined ? undefined : FAULT_BY_CODE[code]) ?? faultByStatus(status);
    const detail = code === undefined ? `status ${status}` : `error ${code}, status ${status}`;
    return new VendorError('twilio', fault, `${action} failed: ${detail}`, { status });
  }
  const code = property(error, 'code');
  const name = typeof code === 'string' ? code : 'no answer';
  const fault = TIMEOUTS.includes(name) ? 'timeout' : 'unavailable';
  return new VendorError('twilio', fault, `${action} failed: ${name}`);
}
