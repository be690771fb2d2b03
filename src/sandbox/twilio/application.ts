/** The application as one call reaches it: asked for TwiML, told of events. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import type { CallRecord } from './call-record.ts';
import type { CallFaults } from './faults.ts';
import { readTwiml, type Verb } from './twiml.ts';
import { type Form, postForm } from './webhook.ts';

export interface Document {
  verbs: Verb[];
  /** Relative URLs in it start from here. */
  url: string | undefined;
}

export interface Application {
  /** The fields that every request about the call carries, and `extra`. */
  form: (extra?: Form) => Form;
  /** The application's word, or else that of its fallback, or undefined; never rejects. */
  ask(url: string, extra?: Form): Promise<Document | undefined>;
  /** Tells it something; a failure becomes a warning. */
  tell(url: string, form: Form): Promise<void>;
}

export interface ApplicationOptions {
  clock: Pick<Clock, 'after'>;
  accountSid: string;
  authToken: string;
  record: Readonly<CallRecord>;
  faults: Readonly<CallFaults>;
  fallbackUrl: string | undefined;
  /** The end of the call: no question outlives it. */
  over: AbortSignal;
  warn: (code: number, detail: string) => void;
}

/** Twilio's number for "got an error from your URL". */
const HTTP_FAILURE = 11_200;

export function createApplication(options: ApplicationOptions): Application {
  const { clock, accountSid, authToken, record, faults, fallbackUrl, over, warn } = options;

  function form(extra: Form = {}): Form {
    return {
      CallSid: record.sid,
      AccountSid: accountSid,
      From: record.from,
      To: record.to,
      Caller: record.from,
      Called: record.to,
      Direction: record.direction,
      CallStatus: record.status,
      ApiVersion: '2010-04-01',
      ...extra,
    };
  }

  /** Time on the way to the application; cut short by the end of the call. */
  function travel(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(ms, resolve);
      over.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }

  async function fetchTwiml(url: string, extra: Form): Promise<Document> {
    if (faults.webhookDelayMs > 0) await travel(faults.webhookDelayMs);
    const request = { url, form: form(extra), authToken, token: randomUUID(), signal: over };
    const [answer] = await Promise.all([
      postForm(clock, request),
      faults.duplicateWebhooks ? postForm(clock, request).catch(() => undefined) : undefined,
    ]);
    if (answer.status < 200 || answer.status > 299) throw new Error(`${url} answered ${answer.status}`);
    return { verbs: readTwiml(answer.body), url };
  }

  return {
    form,
    async ask(url, extra = {}) {
      const attempts = [{ url, extra }];
      if (fallbackUrl) {
        attempts.push({
          url: fallbackUrl,
          extra: { ...extra, ErrorCode: String(HTTP_FAILURE), ErrorUrl: url },
        });
      }
      for (const attempt of attempts) {
        try {
          return await fetchTwiml(attempt.url, attempt.extra);
        } catch (error) {
          if (over.aborted) return undefined;
          warn(HTTP_FAILURE, String(error));
        }
      }
      return undefined;
    },
    async tell(url, fields) {
      try {
        await postForm(clock, { url, form: fields, authToken });
      } catch (error) {
        warn(HTTP_FAILURE, String(error));
      }
    },
  };
}
