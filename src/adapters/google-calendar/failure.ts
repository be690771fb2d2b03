/** What went wrong with Google, in our words: the library's own errors carry the refresh token and the event. */
import { z } from 'zod';
import { VendorError, type VendorFault } from '../../lib/vendor-error.ts';

const LibraryError = z.object({
  /** A number for an HTTP answer; a word such as ECONNRESET or TimeoutError when there was none. */
  code: z.union([z.string(), z.number()]).optional().catch(undefined),
  status: z.number().optional().catch(undefined),
  response: z.object({ status: z.number(), data: z.unknown() }).optional().catch(undefined),
});

const ApiBody = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).min(1) }) });
const TokenBody = z.object({ error: z.string() });

/** 403 reasons that mean "slow down"; every other 403 means "no". */
const LIMITS = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded']);
/** Token endpoint errors that no repetition mends; a person has to act. */
const DEAD_CREDENTIALS = new Set([
  'invalid_grant',
  'invalid_client',
  'unauthorized_client',
  'deleted_client',
]);

export interface GoogleFailure {
  error: VendorError;
  /** The refresh token or the client is not accepted any more. */
  isDisconnected: boolean;
}

/** Made of the status and Google's one-word reason alone; the original is never kept as the cause. */
export function describeGoogleFailure(operation: string, thrown: unknown): GoogleFailure {
  if (thrown instanceof VendorError) return { error: thrown, isDisconnected: false };
  const read = LibraryError.safeParse(thrown).data;
  const status = read?.response?.status ?? read?.status;
  if (status === undefined) {
    const code = typeof read?.code === 'string' ? asWord(read.code) : '';
    const fault = code === 'TimeoutError' || code === 'ETIMEDOUT' ? 'timeout' : 'unavailable';
    return {
      error: new VendorError('google', fault, `${operation}: no answer ${code}`.trim()),
      isDisconnected: false,
    };
  }
  const data = read?.response?.data;
  const tokenError = TokenBody.safeParse(data).data?.error;
  const reason = asWord(tokenError ?? ApiBody.safeParse(data).data?.error.errors[0]?.reason ?? '');
  const isDisconnected = tokenError !== undefined && DEAD_CREDENTIALS.has(tokenError);
  const fault = isDisconnected ? 'refused' : faultOf(status, reason);
  const error = new VendorError('google', fault, `${operation}: answered ${status} ${reason}`.trim(), {
    status,
  });
  return { error, isDisconnected };
}

function faultOf(status: number, reason: string): VendorFault {
  if (status === 429 || (status === 403 && LIMITS.has(reason))) return 'limited';
  if (status === 403 && reason === 'dailyLimitExceeded') return 'quota';
  if (status === 401 || status === 403) return 'refused';
  if (status === 408) return 'timeout';
  return status >= 500 ? 'unavailable' : 'invalid';
}

/** Only a plain word may get into a message; anything longer could carry data. */
const asWord = (text: string) => (/^\w{1,40}$/.test(text) ? text : '');
