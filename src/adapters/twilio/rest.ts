/** What we ask of Twilio's REST API: to end, redirect and look up calls, and to point a number at us. */
import twilio from 'twilio';
import { VendorError } from '../../lib/vendor-error.ts';
import { toVendorError, twilioCode } from './errors.ts';

interface CallRecord {
  callSid: string;
  /** `queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer` or `canceled`. */
  status: string;
  from: string;
  to: string;
}

interface NumberUrls {
  voiceUrl: string;
  statusUrl: string;
  /** Asked when `voiceUrl` fails or takes longer than 15 s. */
  fallbackUrl: string;
}

/** Every verb rejects with a VendorError. A call that has ended already is an answer, not a failure. */
export interface TwilioRest {
  hangUp(callSid: string): Promise<void>;
  /** Replaces what the call is doing, and so ends its media stream at once. False: the call had already ended. */
  redirect(callSid: string, twiml: string): Promise<boolean>;
  findCall(callSid: string): Promise<CallRecord | undefined>;
  /** `phoneNumber` in E.164, one of the account's own; all its calls go to these URLs from now on. */
  pointNumberAt(phoneNumber: string, urls: NumberUrls): Promise<void>;
}

/** The SDK's own default is 30 s: dead air, on the phone. */
const TIMEOUT_MS = 5000;

const CALL_NOT_IN_PROGRESS = 21_220;
const NOT_FOUND = 20_404;

/**
 * `baseUrl` points at a stand-in, whose address TWILIO_REGION and TWILIO_EDGE must then not rewrite; without it the SDK
 * goes to api.twilio.com. `httpClient` replaces what sends the requests.
 */
export function createTwilioRest({
  accountSid,
  authToken,
  baseUrl,
  httpClient,
}: {
  accountSid: string;
  authToken: string;
  baseUrl?: string | undefined;
  httpClient?: InstanceType<typeof twilio.RequestClient>;
}): TwilioRest {
  const client = twilio(accountSid, authToken, {
    timeout: TIMEOUT_MS,
    ...(httpClient && { httpClient }),
    ...(baseUrl && { region: '', edge: '' }),
  });
  if (baseUrl) client.api.baseUrl = baseUrl.replace(/\/+$/, '');

  /** The SDK's timeout is of silence; this one also ends an answer that trickles. */
  async function ask<T>(action: string, request: () => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new VendorError('twilio', 'timeout', `${action} failed: no answer in ${TIMEOUT_MS} ms`)),
        TIMEOUT_MS,
      );
    });
    try {
      return await Promise.race([request(), late]);
    } catch (error) {
      throw toVendorError(error, action);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Undefined when Twilio no longer has the call, or has ended it. */
  async function unlessEnded<T>(request: () => Promise<T>): Promise<T | undefined> {
    try {
      return await request();
    } catch (error) {
      const code = twilioCode(error);
      if (code === CALL_NOT_IN_PROGRESS || code === NOT_FOUND) return undefined;
      throw error;
    }
  }

  return {
    async hangUp(callSid) {
      await ask('hanging up', () => unlessEnded(() => client.calls(callSid).update({ status: 'completed' })));
    },
    async redirect(callSid, twiml) {
      const updated = await ask('redirecting a call', () =>
        unlessEnded(() => client.calls(callSid).update({ twiml })),
      );
      return updated !== undefined;
    },
    async findCall(callSid) {
      const found = await ask('looking up a call', () => unlessEnded(() => client.calls(callSid).fetch()));
      return found && { callSid: found.sid, status: found.status, from: found.from, to: found.to };
    },
    async pointNumberAt(phoneNumber, { voiceUrl, statusUrl, fallbackUrl }) {
      const [number] = await ask('looking up a number', () =>
        client.incomingPhoneNumbers.list({ phoneNumber, limit: 1 }),
      );
      if (!number) {
        throw new VendorError('twilio', 'invalid', 'the account does not own the number to be pointed here');
      }
      await ask('pointing a number here', () =>
        client.incomingPhoneNumbers(number.sid).update({
          voiceUrl,
          voiceMethod: 'POST',
          voiceFallbackUrl: fallbackUrl,
          voiceFallbackMethod: 'POST',
          statusCallback: statusUrl,
          statusCallbackMethod: 'POST',
        }),
      );
    },
  };
}
