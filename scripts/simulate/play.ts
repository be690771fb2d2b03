/** Plays one scenario from its first ring to its verdict: a world of its own, the whole application, one call. */

import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { CallSession } from '../../src/agent/session.ts';
import { type App, buildApp } from '../../src/app.ts';
import type { ToolRecord } from '../../src/call/events.ts';
import { readConfig } from '../../src/config.ts';
import type { Database } from '../../src/db/connect.ts';
import type { GoogleSandbox } from '../../src/sandbox/google/server.ts';
import type { Brain } from '../../src/sandbox/openai/chat.ts';
import { answer } from '../../src/sandbox/receptionist/receptionist.ts';
import { findFreePort } from '../terminal/free-port.ts';
import { type Line, playCaller } from './caller.ts';
import { gradeDatabase } from './grade-database.ts';
import { gradeTools, readToolUse, type ToolUse } from './grade-tools.ts';
import { gradeWords } from './grade-words.ts';
import { findLeaks } from './leaks.ts';
import { type LiveModel, playLiveCaller } from './live-caller.ts';
import { createMachineClock } from './machine-clock.ts';
import type { Scenario } from './scenario.ts';
import { createScriptedModel } from './scripted-model.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';
import { createToolFaults } from './tool-faults.ts';
import { setVendorFaults } from './vendor-faults.ts';
import { resetWorld } from './world.ts';

export interface Verdict {
  id: string;
  flow: string;
  tags: readonly string[];
  /** Why it failed, a line each; none when it passed. */
  complaints: readonly string[];
  /** Real milliseconds. */
  tookMs: number;
  conversation: readonly Line[];
  tools: readonly { name: string; args: string; isSuccess: boolean }[];
  outcome: string | undefined;
  /** Who hung up and why, and what Twilio would have remarked. */
  ended?: string;
}

/** A scenario that takes longer than this has hung. Real milliseconds. */
const DEADLINE_MS = 60_000;
/** A live model takes its time, and the call runs no faster than real. */
const LIVE_DEADLINE_MS = 10 * 60_000;

/** Never throws for what the application does; the database is left as the call left it. */
export async function playScenario(
  scenario: Scenario,
  { database, speed, live }: { database: Database; speed: number; live?: LiveModel | undefined },
): Promise<Verdict> {
  const startedAt = performance.now();
  const { id, flow, tags } = scenario;
  const verdict = { id, flow, tags, conversation: [], tools: [], outcome: undefined };
  const late = new AbortController();
  const deadlineMs = live ? LIVE_DEADLINE_MS : DEADLINE_MS;
  const overdue = wait(deadlineMs, undefined, { signal: late.signal, ref: false }).then(() => {
    throw new Error(`no end after ${deadlineMs / 1000} s`);
  });
  overdue.catch(() => undefined);
  try {
    const attempt = () => play(scenario, database, speed, live);
    // Between finding a free port and opening it, another worker may have taken it.
    const played = await Promise.race([
      attempt().catch((error: unknown) => (isPortTaken(error) ? attempt() : Promise.reject(error))),
      overdue,
    ]);
    return { ...verdict, ...played, tookMs: performance.now() - startedAt };
  } catch (error) {
    const complaint = `could not be played: ${error instanceof Error ? error.message : String(error)}`;
    return { ...verdict, complaints: [complaint], tookMs: performance.now() - startedAt };
  } finally {
    late.abort();
  }
}

const isPortTaken = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

async function play(
  scenario: Scenario,
  database: Database,
  speed: number,
  live: LiveModel | undefined,
): Promise<Pick<Verdict, 'complaints' | 'conversation' | 'tools' | 'outcome' | 'ended'>> {
  const { caller_context: context, expected, turns } = scenario;
  await resetWorld(database, context.fixture);
  const port = await findFreePort();
  const config = readConfig({
    LOG_LEVEL: 'debug',
    HOST: '127.0.0.1',
    PORT: String(port),
    CLOCK_START: context.now,
    ...(live ? liveEnvironment(live) : {}),
  });
  const clock = createMachineClock({ startAt: Date.parse(context.now), speed });
  const log: string[] = [];
  const told = new Set<string>();
  const records: ToolRecord[] = [];
  let session: CallSession | undefined;
  const failTool = createToolFaults(context.fixture.faults);
  let app: App | undefined;
  try {
    app = await buildApp(config, {
      // The worker keeps its database for the next scenario.
      database: { ...database, close: () => Promise.resolve() },
      clock,
      brain: tapped(scenario.model ? createScriptedModel(scenario.model) : answer, told),
      logDestination: new Writable({
        write(chunk: Buffer, _encoding, done) {
          log.push(chunk.toString());
          done();
        },
      }),
      prepareSandbox({ openai, deepgram, twilio }) {
        // How long the vendors take is no part of a scenario.
        if (twilio) Object.assign(twilio.timings, { ringMs: 1_000, talkMs: 1_000 });
        if (openai) Object.assign(openai.timings, { firstTokenMs: 30, tokenMs: 1 });
        if (deepgram)
          Object.assign(deepgram.timings, { handshakeMs: 1, resultDelayMs: 20, speakFirstByteMs: 20 });
      },
      interceptTool(call) {
        session = call.session;
        return failTool(call);
      },
      onEvent(_callSid, event) {
        if (event.type === 'turn.settled' && event.turn.speaker === 'tool') records.push(event.turn.record);
      },
    });
    await app.listen();
    const { twilio } = app.sandbox;
    if (!twilio) throw new Error('The telephone is not simulated.');
    const { google } = app.sandbox;
    const planned = google ? readCalendar(google) : new Map<string, string>();
    const before = await takeSnapshot(database, app.profile.timeZone);
    const base = config.server.publicBaseUrl;
    const call = await twilio.placeCall({
      from: context.phone,
      to: config.twilio.phoneNumber,
      voiceUrl: `${base}/incoming-call`,
      statusUrl: `${base}/call-status`,
      fallbackUrl: `${base}/fallback`,
    });
    const { sandbox } = app;
    const conversation = live
      ? await playLiveCaller(call, scenario, { clock, model: live })
      : await playCaller(call, turns, {
          clock,
          beforeTurn: (turn) => setVendorFaults(context.fixture.faults, turn, sandbox, call),
        });
    const end = await call.ended;
    await app.registry.drain(20_000, 1_000);
    if (expected.db.some((rule) => 'calendar' in rule)) await calendarSettled(database);
    const after = await takeSnapshot(database, app.profile.timeZone);

    const heard = call.heardText();
    const uses = records.map((record) => readToolUse(record, session));
    const lookup: ToolUse = { name: 'lookup_customer', args: new Map(), isSuccess: true };
    const used = context.phone === 'anonymous' ? uses : [lookup, ...uses];
    // Silence makes the server end the call by itself.
    if (end.by === 'agent') used.push({ name: 'end_call', args: new Map(), isSuccess: true });
    const outcome = outcomeOf(after, call.callSid);
    const callerSaid = [
      ...turns,
      ...conversation.filter(({ who }) => who === 'caller').map(({ text }) => text),
    ].join('\n');
    const places = { heard, toldModel: [...told].join('\n'), log: log.join('') };
    return {
      conversation,
      outcome,
      ended: [
        `${end.by}: ${end.reason}`,
        ...call.warnings.map(({ code, detail }) => `${code} ${detail}`),
      ].join(', '),
      tools: records.map(({ name, arguments: args, isSuccess }) => ({ name, args, isSuccess })),
      complaints: [
        ...gradeDatabase(
          {
            before,
            after,
            ...(google ? { calendar: { before: planned, after: readCalendar(google) } } : {}),
          },
          expected.db,
        ),
        ...gradeWords(heard, expected, app.profile.name, before.get('vehicles') ?? []),
        // How a live model goes about it is its own affair.
        ...(live ? [] : gradeTools(used, expected)),
        ...(live || [expected.outcome].flat().some((one) => one === outcome)
          ? []
          : [`the outcome is ${outcome ?? 'missing'}, expected ${[expected.outcome].flat().join(' or ')}`]),
        ...findLeaks(before, places, callerSaid),
      ],
    };
  } finally {
    await app?.close(0);
    clock.stop();
  }
}

const liveEnvironment = ({ apiKey, baseUrl, model }: LiveModel): Record<string, string> => ({
  OPENAI_API_KEY: apiKey,
  OPENAI_MODEL: model,
  ...(baseUrl ? { OPENAI_BASE_URL: baseUrl } : {}),
});

/** Keeps what the model was told by us: everything but the caller's own words and the model's. */
function tapped(brain: Brain, told: Set<string>): Brain {
  return (request) => {
    for (const { role, content } of request.messages) {
      if (role !== 'user' && role !== 'assistant') told.add(content);
    }
    return brain(request);
  };
}

/** When each event of the calendar begins, by its id; cancelled ones are gone. */
function readCalendar({ events }: GoogleSandbox): Map<string, string> {
  const standing = events.all().filter(({ status }) => status !== 'cancelled');
  return new Map(standing.map(({ id, startsAt }) => [id, new Date(startsAt).toISOString()]));
}

/** Until nothing is owed to the calendar any more, or five seconds have passed. */
async function calendarSettled({ pool }: Database): Promise<void> {
  for (let tries = 0; tries < 50; tries++) {
    const { rows } = await pool.query("select 1 from appointments where calendar_sync = 'pending'");
    if (rows.length === 0) return;
    await wait(100);
  }
}

function outcomeOf(after: Snapshot, callSid: string): string | undefined {
  const row = after.get('call_logs')?.find((one) => one['call_sid'] === callSid);
  return typeof row?.['outcome'] === 'string' ? row['outcome'] : undefined;
}
