/** The whole application on a fresh database, with a simulated telephone; time may run faster than real. */
import { Writable } from 'node:stream';
import { eq } from 'drizzle-orm';
import { findFreePort } from '../../scripts/terminal/free-port.ts';
import { type App, type AppOptions, buildApp } from '../../src/app.ts';
import type { CallEvent } from '../../src/call/events.ts';
import { readConfig } from '../../src/config.ts';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import { loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { createClock } from '../../src/lib/clock.ts';
import type { CallFaults } from '../../src/sandbox/twilio/faults.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';
import { openTestDatabase } from './database.ts';

/** The demo world's Thursday morning. */
const DEMO_NOW = '2026-05-21T10:00:00-05:00';

export interface TestApp {
  app: App;
  baseUrl: string;
  /** Every event of every call, in order. */
  events: { callSid: string; event: CallEvent }[];
  /** Everything logged, as JSON lines. */
  logText(): string;
  /** Somebody dials the dealership. */
  dial(from: string, options?: { faults?: Partial<CallFaults>; signWith?: string }): Promise<PhoneCall>;
  /** Says each line when the agent has finished speaking; returns what the agent said, turn by turn. */
  converse(call: PhoneCall, lines: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

/**
 * `speed`: how many times faster than real; 8 leaves room for a busy machine.
 * `world`: whether the demo world is loaded.
 */
export async function startTestApp({
  speed = 8,
  world = true,
  environment = {},
  ...options
}: {
  speed?: number;
  world?: boolean;
  environment?: Record<string, string>;
} & Omit<AppOptions, 'clock' | 'database' | 'logDestination'> = {}): Promise<TestApp> {
  const port = await findFreePort();
  const config = readConfig({
    LOG_LEVEL: 'debug',
    HOST: '127.0.0.1',
    PORT: String(port),
    CLOCK_START: DEMO_NOW,
    ...environment,
  });
  const database = await openTestDatabase();
  if (world) await loadDemoWorld(database.db);
  const events: TestApp['events'] = [];
  const lines: string[] = [];
  const app = await buildApp(config, {
    ...options,
    database,
    clock: createClock({ startAt: Date.parse(DEMO_NOW), speed }),
    logDestination: new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
    onEvent(callSid, event) {
      events.push({ callSid, event });
      options.onEvent?.(callSid, event);
    },
  });
  await app.listen();
  const baseUrl = config.server.publicBaseUrl;
  return {
    app,
    baseUrl,
    events,
    logText: () => lines.join(''),
    async dial(from, { faults, signWith } = {}) {
      const { twilio } = app.sandbox;
      if (!twilio) throw new Error('The sandbox telephone does not run.');
      return twilio.placeCall({
        from,
        to: config.twilio.phoneNumber,
        voiceUrl: `${baseUrl}/incoming-call`,
        statusUrl: `${baseUrl}/call-status`,
        fallbackUrl: `${baseUrl}/fallback`,
        ...(faults ? { faults } : {}),
        ...(signWith ? { signWith } : {}),
      });
    },
    async converse(call, turns) {
      const heard: string[] = [];
      for (const line of turns) {
        heard.push(await hearAnswer(call));
        await call.say(line);
      }
      heard.push(await hearAnswer(call));
      return heard;
    },
    close: () => app.close(0),
  };
}

const FILLERS = /^(?:(?:One moment, please|Thanks for waiting, I am still on it)\.\s*)+$/;

/** What the agent says next; on a busy machine a filler may come first, and the answer after a pause. */
export async function hearAnswer(call: PhoneCall): Promise<string> {
  let heard = await call.nextAgentTurn({ deadlineMs: 60_000 });
  while (FILLERS.test(heard)) heard += ` ${await call.nextAgentTurn({ deadlineMs: 60_000 })}`;
  return heard;
}

/** The call's record and its turns in order, as they stand. */
export async function readRecord({ app }: TestApp, callSid: string) {
  const { db } = app.database;
  const [log] = await db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  if (!log) throw new Error('The call has no record.');
  const turns = await db
    .select()
    .from(callTurns)
    .where(eq(callTurns.callId, log.id))
    .orderBy(callTurns.position);
  return { log, turns };
}
