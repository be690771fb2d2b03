/** The token that lets one media stream join one call: bound to the CallSid, the same however often Twilio asks, used once. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface StreamTokens {
  /** The same CallSid and generation always give the same token, so that a repeated webhook gets the same answer. */
  mint(callSid: string, generation: number): string;
  isValid(token: string | undefined, callSid: string, generation: number): boolean;
}

/** That a token is used once and in time is the database's part (`claimStream`). */
export function createStreamTokens(secret: string): StreamTokens {
  const key = createHmac('sha256', secret).update('media stream token').digest();
  const mint = (callSid: string, generation: number) =>
    createHmac('sha256', key).update(`${callSid}:${generation}`).digest('base64url');
  return {
    mint,
    isValid(token, callSid, generation) {
      const expected = Buffer.from(mint(callSid, generation));
      const given = Buffer.from(token ?? '');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
