/** From a proven media stream to a live call: session, tools, agent, record. The one place where the rooms meet for a call. */
import { createAgent } from '../agent/agent.ts';
import { greetByName, inboundContext, inboundPersona } from '../agent/briefings/inbound.ts';
import { createDispatcher, type InterceptTool } from '../agent/dispatcher.ts';
import type { LanguageModel } from '../agent/ports.ts';
import { type CallSession, openSession } from '../agent/session.ts';
import type { SessionStore } from '../agent/session-store.ts';
import type { ToolContext } from '../agent/tool.ts';
import { toolsFor } from '../agent/tools/all.ts';
import { startCall } from '../call/call.ts';
import type { CallEvent } from '../call/events.ts';
import type { Lines, PhoneListener, SpeechToText, TextToSpeech } from '../call/ports.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { TurnOptions } from '../call/turns.ts';
import type { Db } from '../db/connect.ts';
import { findCall, issueStreamToken, markAnswered, openCall } from '../dealership/call-log.ts';
import type { KnownCustomer } from '../dealership/customers.ts';
import type { BusyTime, Outbox } from '../dealership/ports.ts';
import type { DealershipProfile } from '../dealership/profile.ts';
import type { VinDecoder } from '../dealership/vin-decoder.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../telemetry/log.ts';
import { type CallHandover, type Conversation, createCallHandover } from './call-handover.ts';
import { recordCall } from './call-recorder.ts';
import { readCallerPhone } from './caller-phone.ts';
import type { OfferedStream } from './media-stream.ts';
import type { IncomingCall } from './voice.ts';

export interface CallDesk {
  /** The webhook: finds the caller, writes the call's row, opens its session. */
  open(call: IncomingCall): Promise<{ generation: number; hasEnded: boolean }>;
  /** Decides what comes after a stream. */
  readonly handover: CallHandover;
  /** The stream: begins to talk. */
  answer(stream: OfferedStream): Promise<void>;
}

export interface CallDeskOptions {
  db: Db;
  profile: DealershipProfile;
  clock: Clock;
  log: Log;
  registry: CallRegistry;
  /** By department, E.164: the only numbers to which a call is ever put through. */
  transferNumbers: Readonly<Record<string, string>>;
  sessions: SessionStore<CallSession>;
  customers: {
    find(phone: string): Promise<KnownCustomer | undefined>;
    invalidate(phone: string): Promise<void>;
  };
  speechToText: SpeechToText;
  textToSpeech: TextToSpeech;
  model: LanguageModel;
  lines: Lines;
  /** Is handed what bookings and changes owe to the calendar. */
  outbox: Outbox;
  /** Other people's times in the calendar, now. */
  busyElsewhere: (from: Date, to: Date) => Promise<BusyTime[]>;
  vinDecoder: VinDecoder;
  wakeTexts: () => void;
  turnOptions?: TurnOptions;
  onEvent?: (callSid: string, event: CallEvent) => void;
  interceptTool?: InterceptTool;
}

/** Longest that the warm-up of the model's connection may take; it runs behind the greeting. */
const WARM_UP_MS = 3_000;

export function createCallDesk(options: CallDeskOptions): CallDesk {
  const { db, profile, clock, log, registry, sessions, customers, transferNumbers } = options;
  const handover = createCallHandover({
    db,
    clock,
    registry,
    transferNumbers: new Map(Object.entries(transferNumbers)),
    readSession: (callSid) => sessions.get(callSid),
    onFault: (error, callSid) =>
      log.error({ err: error, callSid }, 'a call that did not come back was not closed'),
  });
  const persona = inboundPersona(profile);
  const cacheKey = `inbound:${profile.name}`.slice(0, 60);

  async function findCaller(callerPhone: string | null): Promise<KnownCustomer | undefined> {
    if (!callerPhone) return undefined;
    try {
      return await customers.find(callerPhone);
    } catch (error) {
      // Better an unknown caller than an unanswered one.
      log.error({ err: error }, 'the caller could not be looked up');
      return undefined;
    }
  }

  async function readSession(callSid: string): Promise<CallSession> {
    const stored = await sessions.get(callSid);
    if (stored) return stored;
    // The store lost it: what the row says is enough to begin again.
    const row = await findCall(db, callSid);
    if (!row) throw new Error('The call has no record.');
    const callerPhone = readCallerPhone(row.callerPhone);
    const found = await findCaller(callerPhone);
    // Only the customer whom the webhook recognised; a withheld number recognises nobody.
    const customer = found && found.id === row.customerId ? found : undefined;
    return openSession({ callSid, callLogId: row.id, direction: row.direction, callerPhone }, customer);
  }

  /** Whoever speaks and writes for this call, on whatever stream. */
  function beginConversation(session: CallSession): Conversation {
    const { callSid } = session;
    const callLog = log.child({ callSid });
    const dispatcher = createDispatcher({
      tools: toolsFor(session.direction),
      clock,
      session,
      context: {
        db,
        profile,
        findCustomer: (phone) => customers.find(phone),
        forgetCustomer: (phone) => customers.invalidate(phone),
        calendarSync: 'pending',
        outbox: options.outbox,
        busyElsewhere: options.busyElsewhere,
        vinDecoder: options.vinDecoder,
        wakeTexts: options.wakeTexts,
        reachableDepartments: Object.keys(transferNumbers),
      } satisfies Omit<ToolContext, 'session' | 'setSession' | 'now' | 'clock' | 'idempotencyKey'>,
      onSession: (next) =>
        void sessions
          .set(callSid, next)
          .catch((error: unknown) => callLog.warn({ err: error }, 'the session was not stored')),
      onFault: (fault) => callLog.error({ fault }, 'a tool failed'),
      ...(options.interceptTool ? { intercept: options.interceptTool } : {}),
    });
    const agent = createAgent({
      model: options.model,
      dispatcher,
      persona,
      context: () => inboundContext(profile, dispatcher.session, clock.now()),
      cacheKey,
    });
    const recorder = recordCall({
      db,
      clock,
      callLogId: session.callLogId,
      callSid,
      session: () => dispatcher.session,
      onLost: (error, what) => callLog.error({ err: error, what }, 'part of the call could not be kept'),
    });
    return { agent, recorder, session: () => dispatcher.session, drops: 0 };
  }

  return {
    handover,
    async open({ callSid, callerPhone, from }) {
      const customer = await findCaller(callerPhone);
      const call = await openCall(db, {
        callSid,
        direction: 'inbound',
        callerPhone: (callerPhone ?? from.replace(/\p{Cc}/gu, '').slice(0, 40)) || 'withheld',
        ...(customer ? { customerId: customer.id } : {}),
        startedAt: new Date(clock.now()),
      });
      if (call.isNew) {
        const known = { callSid, callLogId: call.id, direction: 'inbound' as const, callerPhone };
        await sessions.set(callSid, openSession(known, customer));
      }
      const token = await issueStreamToken(db, callSid);
      return { generation: token?.generation ?? call.generation, hasEnded: call.ended };
    },

    async answer(stream) {
      const { callSid } = stream;
      const callLog = log.child({ callSid });
      const generation = Number(stream.customParameters['generation']);
      const earlier = handover.resume(callSid);
      const conversation = earlier?.conversation ?? beginConversation(await readSession(callSid));
      const { agent, recorder } = conversation;
      const { callLogId, flow } = conversation.session();
      const resume =
        earlier ?? (generation > 1 ? await handover.resumeFromRecord(callSid, callLogId) : undefined);
      let listener: PhoneListener | undefined;
      // The stream hands over what it kept only after `accept` has returned, so `listener` is set by then.
      const phone = stream.accept({
        audio: (audio) => listener?.audio(audio),
        played: (mark) => listener?.played(mark),
        pressed: (digit) => listener?.pressed(digit),
        ended: (how) => listener?.ended(how),
      });
      const opening = greetByName(conversation.session());
      const call = startCall({
        phone,
        speechToText: options.speechToText,
        textToSpeech: options.textToSpeech,
        agent,
        lines: options.lines,
        clock,
        ...(options.turnOptions ? { options: options.turnOptions } : {}),
        ...(resume ? { resume } : {}),
        ...(opening ? { opening } : {}),
        beforeTransfer: () => recorder.beginTransfer(),
        observe(event) {
          recorder.observe(event);
          options.onEvent?.(callSid, event);
          if (event.type === 'fault')
            callLog.warn({ where: event.where, fault: event.fault }, 'a vendor failed during a call');
          if (event.type === 'call.ended') {
            callLog.info(
              { reason: event.reason, seconds: Math.round(event.durationMs / 1000) },
              'call ended',
            );
          }
        },
      });
      listener = call.listener;
      // The call counts as in progress until its record is closed.
      const ended = call.ended.then(async (end) => {
        await handover.ended(callSid, end, conversation, call.leftOff());
        return end;
      });
      handover.began(callSid, { generation, listener });
      registry.add(callSid, { listener: call.listener, shutDown: () => call.shutDown(), ended });
      callLog.info({ flow, isResumed: resume !== undefined }, 'call answered');
      await markAnswered(db, callSid, new Date(clock.now())).catch((error: unknown) =>
        callLog.warn({ err: error }, 'the time of the answer was not stored'),
      );
      void options.model.warmUp(AbortSignal.timeout(WARM_UP_MS)).catch(() => undefined);
    },
  };
}
