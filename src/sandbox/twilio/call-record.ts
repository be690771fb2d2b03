/** A call as Twilio's REST API shows it. */

export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'failed'
  | 'no-answer'
  | 'canceled';

export interface CallRecord {
  sid: string;
  from: string;
  to: string;
  direction: 'inbound' | 'outbound-api';
  status: CallStatus;
  /** Epoch milliseconds of the clock; undefined until it happens. */
  createdAt: number;
  answeredAt: number | undefined;
  endedAt: number | undefined;
  answeredBy: string | undefined;
}

export const hasEnded = ({ endedAt }: CallRecord): boolean => endedAt !== undefined;

/** Whole seconds, as billed and reported. */
export function durationSeconds({ answeredAt, endedAt }: CallRecord): number {
  return answeredAt === undefined || endedAt === undefined ? 0 : Math.ceil((endedAt - answeredAt) / 1000);
}

/** `Tue, 31 Aug 2010 20:36:28 +0000` */
export const rfc2822 = (at: number): string => new Date(at).toUTCString().replace('GMT', '+0000');

export function callResource(call: CallRecord, accountSid: string): Record<string, unknown> {
  const time = (at: number | undefined) => (at === undefined ? null : rfc2822(at));
  return {
    sid: call.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    from: call.from,
    to: call.to,
    direction: call.direction,
    status: call.status,
    answered_by: call.answeredBy ?? null,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.endedAt ?? call.answeredAt ?? call.createdAt),
    start_time: time(call.answeredAt),
    end_time: time(call.endedAt),
    duration: hasEnded(call) ? String(durationSeconds(call)) : null,
    price: null,
    price_unit: 'USD',
    queue_time: '0',
    uri: `/2010-04-01/Accounts/${accountSid}/Calls/${call.sid}.json`,
  };
}
