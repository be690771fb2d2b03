/** Sends texts through Twilio, and says what became of each: Twilio has no key by which a text could be tried twice safely. */
import twilio from 'twilio';
import type { Texting, TextOutcome } from '../../dealership/ports.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { toVendorError, twilioCode } from './errors.ts';

const TIMEOUT_MS = 5_000;

/** https://www.twilio.com/docs/api/errors */
const OPTED_OUT = 21_610;
/** Not a number; not a mobile one. */
const BAD_NUMBERS = [21_211, 21_614];
/** The connection never stood, so nothing was asked. */
const NEVER_CONNECTED = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'];

/**
 * `from`: E.164, one of the account's own. `baseUrl` points at a stand-in, whose address TWILIO_REGION and TWILIO_EDGE
 * must then not rewrite. `httpClient` replaces what sends the requests.
 */
export function createTexting({
  accountSid,
  authToken,
  from,
  baseUrl,
  httpClient,
}: {
  accountSid: string;
  authToken: string;
  from: string;
  baseUrl?: string | undefined;
  httpClient?: InstanceType<typeof twilio.RequestClient>;
}): Texting {
  const client = twilio(accountSid, authToken, {
    timeout: TIMEOUT_MS,
    ...(httpClient && { httpClient }),
    ...(baseUrl && { region: '', edge: '' }),
  });
  if (baseUrl) client.api.baseUrl = baseUrl.replace(/\/+$/, '');

  return {
    async send({ to, body }) {
      let timer: NodeJS.Timeout | undefined;
      // The SDK's timeout is of silence; this one also ends an answer that trickles.
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () =>
            reject(
              new VendorError('twilio', 'timeout', `sending a text failed: no answer in ${TIMEOUT_MS} ms`),
            ),
          TIMEOUT_MS,
        );
      });
      try {
        const { sid } = await Promise.race([client.messages.create({ to, from, body }), late]);
        return { status: 'accepted', messageSid: sid };
      } catch (error) {
        return judge(error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** What a failure says about the text. Whatever leaves room for doubt is `unknown`. */
function judge(thrown: unknown): TextOutcome {
  const code = twilioCode(thrown);
  if (code === OPTED_OUT) return { status: 'opted_out' };
  if (code !== undefined && BAD_NUMBERS.includes(code)) return { status: 'bad_number' };
  const error = toVendorError(thrown, 'sending a text');
  // The account's trouble, not the text's: it goes out when the trouble is over.
  const isOurs = error.status === 401 || error.fault === 'limited' || error.fault === 'quota';
  if (isOurs || NEVER_CONNECTED.some((name) => error.message.endsWith(name))) {
    return { status: 'not_sent', error };
  }
  const isAnswered = error.status !== undefined && error.status >= 400 && error.status < 500;
  return { status: isAnswered && error.fault !== 'timeout' ? 'refused' : 'unknown', error };
}
