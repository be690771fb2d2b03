/** Text messages sent through the sandbox, and their delivery receipts. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { rfc2822 } from './call-record.ts';
import { RestRefusal, requireField, requireReachable } from './rest-answer.ts';
import { postForm } from './webhook.ts';

export interface TextMessage {
  sid: string;
  from: string;
  to: string;
  body: string;
  status: 'queued' | 'sent' | 'delivered';
  /** Epoch milliseconds of the clock. */
  createdAt: number;
}

const DELIVERY_MS = 500;

export function createMessages({
  clock,
  accountSid,
  authToken,
  optedOut,
}: {
  clock: Clock;
  accountSid: string;
  authToken: string;
  /** Numbers that have answered STOP: refused with 21610. */
  optedOut: ReadonlySet<string>;
}) {
  const sent: TextMessage[] = [];
  const timers = new Set<() => void>();
  const over = new AbortController();

  function resource(message: TextMessage): Record<string, unknown> {
    return {
      sid: message.sid,
      account_sid: accountSid,
      api_version: '2010-04-01',
      from: message.from,
      to: message.to,
      body: message.body,
      status: message.status,
      direction: 'outbound-api',
      date_created: rfc2822(message.createdAt),
      date_updated: rfc2822(message.createdAt),
      date_sent: null,
      num_segments: '1',
      num_media: '0',
      error_code: null,
      error_message: null,
      price: null,
      price_unit: 'USD',
      messaging_service_sid: null,
      uri: `/2010-04-01/Accounts/${accountSid}/Messages/${message.sid}.json`,
    };
  }

  function advance(message: TextMessage, status: 'sent' | 'delivered', url: string | null): void {
    const cancel = clock.after(DELIVERY_MS, () => {
      timers.delete(cancel);
      message.status = status;
      if (status === 'sent') advance(message, 'delivered', url);
      if (!url) return;
      const form = {
        AccountSid: accountSid,
        MessageSid: message.sid,
        SmsSid: message.sid,
        MessageStatus: status,
        SmsStatus: status,
        From: message.from,
        To: message.to,
        ApiVersion: '2010-04-01',
      };
      // An application that is not there misses its receipt.
      postForm(clock, { url, form, authToken, signal: over.signal }).catch(() => {});
    });
    timers.add(cancel);
  }

  return {
    sent,
    /** Throws a RestRefusal. */
    create(fields: URLSearchParams): Record<string, unknown> {
      const to = requireReachable(fields.get('To'));
      if (optedOut.has(to)) throw new RestRefusal(400, 21_610, 'Attempt to send to unsubscribed recipient');
      const message: TextMessage = {
        sid: `SM${randomUUID().replaceAll('-', '')}`,
        from: fields.get('From') ?? requireField(fields, 'MessagingServiceSid'),
        to,
        body: requireField(fields, 'Body'),
        status: 'queued',
        createdAt: clock.now(),
      };
      sent.push(message);
      const created = resource(message);
      advance(message, 'sent', fields.get('StatusCallback'));
      return created;
    },
    stop(): void {
      over.abort();
      for (const cancel of timers) cancel();
      timers.clear();
    },
  };
}
