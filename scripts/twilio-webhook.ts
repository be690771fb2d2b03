/** `npm run twilio:webhook`: sends the calls of the configured Twilio number to this server. */
import { styleText } from 'node:util';
import { createTwilioRest } from '../src/adapters/twilio/rest.ts';
import { type Config, ConfigError, readConfig } from '../src/config.ts';
import { VendorError } from '../src/lib/vendor-error.ts';

const NOT_LIVE = `Nothing to do: the telephone is the sandbox, whose calls come here by themselves.

For a real number, set these in .env and run this again:
  TWILIO_ACCOUNT_SID    from the first page of the Twilio console
  TWILIO_AUTH_TOKEN     from the same page
  TWILIO_PHONE_NUMBER   a number of the account that can take voice calls, as +12175550100
  PUBLIC_BASE_URL       the https address at which Twilio reaches this server`;

/** Twilio resolves and calls the address from outside, so that one of this machine leads it nowhere. */
function isOnlyHere(url: string): boolean {
  const { hostname } = new URL(url);
  return /^(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/i.test(hostname) || hostname.endsWith('.localhost');
}

async function pointHere({ twilio, server }: Config): Promise<void> {
  if (twilio.kind === 'sandbox') throw new Error(NOT_LIVE);
  const { publicBaseUrl } = server;
  // A stand-in for Twilio may well be on this machine, and reach us here.
  if (isOnlyHere(publicBaseUrl) && twilio.baseUrl === undefined) {
    throw new Error('PUBLIC_BASE_URL is an address of this machine, which Twilio cannot reach.');
  }
  const urls = {
    voiceUrl: `${publicBaseUrl}/incoming-call`,
    statusUrl: `${publicBaseUrl}/call-status`,
    fallbackUrl: `${publicBaseUrl}/fallback`,
  };
  await createTwilioRest(twilio).pointNumberAt(twilio.phoneNumber, urls);
  console.log(`Calls to ${twilio.phoneNumber} now come here:
  voice      POST ${urls.voiceUrl}
  status     POST ${urls.statusUrl}
  fallback   POST ${urls.fallbackUrl}`);
}

function explain(error: unknown): string {
  if (!(error instanceof VendorError)) return error instanceof Error ? error.message : String(error);
  if (error.fault === 'refused') {
    return `${error.message}. The number is as it was. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`;
  }
  // An answer that was lost may have been to a request that was carried out.
  return error.retryable
    ? `${error.message}. The number may or may not have been changed; running this again is safe.`
    : `${error.message}. The number is as it was.`;
}

try {
  await pointHere(readConfig(process.env));
} catch (error) {
  const mark = error instanceof ConfigError ? '' : `${styleText('red', '✖', { stream: process.stderr })} `;
  console.error(`${mark}${explain(error)}`);
  process.exitCode = 1;
}
