/** Is this request really from Twilio? */
import twilio from 'twilio';

export interface SignatureCheck {
  /** `path` begins with `/` and keeps its query; `params` are the form fields as received. */
  isWebhook(path: string, params: Record<string, string>, signature: string | undefined): boolean;
  /** For the WebSocket handshake, which carries no parameters. */
  isUpgrade(path: string, signature: string | undefined): boolean;
}

/**
 * Checks X-Twilio-Signature against `publicBaseUrl`, the address Twilio was given. Request headers such as Host
 * are whatever the sender likes, so they play no part. Never throws: what cannot be checked is not Twilio's.
 */
export function createSignatureCheck({
  authToken,
  publicBaseUrl,
}: {
  authToken: string;
  publicBaseUrl: string;
}): SignatureCheck {
  const httpBase = publicBaseUrl.replace(/\/+$/, '');
  const socketBase = httpBase.replace(/^http/i, 'ws');

  function isSigned(url: string, params: Record<string, string>, signature: string | undefined): boolean {
    // Without a token anybody could sign.
    if (!signature || authToken === '') return false;
    try {
      return twilio.validateRequest(authToken, signature, url, params);
    } catch {
      return false;
    }
  }

  return {
    isWebhook: (path, params, signature) => isSigned(httpBase + path, params, signature),
    isUpgrade(path, signature) {
      // Twilio's documents and its own servers disagree on scheme and trailing slash; each form needs the secret.
      const bare = path.replace(/\/$/, '');
      return [socketBase, httpBase].some((base) =>
        [bare, `${bare}/`].some((form) => isSigned(base + form, {}, signature)),
      );
    },
  };
}
