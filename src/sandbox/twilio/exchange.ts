/** All calls of the sandbox: placed by someone outside, or by the application over REST. */
import { randomUUID } from 'node:crypto';
import { type CallRecord, callResource, hasEnded } from './call-record.ts';
import type { CallFaults } from './faults.ts';
import type { DialOutcome, ManagedCall, PhoneCall } from './phone.ts';
import { type CallOptions, startPhoneCall } from './phone-call.ts';
import { page, RestRefusal, requireField, requireReachable } from './rest-answer.ts';

/** Who is at the other end when the application dials. */
export interface Callee {
  outcome: DialOutcome;
  /** `human`, `machine_start`, `machine_end_beep`, `fax`, `unknown`; told only to a call that asked. */
  answeredBy: string;
}

export interface InboundCall {
  from: string;
  to: string;
  /** What the number's settings would say. */
  voiceUrl: string;
  fallbackUrl?: string | undefined;
  statusUrl?: string | undefined;
  /** Another token than the account's: a forger's. */
  signWith?: string | undefined;
  faults?: Partial<CallFaults> | undefined;
}

type Shared = Pick<CallOptions, 'clock' | 'accountSid' | 'authToken' | 'timings' | 'dialOutcome'>;

export interface Exchange {
  readonly calls: readonly PhoneCall[];
  place(call: InboundCall): PhoneCall;
  onPlaced(listener: (call: PhoneCall) => void): () => void;
  create(fields: URLSearchParams): Record<string, unknown>;
  update(sid: string, fields: URLSearchParams): Record<string, unknown>;
  find(sid: string): Record<string, unknown>;
  list(fields: URLSearchParams): Record<string, unknown>;
  /** Ends every call and waits for the last of their callbacks. */
  stop(): Promise<void>;
}

function isWithin(time: number, fields: URLSearchParams, name: string): boolean {
  const from = fields.get(`${name}>`);
  const to = fields.get(`${name}<`);
  return (!from || time >= Date.parse(from)) && (!to || time <= Date.parse(to));
}

export function createExchange(shared: Shared, callee: (number: string) => Callee): Exchange {
  const { clock, accountSid } = shared;
  const calls: ManagedCall[] = [];
  const listeners = new Set<(call: PhoneCall) => void>();

  function openRecord(direction: CallRecord['direction'], from: string, to: string): CallRecord {
    return {
      sid: `CA${randomUUID().replaceAll('-', '')}`,
      from,
      to,
      direction,
      status: direction === 'inbound' ? 'ringing' : 'queued',
      createdAt: clock.now(),
      answeredAt: undefined,
      endedAt: undefined,
      answeredBy: undefined,
    };
  }

  function add(call: ManagedCall): ManagedCall {
    calls.push(call);
    return call;
  }

  function require(sid: string): ManagedCall {
    const call = calls.find(({ callSid }) => callSid === sid);
    if (!call) throw new RestRefusal(404, 20_404, `The requested resource ${sid} was not found`);
    return call;
  }

  function readSource(fields: URLSearchParams): { twiml: string } | { url: string } {
    const twiml = fields.get('Twiml');
    const url = fields.get('Url');
    return url || !twiml ? { url: url ?? requireField(fields, 'Url') } : { twiml };
  }

  return {
    calls,
    place({ from, to, voiceUrl, fallbackUrl, statusUrl, signWith, faults }) {
      return add(
        startPhoneCall({
          ...shared,
          authToken: signWith ?? shared.authToken,
          record: openRecord('inbound', from, to),
          outcome: 'completed',
          voice: { url: voiceUrl },
          fallbackUrl,
          statusUrl,
          statusEvents: ['completed'],
          detection: undefined,
          faults,
        }),
      );
    },
    onPlaced(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    create(fields) {
      const to = requireReachable(fields.get('To'));
      const record = openRecord('outbound-api', requireField(fields, 'From'), to);
      const voice = readSource(fields);
      const created = callResource(record, accountSid);
      const { outcome, answeredBy } = callee(to);
      const events = fields.getAll('StatusCallbackEvent');
      const isAsync = fields.get('AsyncAmd') === 'true';
      const call = add(
        startPhoneCall({
          ...shared,
          record,
          outcome,
          voice,
          fallbackUrl: fields.get('FallbackUrl') ?? undefined,
          statusUrl: fields.get('StatusCallback') ?? undefined,
          statusEvents: events.length > 0 ? events : ['completed'],
          detection: fields.get('MachineDetection')
            ? { answeredBy, callbackUrl: isAsync ? (fields.get('AsyncAmdStatusCallback') ?? '') : undefined }
            : undefined,
          faults: undefined,
        }),
      );
      for (const listener of listeners) listener(call);
      return created;
    },
    update(sid, fields) {
      const call = require(sid);
      if (hasEnded(call.record)) {
        throw new RestRefusal(400, 21_220, 'Call is not in-progress. Cannot redirect.');
      }
      const status = fields.get('Status');
      if (status === 'completed' || status === 'canceled') call.end('agent', `ended over REST: ${status}`);
      else call.replaceTwiml(readSource(fields));
      return callResource(call.record, accountSid);
    },
    find: (sid) => callResource(require(sid).record, accountSid),
    list(fields) {
      const wanted = (name: string, value: string) => !fields.get(name) || fields.get(name) === value;
      const found = calls.filter(
        ({ record }) =>
          wanted('To', record.to) &&
          wanted('From', record.from) &&
          wanted('Status', record.status) &&
          isWithin(record.answeredAt ?? record.createdAt, fields, 'StartTime'),
      );
      return page(
        'calls',
        found.toReversed().map(({ record }) => callResource(record, accountSid)),
      );
    },
    async stop() {
      for (const call of calls) call.end('agent', 'the sandbox was closed');
      await Promise.all(calls.map(({ ended }) => ended));
    },
  };
}
