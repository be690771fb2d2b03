/** Requests that Twilio makes of the application: forms, signed, with a deadline. */
import { randomUUID } from 'node:crypto';
import twilio from 'twilio';
import type { Clock } from '../../lib/clock.ts';

export type Form = Readonly<Record<string, string>>;

export interface Answer {
  status: number;
  body: string;
}

/** The whole exchange; then Twilio turns to the fallback URL (error 11205). */
const WEBHOOK_TIMEOUT_MS = 15_000;

/** What the application will compute from its own address and the shared token. Twilio signs a handshake with no form. */
export function sign(authToken: string, url: string, form: Form = {}): string {
  return twilio.getExpectedTwilioSignature(authToken, url, { ...form });
}

/** Posts a signed form. Rejects when there is no answer in time, no connection, or `signal` ends it. */
export async function postForm(
  clock: Pick<Clock, 'after'>,
  {
    url,
    form,
    authToken,
    token = randomUUID(),
    timeoutMs = WEBHOOK_TIMEOUT_MS,
    signal,
  }: { url: string; form: Form; authToken: string; token?: string; timeoutMs?: number; signal?: AbortSignal },
): Promise<Answer> {
  const deadline = new AbortController();
  const cancel = clock.after(timeoutMs, () => deadline.abort(new Error(`no answer in ${timeoutMs} ms`)));
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
        'x-twilio-signature': sign(authToken, url, form),
        'i-twilio-idempotency-token': token,
        'user-agent': 'TwilioProxy/1.1',
      },
      body: new URLSearchParams(form).toString(),
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, deadline.signal]) : deadline.signal,
    });
    return { status: response.status, body: await response.text() };
  } finally {
    cancel();
  }
}
