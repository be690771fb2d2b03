/** What follows a media stream of a call: a person, another stream of the same call, an apology, or the end. */

import type { CallSession } from '../agent/session.ts';
import type { LeftOff } from '../call/call.ts';
import type { CallEnd, Opening } from '../call/events.ts';
import type { Past } from '../call/history.ts';
import type { Agent, PhoneListener } from '../call/ports.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { Db } from '../db/connect.ts';
import { finishCall, renewStream, TRANSFER_PENDING } from '../dealership/call-log.ts';
import {
  completeTransfer,
  failTransfer,
  lastPosition,
  readStreamState,
  type StreamState,
} from '../dealership/transfer.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallRecorder } from './call-recorder.ts';
import { createParkedCalls } from './parked-calls.ts';

/** What the caller of Twilio's callbacks is to be answered. */
export type NextStep =
  | { do: 'connect'; generation: number }
  | { do: 'dial'; number: string; generation: number }
  /** `line`: the connection broke for good; `busy`: we cannot go on with the call. */
  | { do: 'apologise'; because: 'line' | 'busy' }
  | { do: 'hangUp' };

/** The parts of a call that outlive its stream. */
export interface Conversation {
  agent: Agent;
  recorder: CallRecorder;
  session: () => CallSession;
  /** How often its stream broke. */
  drops: number;
}

interface Parked {
  conversation: Conversation;
  leftOff: LeftOff;
  line: Opening['line'];
}

export interface CallHandover {
  /** A stream of the call talks now. */
  began(callSid: string, stream: { generation: number; listener: PhoneListener }): void;
  /** The stream is over: closes the record, or keeps the call for what may follow. */
  ended(callSid: string, reason: CallEnd, conversation: Conversation, leftOff: LeftOff): Promise<void>;
  /** The conversation of an earlier stream of the call; taken once. */
  resume(callSid: string): { conversation: Conversation; past: Past; opening: Opening } | undefined;
  /** The same when this process no longer knows the conversation. */
  resumeFromRecord(callSid: string, callLogId: string): Promise<{ past: Past; opening: Opening }>;
  afterStream(callSid: string, generation: number | undefined, isOver: boolean): Promise<NextStep>;
  /** `status` as Twilio reports it of the dialled side. */
  afterTransfer(
    callSid: string,
    generation: number | undefined,
    status: string,
    isOver: boolean,
  ): Promise<NextStep>;
  /** Twilio says that the call is over, and no stream of it is in progress here. */
  completed(callSid: string): Promise<void>;
  /** Closes the records of calls that have not come back. */
  close(): Promise<void>;
}

/** Twilio asks for what follows within a second or so of a break; a caller waits no longer than this for it. */
const COME_BACK_MS = 30_000;
/** The dialled side may ring for 20 s; what was said is kept that long and a good while more. */
const TRANSFER_KEPT_MS = 60_000;
/** The two callbacks at the end of a transferred call come in any order: the one without the outcome waits. */
const OUTCOME_MS = 10_000;
/** Twilio waits 15 s for an answer. */
const SETTLE_MS = 8_000;
/** A question said once more is a sentence, not a speech; characters. */
const AGAIN_MAX = 300;

const HANG_UP: NextStep = { do: 'hangUp' };
const LINE_LOST: NextStep = { do: 'apologise', because: 'line' };
const BUSY: NextStep = { do: 'apologise', because: 'busy' };

export function createCallHandover(options: {
  db: Db;
  clock: Clock;
  registry: CallRegistry;
  /** Numbers by department: the only ones ever dialled. */
  transferNumbers: ReadonlyMap<string, string>;
  readSession: (callSid: string) => Promise<CallSession | undefined>;
  onFault: (error: unknown, callSid: string) => void;
}): CallHandover {
  const { db, clock, registry, transferNumbers } = options;
  const live = new Map<string, { generation: number; listener: PhoneListener }>();
  const parked = createParkedCalls<Parked | undefined>({ clock, onFault: options.onFault });
  const now = () => new Date(clock.now());

  /** True unless it takes longer than Twilio can wait. */
  async function settles(callSid: string): Promise<boolean> {
    const { promise: late, resolve } = Promise.withResolvers<boolean>();
    const cancel = clock.after(SETTLE_MS, () => resolve(false));
    const isSettled = await Promise.race([registry.settled(callSid).then(() => true), late]);
    cancel();
    return isSettled;
  }

  /** A callback of an earlier stream, asked again: the same answer while nobody has used it, and never a new stream. */
  function repeat(state: StreamState, generation: number): NextStep {
    const isFresh = state.generation === generation + 1 && !state.isClaimed && !state.hasEnded;
    return isFresh ? { do: 'connect', generation: state.generation } : HANG_UP;
  }

  async function missedTransfer(callSid: string, why: string) {
    const session = parked.get(callSid)?.conversation.session() ?? (await options.readSession(callSid));
    const { department, reason, summary } = session?.transfer ?? NO_WISH;
    const callbackNumber = session?.callerPhone ?? null;
    return { department, reason, summary, why, callbackNumber, customerId: session?.customerId ?? null };
  }

  async function dial(callSid: string, generation: number): Promise<NextStep> {
    const session = parked.get(callSid)?.conversation.session() ?? (await options.readSession(callSid));
    const number = transferNumbers.get((session?.transfer ?? NO_WISH).department);
    return number ? { do: 'dial', number, generation } : comeBack(callSid, generation, 'failed');
  }

  /** Nobody took the call: the caller returns to the agent. */
  async function comeBack(callSid: string, generation: number, why: string): Promise<NextStep> {
    const returned = await failTransfer(db, callSid, await missedTransfer(callSid, why), { do: 'return' });
    if (!returned) {
      const state = await readStreamState(db, callSid);
      return state ? repeat(state, generation) : HANG_UP;
    }
    const call = parked.take(callSid);
    if (call) {
      const { recorder } = call.conversation;
      recorder.transferFailed();
      parked.park(callSid, { ...call, line: 'nobodyThere' }, COME_BACK_MS, () =>
        recorder.close('transfer_failed'),
      );
    }
    return { do: 'connect', generation: returned.generation };
  }

  async function giveUpTransfer(
    callSid: string,
    why: string,
    endedReason: 'caller_hangup' | 'transfer_failed',
  ) {
    const missed = await missedTransfer(callSid, why);
    parked.take(callSid);
    await failTransfer(db, callSid, missed, { do: 'close', endedAt: now(), endedReason });
  }

  async function completed(callSid: string): Promise<void> {
    const state = await readStreamState(db, callSid);
    if (!state || state.hasEnded) return;
    const call = parked.get(callSid);
    if (state.outcome === TRANSFER_PENDING) {
      parked.park(callSid, call, OUTCOME_MS, async () => {
        const missed = await missedTransfer(callSid, 'hung up');
        const end = { do: 'close', endedAt: now(), endedReason: 'caller_hangup' } as const;
        await failTransfer(db, callSid, missed, end);
      });
    } else if (call) {
      parked.take(callSid);
      await call.conversation.recorder.close(call.line === 'lineCut' ? 'media_disconnect' : 'caller_hangup');
    } else
      await finishCall(db, { callSid, endedAt: now(), endedReason: 'caller_hangup', outcome: 'abandoned' });
  }

  return {
    began(callSid, stream) {
      live.set(callSid, stream);
    },
    async ended(callSid, reason, conversation, leftOff) {
      live.delete(callSid);
      const { recorder } = conversation;
      if (reason === 'transferred') {
        const call = { conversation, leftOff, line: 'nobodyThere' } as const;
        parked.park(callSid, call, TRANSFER_KEPT_MS, () => Promise.resolve());
      } else if (reason === 'media_disconnect' && conversation.drops === 0 && !registry.isDraining) {
        await recorder.settled();
        const call = { conversation: { ...conversation, drops: 1 }, leftOff, line: 'lineCut' } as const;
        parked.park(callSid, call, COME_BACK_MS, () => recorder.close('media_disconnect'));
      } else await recorder.close(reason);
    },
    resume(callSid) {
      const call = parked.take(callSid);
      if (!call) return undefined;
      const { conversation, leftOff, line } = call;
      const again = lastQuestion(leftOff.lastWords);
      const opening: Opening =
        line === 'nobodyThere'
          ? { line }
          : { line, owesReply: leftOff.owesReply, ...(again ? { again } : {}) };
      return { conversation, past: leftOff.past, opening };
    },
    async resumeFromRecord(callSid, callLogId) {
      const state = await readStreamState(db, callSid);
      const line = state?.outcome === 'transfer_failed' ? 'nobodyThere' : 'lineCut';
      return { past: { entries: [], position: await lastPosition(db, callLogId) }, opening: { line } };
    },
    async afterStream(callSid, generation, isOver) {
      const stream = live.get(callSid);
      // Twilio knows that the stream is over, even if its end has not reached us.
      if (stream && stream.generation === generation) stream.listener.ended(isOver ? 'hangup' : 'dropped');
      if (!stream || stream.generation === generation || generation === undefined) {
        if (!(await settles(callSid))) return HANG_UP;
      }
      const state = await readStreamState(db, callSid);
      if (!state) return HANG_UP;
      if (generation !== undefined && generation !== state.generation) return repeat(state, generation);
      if (state.hasEnded) {
        const isLost = state.endedReason === 'media_disconnect' && generation !== undefined;
        return isLost && !isOver ? LINE_LOST : HANG_UP;
      }
      if (isOver) {
        await completed(callSid);
        return HANG_UP;
      }
      if (state.outcome === TRANSFER_PENDING) return dial(callSid, state.generation);
      if (!state.isAnswered) return BUSY;
      const call = parked.get(callSid);
      if (!call && generation === undefined) return HANG_UP;
      if (call?.line === 'lineCut' && registry.admits) {
        const renewed = await renewStream(db, callSid, state.generation);
        if (renewed !== undefined) return { do: 'connect', generation: renewed };
        const later = await readStreamState(db, callSid);
        if (later && later.generation !== state.generation) return repeat(later, state.generation);
      }
      parked.take(callSid);
      if (call) await call.conversation.recorder.close('media_disconnect');
      else
        await finishCall(db, {
          callSid,
          endedAt: now(),
          endedReason: 'media_disconnect',
          outcome: 'abandoned',
        });
      return LINE_LOST;
    },
    async afterTransfer(callSid, generation, status, isOver) {
      const state = await readStreamState(db, callSid);
      if (!state) return HANG_UP;
      if (generation !== undefined && generation !== state.generation) return repeat(state, generation);
      if (state.hasEnded || state.outcome !== TRANSFER_PENDING) return HANG_UP;
      if (status === 'completed' || status === 'answered') {
        await completeTransfer(db, callSid, now());
        parked.take(callSid);
        return HANG_UP;
      }
      if (!isOver && registry.admits) return comeBack(callSid, state.generation, status);
      await giveUpTransfer(callSid, status, isOver ? 'caller_hangup' : 'transfer_failed');
      return isOver ? HANG_UP : BUSY;
    },
    completed,
    close: () => parked.close(),
  };
}

const NO_WISH = { department: 'service_advisor', reason: 'other', summary: '' };

/** The last question of what was said; without one, its last sentence. */
export function lastQuestion(said: string): string {
  const sentences = said.split(/(?<=[.!?])\s+/).filter(Boolean);
  const last = sentences.findLast((sentence) => sentence.includes('?')) ?? sentences.at(-1) ?? '';
  return last.length > AGAIN_MAX ? '' : last;
}
