/** What went wrong with Redis, in our words: the client's own errors can carry the command with its arguments. */
import { VendorError } from '../../lib/vendor-error.ts';

/** A VendorError made of the kind of failure and its code alone; never of the message, the arguments or the url. */
export function describeRedisFailure(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  const message = error instanceof Error ? error.message : '';
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (message === 'Command timed out' || code === 'ETIMEDOUT') {
    return new VendorError('redis', 'timeout', 'no answer in time');
  }
  // A Redis error reply begins with its code in capitals, e.g. "WRONGTYPE Operation against ...".
  const reply = /^[A-Z]{3,20}(?= )/.exec(message)?.[0];
  if (reply === 'NOAUTH' || reply === 'WRONGPASS' || reply === 'NOPERM') {
    return new VendorError('redis', 'refused', `answered ${reply}`);
  }
  if (reply === 'WRONGTYPE' || reply === 'ERR' || reply === 'NOSCRIPT') {
    return new VendorError('redis', 'invalid', `answered ${reply}`);
  }
  return new VendorError('redis', 'unavailable', reply || code || 'no connection');
}
