/** The signed-in Google client: loaded at first use, asked again when that helps, left alone when it is disconnected. */
import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import type { Clock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { tryAgain } from './attempts.ts';
import { describeGoogleFailure } from './failure.ts';

export interface GoogleCredentials {
  clientId: string;
  clientSecret: string;
  refreshToken: string;
}

/** What every request is sent with. */
export interface RequestOptions {
  signal: AbortSignal;
  timeout: number;
}

type Api = calendar_v3.Calendar;

/** A single request or token refresh without an answer by then has failed. */
const REQUEST_TIMEOUT_MS = 10_000;
/** How long Google is not asked at all once it has said that the refresh token is dead. */
const DISCONNECTED_MS = 60_000;

/**
 * `baseUrl`: an origin that takes the place of both www.googleapis.com and oauth2.googleapis.com; unset, those are used.
 * `call` runs one API request as often as it takes and rejects with VendorErrors only.
 */
export function createConnection(credentials: GoogleCredentials, baseUrl: string | undefined, clock: Clock) {
  const origin = baseUrl === undefined ? undefined : checkOrigin(baseUrl);
  let opening: ReturnType<typeof openClient> | undefined;
  let disconnectedUntil = Number.NEGATIVE_INFINITY;

  const open = () => {
    opening ??= openClient(credentials, origin).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  return {
    async call<T>(
      operation: string,
      signal: AbortSignal,
      request: (api: Api, options: RequestOptions) => Promise<T>,
    ): Promise<T> {
      const { api, auth } = await open();
      const options: RequestOptions = { signal, timeout: REQUEST_TIMEOUT_MS };
      const attempt = async () => {
        if (clock.elapsed() < disconnectedUntil) {
          throw new VendorError(
            'google',
            'refused',
            `${operation}: disconnected, the refresh token is not accepted`,
          );
        }
        try {
          return await request(api, options);
        } catch (thrown) {
          const { error, isDisconnected } = describeGoogleFailure(operation, thrown);
          if (isDisconnected) disconnectedUntil = clock.elapsed() + DISCONNECTED_MS;
          throw error;
        }
      };
      let hasSignedInAgain = false;
      return tryAgain(operation, clock, signal, async () => {
        try {
          return await attempt();
        } catch (error) {
          const isTokenRefused = error instanceof VendorError && error.status === 401;
          if (!isTokenRefused || hasSignedInAgain || clock.elapsed() < disconnectedUntil) throw error;
          // Revoked before its time was over: without it the client asks for a new one.
          hasSignedInAgain = true;
          auth.setCredentials({ refresh_token: credentials.refreshToken });
          return attempt();
        }
      });
    },
  };
}

/** Loading the library takes about 120 ms and 30 MB, so it waits until somebody needs a calendar. */
async function openClient(
  { clientId, clientSecret, refreshToken }: GoogleCredentials,
  origin: string | undefined,
) {
  const [{ calendar }, { OAuth2Client }] = await Promise.all([
    import('googleapis/build/src/apis/calendar/index.js'),
    import('google-auth-library'),
  ]);
  const auth = new OAuth2Client({
    clientId,
    clientSecret,
    // For token and API requests alike: its own repetitions know neither 403 limits nor our deadline.
    transporterOptions: { timeout: REQUEST_TIMEOUT_MS, retryConfig: { retry: 0 } },
    ...(origin !== undefined && { endpoints: { oauth2TokenUrl: `${origin}/token` } }),
  });
  auth.setCredentials({ refresh_token: refreshToken });
  const api = calendar({ version: 'v3', auth, ...(origin !== undefined && { rootUrl: origin }) });
  return { api, auth };
}

/** The library drops a path in its root address without a word, so one is refused here. */
function checkOrigin(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.hash) {
    throw new Error('The Google base URL must be an http or https origin without a path.');
  }
  return url.origin;
}
