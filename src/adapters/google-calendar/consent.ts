/** Getting a refresh token: the page on which a person lets us in, and the code that they bring back for it. */
import { CodeChallengeMethod, OAuth2Client } from 'google-auth-library';
import { VendorError } from '../../lib/vendor-error.ts';
import { describeGoogleFailure } from './failure.ts';

/** Events, and when others are busy; nothing else of the account. */
const SCOPES = [
  'https://www.googleapis.com/auth/calendar.events',
  'https://www.googleapis.com/auth/calendar.freebusy',
];
const TIMEOUT_MS = 10_000;

export interface Consent {
  /** To be opened in the browser of whoever owns the calendar. */
  url: string;
  /** Resolves to the refresh token; rejects with a VendorError. The code is good once. */
  exchange(code: string): Promise<string>;
}

/** `redirectUrl`: where the browser comes back to, with `code` and `state`. `baseUrl`: an origin that stands in for Google. */
export async function askConsent(asked: {
  clientId: string;
  clientSecret: string;
  redirectUrl: string;
  state: string;
  baseUrl?: string | undefined;
}): Promise<Consent> {
  const { clientId, clientSecret, redirectUrl, state, baseUrl } = asked;
  const origin = baseUrl === undefined ? undefined : new URL(baseUrl).origin;
  const client = new OAuth2Client({
    clientId,
    clientSecret,
    redirectUri: redirectUrl,
    transporterOptions: { timeout: TIMEOUT_MS, retryConfig: { retry: 0 } },
    ...(origin !== undefined && {
      endpoints: { oauth2AuthBaseUrl: `${origin}/o/oauth2/v2/auth`, oauth2TokenUrl: `${origin}/token` },
    }),
  });
  // Whoever else sees the code on its way back cannot use it without the verifier.
  const { codeVerifier, codeChallenge } = await client.generateCodeVerifierAsync();
  const url = client.generateAuthUrl({
    // Without these two Google gives a token for an hour, and none to renew it.
    access_type: 'offline',
    prompt: 'consent',
    scope: SCOPES,
    state,
    code_challenge_method: CodeChallengeMethod.S256,
    ...(codeChallenge !== undefined && { code_challenge: codeChallenge }),
  });

  return {
    url,
    async exchange(code) {
      try {
        const { tokens } = await client.getToken({ code, codeVerifier });
        if (tokens.refresh_token) return tokens.refresh_token;
      } catch (thrown) {
        throw describeGoogleFailure('token', thrown).error;
      }
      throw new VendorError('google', 'invalid', 'token: the answer has no refresh token');
    },
  };
}
