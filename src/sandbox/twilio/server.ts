/** A stand-in for Twilio on loopback: its REST API on one side, telephones on the other. */
import { createServer } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { type Callee, createExchange, type InboundCall } from './exchange.ts';
import { createMessages, type TextMessage } from './messages.ts';
import { createNumbers, type OwnNumber } from './numbers.ts';
import type { CallTimings, DialOutcome, PhoneCall } from './phone.ts';
import { RestRefusal } from './rest-answer.ts';
import { createRestHandler, type RestFaults, type RestRequest } from './rest-api.ts';

interface SandboxFaults extends RestFaults {
  /** Numbers that have answered STOP to a text. */
  optedOut: Set<string>;
}

export interface TwilioSandbox {
  /** For `client.api.baseUrl`. */
  readonly baseUrl: string;
  /** Every call there has been, oldest first. */
  readonly calls: readonly PhoneCall[];
  readonly messages: readonly TextMessage[];
  readonly numbers: readonly OwnNumber[];
  readonly timings: CallTimings;
  readonly faults: SandboxFaults;
  /** Somebody dials one of the account's numbers. Without `voiceUrl` the call goes where the number points. */
  placeCall(call: Omit<InboundCall, 'voiceUrl'> & { voiceUrl?: string }): Promise<PhoneCall>;
  /** Tells of each call that the application places, before it rings; returns the way to stop. */
  onPlaced(listener: (call: PhoneCall) => void): () => void;
  /** Who answers when this number is called or a call is transferred to it; a person, unless told. */
  setCallee(number: string, callee: Partial<Callee>): void;
  close(): Promise<void>;
}

const PERSON: Callee = { outcome: 'completed', answeredBy: 'human' };
const DEFAULT_NUMBERS = ['+12175550100'];

export async function startTwilioSandbox({
  clock,
  accountSid,
  authToken,
  phoneNumbers = DEFAULT_NUMBERS,
}: {
  clock: Clock;
  accountSid: string;
  authToken: string;
  /** The account's own numbers, E.164. */
  phoneNumbers?: readonly string[];
}): Promise<TwilioSandbox> {
  const timings: CallTimings = { ringMs: 2000, detectionMs: 3000, talkMs: 5000, captureMs: 600_000 };
  const faults: SandboxFaults = { refusals: [], lostAnswers: 0, optedOut: new Set() };
  const callees = new Map<string, Callee>();
  const calleeOf = (number: string): Callee => callees.get(number) ?? PERSON;
  const dialOutcome = (number: string): DialOutcome => calleeOf(number).outcome;
  const exchange = createExchange({ clock, accountSid, authToken, timings, dialOutcome }, calleeOf);
  const messages = createMessages({ clock, accountSid, authToken, optedOut: faults.optedOut });
  const { numbers, ...ownNumbers } = createNumbers(accountSid, phoneNumbers);

  function carryOut({ method, resource, fields }: RestRequest): { status: 200 | 201; body: unknown } {
    const [collection = '', sid] = resource.split('/');
    switch (`${method} ${collection}${sid === undefined ? '' : '/{sid}'}`) {
      case 'POST Calls':
        return { status: 201, body: exchange.create(fields) };
      case 'GET Calls':
        return { status: 200, body: exchange.list(fields) };
      case 'POST Calls/{sid}':
        return { status: 200, body: exchange.update(sid ?? '', fields) };
      case 'GET Calls/{sid}':
        return { status: 200, body: exchange.find(sid ?? '') };
      case 'POST Messages':
        return { status: 201, body: messages.create(fields) };
      case 'GET IncomingPhoneNumbers':
        return { status: 200, body: ownNumbers.list(fields) };
      case 'POST IncomingPhoneNumbers/{sid}':
        return { status: 200, body: ownNumbers.update(sid ?? '', fields) };
      default:
        throw new RestRefusal(404, 20_404, `The requested resource ${resource} was not found`);
    }
  }

  const server = createServer(createRestHandler({ accountSid, authToken, faults, carryOut }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The Twilio sandbox has no port.');

  return {
    baseUrl: `http://127.0.0.1:${address.port}`,
    calls: exchange.calls,
    messages: messages.sent,
    numbers,
    timings,
    faults,
    async placeCall(call) {
      const number = numbers.find(({ phoneNumber }) => phoneNumber === call.to);
      const voiceUrl = call.voiceUrl ?? number?.voiceUrl;
      if (!voiceUrl) throw new Error(`${call.to} points nowhere: give the call a voiceUrl.`);
      return exchange.place({
        ...call,
        voiceUrl,
        fallbackUrl: call.fallbackUrl ?? (number?.voiceFallbackUrl || undefined),
        statusUrl: call.statusUrl ?? (number?.statusCallback || undefined),
      });
    },
    onPlaced: (listener) => exchange.onPlaced(listener),
    setCallee: (number, callee) => callees.set(number, { ...calleeOf(number), ...callee }),
    async close() {
      await exchange.stop();
      messages.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
