/** The stand-in's consent page, on which everybody says yes at once, and the codes that it gives. */
import { createHash, randomUUID } from 'node:crypto';
import { type Answer, failToken, invalid } from './answers.ts';

interface Grant {
  redirectUri: string;
  challenge: string | null;
  isForKeeps: boolean;
}

export function createConsentPage(clientId: string, refreshToken: string) {
  const grants = new Map<string, Grant>();

  return {
    /** Where the browser is sent with a new code, or why not. */
    open(query: URLSearchParams): { location: string } | Answer {
      const redirectUri = URL.parse(query.get('redirect_uri') ?? '');
      if (query.get('client_id') !== clientId || query.get('response_type') !== 'code' || !redirectUri) {
        return invalid('Access blocked: authorization error.');
      }
      const code = `code-${randomUUID()}`;
      grants.set(code, {
        redirectUri: query.get('redirect_uri') ?? '',
        challenge: query.get('code_challenge'),
        isForKeeps: query.get('access_type') === 'offline' && query.get('prompt') === 'consent',
      });
      redirectUri.searchParams.set('code', code);
      redirectUri.searchParams.set('state', query.get('state') ?? '');
      return { location: redirectUri.href };
    },

    /** The refresh token for a code, once; an answer that refuses otherwise. Undefined: access without a refresh token. */
    redeem(form: URLSearchParams): { refreshToken: string | undefined } | Answer {
      const code = form.get('code') ?? '';
      const grant = grants.get(code);
      grants.delete(code);
      const verifier = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (!grant || (grant.challenge !== null && grant.challenge !== verifier)) {
        return failToken(400, 'invalid_grant', 'Malformed auth code.');
      }
      if (form.get('redirect_uri') !== grant.redirectUri) {
        return failToken(400, 'redirect_uri_mismatch', 'Bad Request');
      }
      return { refreshToken: grant.isForKeeps ? refreshToken : undefined };
    },
  };
}
