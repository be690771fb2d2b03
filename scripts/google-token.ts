/** `npm run google:token`: lets the owner of a Google calendar allow us in, and prints the line for .env. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { styleText } from 'node:util';
import { z } from 'zod';
import { askConsent } from '../src/adapters/google-calendar/consent.ts';

const NOT_SET = `GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET must be set. In the Google Cloud console:
  1. enable the Google Calendar API for your project
  2. set up the consent screen and publish it; the tokens of an app in testing die after seven days
  3. under Credentials create an OAuth client ID of the type "Desktop app", and put its id and secret in .env`;

const environment = z.object({
  GOOGLE_CLIENT_ID: z.string().trim().min(1),
  GOOGLE_CLIENT_SECRET: z.string().trim().min(1),
  GOOGLE_BASE_URL: z
    .union([z.literal('').transform(() => undefined), z.url({ protocol: /^https?$/ })])
    .optional(),
});

/** Long enough to find the right account and its password. */
const PATIENCE_MS = 10 * 60_000;

interface Return {
  origin: string;
  /** The code with which the browser came back; rejects when the owner said no, or never answered. */
  code: Promise<string>;
  close(): void;
}

/** Listens on this machine only, for a browser that brings back our own `state`. */
async function awaitReturn(state: string): Promise<Return> {
  const { promise: code, resolve, reject } = Promise.withResolvers<string>();
  const isOurs = (given: string) => {
    const [one, other] = [Buffer.from(given), Buffer.from(state)];
    return one.length === other.length && timingSafeEqual(one, other);
  };
  const server = createServer((request, response) => {
    const { searchParams: query } = new URL(request.url ?? '/', 'http://here');
    const say = (status: number, words: string) =>
      response
        .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
        .end(words);
    if (!isOurs(query.get('state') ?? '')) return say(400, 'This is not the answer that is waited for.');
    const found = query.get('code');
    if (!found) {
      reject(new Error('Google says that access was not allowed. Nothing was changed.'));
      return say(200, 'Access was not allowed. You can close this page.');
    }
    resolve(found);
    return say(200, 'Thank you. You can close this page and go back to the terminal.');
  });
  const timer = setTimeout(() => reject(new Error('Nobody came back in ten minutes.')), PATIENCE_MS);
  const origin = await new Promise<string>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      listening(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
    });
  });
  return {
    origin,
    code,
    close() {
      clearTimeout(timer);
      server.close();
    },
  };
}

async function getToken(): Promise<void> {
  const read = environment.safeParse(process.env);
  if (!read.success) throw new Error(NOT_SET);
  const {
    GOOGLE_CLIENT_ID: clientId,
    GOOGLE_CLIENT_SECRET: clientSecret,
    GOOGLE_BASE_URL: baseUrl,
  } = read.data;
  const state = randomBytes(24).toString('base64url');
  const back = await awaitReturn(state);
  try {
    const consent = await askConsent({ clientId, clientSecret, redirectUrl: back.origin, state, baseUrl });
    console.log(
      `Open this page in a browser on this machine, as the owner of the calendar:\n\n${consent.url}\n`,
    );
    const refreshToken = await consent.exchange(await back.code);
    console.log(`Put this line into .env, and keep it secret:\n\nGOOGLE_REFRESH_TOKEN=${refreshToken}`);
  } finally {
    back.close();
  }
}

try {
  await getToken();
} catch (error) {
  const mark = styleText('red', '✖', { stream: process.stderr });
  console.error(`${mark} ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
