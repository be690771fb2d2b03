/** Watches one call and keeps it: each finished turn at once, the call's row closed at the end. Never holds up the call. */
import type { CallSession } from '../agent/session.ts';
import type { CallEnd, CallEvent, SettledTurn } from '../call/events.ts';
import type { Db } from '../db/connect.ts';
import { appendTurns, type CallTurn, finishCall } from '../dealership/call-log.ts';
import { releaseHolds } from '../dealership/holds.ts';
import { beginTransfer } from '../dealership/transfer.ts';
import type { Clock } from '../lib/clock.ts';
import { watchOutcome } from './call-outcome.ts';

export interface CallRecorder {
  observe(event: CallEvent): void;
  /** Resolves when everything so far has been written, or given up. */
  settled(): Promise<void>;
  /** The call moves to a person: the record stays open until it is known how that went. */
  beginTransfer(): Promise<void>;
  /** Nobody took the call; the caller is with the agent again, and the outcome will say so if nothing better comes. */
  transferFailed(): void;
  /** The call is over. A record that has been closed before stays as it is. */
  close(reason: CallEnd | 'transfer_failed'): Promise<void>;
}

/** A write that fails is tried again this often, this far apart; a database that is away longer loses the turn, and the log says so. */
const TRIES = 4;
const RETRY_MS = 1_000;

export function recordCall(options: {
  db: Db;
  clock: Clock;
  callLogId: string;
  callSid: string;
  session: () => CallSession;
  onLost: (error: unknown, what: string) => void;
}): CallRecorder {
  const { db, clock, callLogId, callSid, session, onLost } = options;
  const usage = { promptTokens: 0, cachedTokens: 0, completionTokens: 0 };
  let model: string | undefined;
  const watch = watchOutcome();
  let hasSpoken = false;
  let hasTransferFailed = false;
  let last: Promise<void> = Promise.resolve();

  /** One write after the other, in the order of the conversation. */
  function write(what: string, work: () => Promise<unknown>): void {
    last = last.then(async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          await work();
          return;
        } catch (error) {
          if (attempt === TRIES) return onLost(error, what);
          await new Promise<void>((next) => void clock.after(RETRY_MS, next));
        }
      }
    });
  }

  /** What the record learns of the session, whoever closes it. */
  function facts() {
    const { appointmentId, customerId, flow } = session();
    return {
      callSid,
      flow,
      usage,
      ...(model ? { model } : {}),
      ...(appointmentId ? { appointmentId, intent: 'book' } : {}),
      ...(customerId ? { customerId } : {}),
    };
  }

  function close(reason: CallEnd | 'transfer_failed'): Promise<void> {
    const { appointmentId } = session();
    const deed = watch.outcome();
    const outcome = appointmentId
      ? 'appointment_booked'
      : deed && !(hasTransferFailed && deed === 'no_action')
        ? deed
        : hasTransferFailed
          ? 'transfer_failed'
          : reason === 'no_input'
            ? 'no_input'
            : hasSpoken
              ? 'information_provided'
              : 'abandoned';
    const endedAt = new Date(clock.now());
    write('the end of the call', () => finishCall(db, { ...facts(), endedAt, endedReason: reason, outcome }));
    write('the release of held times', () => releaseHolds(db, callSid));
    return last;
  }

  return {
    settled: () => last,
    beginTransfer() {
      write('the transfer of the call', () => beginTransfer(db, facts()));
      return last;
    },
    transferFailed() {
      hasTransferFailed = true;
    },
    close,
    observe(event) {
      if (event.type === 'turn.settled') {
        if (event.turn.speaker === 'caller') hasSpoken = true;
        watch.observe(event.turn);
        const row = toRow(event.turn);
        if (row) write('a turn', () => appendTurns(db, callLogId, [row]));
      } else if (event.type === 'usage') {
        model = event.model;
        usage.promptTokens += event.promptTokens;
        usage.cachedTokens += event.cachedTokens;
        usage.completionTokens += event.completionTokens;
      }
    },
  };
}

function toRow(turn: SettledTurn): CallTurn | undefined {
  const { position } = turn;
  const at = new Date(turn.at);
  switch (turn.speaker) {
    case 'caller':
      return { position, at, speaker: 'caller', text: turn.text };
    case 'agent':
      return {
        position,
        at,
        speaker: 'agent',
        text: turn.text,
        interrupted: turn.isInterrupted,
        endOfTurnMs: rounded(turn.latencies.endOfTurnMs),
        modelFirstTokenMs: rounded(turn.latencies.modelFirstTokenMs),
        speechFirstByteMs: rounded(turn.latencies.speechFirstByteMs),
        responseMs: rounded(turn.latencies.responseMs),
      };
    case 'tool':
      return {
        position,
        at,
        speaker: 'tool',
        text: turn.record.name,
        toolArguments: withoutProof(turn.record.name, parsed(turn.record.arguments)),
        toolResult: parsed(turn.record.result),
        toolMs: Math.round(turn.record.tookMs),
      };
  }
}

const rounded = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms));

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return { unreadable: json.slice(0, 500) };
  }
}

/** What callers prove themselves with is compared and never kept: only which kind of proof was given. */
function withoutProof(tool: string, args: unknown): unknown {
  if (tool !== 'verify_customer' || typeof args !== 'object' || args === null) return args;
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, value === null ? null : '[given]']),
  );
}
