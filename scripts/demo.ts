/** `npm run demo`: one whole simulated phone call through the real media stream, then the rows it wrote and a verdict. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import { and, desc, eq } from 'drizzle-orm';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { appointments, callLogs, callTurns, customers, vehicles } from '../src/db/schema.ts';
import { assertOnlyMockData, isDatabaseEmpty, labelContents } from '../src/dealership/mock-data.ts';
import { createClock } from '../src/lib/clock.ts';
import type { PhoneCall } from '../src/sandbox/twilio/phone.ts';
import { labelCaller, prepareCaller } from './demo/caller.ts';
import { createConversation } from './demo/conversation.ts';
import { createCallScreen } from './terminal/call-screen.ts';
import { findFreePort } from './terminal/free-port.ts';
import { drawRow } from './terminal/table.ts';

/** The demonstration world's Thursday morning, so that every run is the same. */
const DEMO_NOW = '2026-05-21T10:00:00-05:00';
const MAX_TURNS = 25;
const TURN_MS = 30_000;

const { values } = parseArgs({ options: { speed: { type: 'string', default: '2' } } });
const speed = Number(values.speed);
if (!(speed > 0 && speed <= 20)) {
  process.stderr.write('--speed must be a number from above 0 to 20.\n');
  process.exit(1);
}

const write = (text: string) => void process.stdout.write(text);
const screen = createCallScreen(write, Math.min(100, process.stdout.columns ?? 100));

/** From the caller's last sound to the agent's first, as the telephone measured them. Milliseconds. */
const waits: number[] = [];

const dataDir = join(process.env['DATA_DIR'] ?? '.data', 'demo');
await rm(dataDir, { recursive: true, force: true });
const port = await findFreePort();
const config = readConfig({
  LOG_LEVEL: 'error',
  CLOCK_START: DEMO_NOW,
  ...process.env,
  ...sandboxOnly(),
  HOST: '127.0.0.1',
  PORT: String(port),
  PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
  DATA_DIR: dataDir,
});
screen.note('Starting the server, the database and the stand-in vendors...');
const app = await buildApp(config, {
  clock: createClock({ ...(config.clockStart === undefined ? {} : { startAt: config.clockStart }), speed }),
  onEvent: (_callSid, event) => screen.event(event),
});
let isBooked = false;
try {
  await app.listen();
  const { twilio } = app.sandbox;
  if (!twilio) throw new Error('The demo needs the sandbox telephone.');
  const { db } = app.database;
  const callerPhone = await prepareCaller(db);
  if (await isDatabaseEmpty(db)) await labelContents(db, 'demo');
  await assertOnlyMockData(db);
  screen.note(
    `A customer phones ${app.profile.name} (${config.twilio.phoneNumber}) from ${callerPhone}. At the dealership it is ${showTime(config.clockStart)}.\n${pace(speed)}\n`,
  );
  const call = await twilio.placeCall({
    from: callerPhone,
    to: config.twilio.phoneNumber,
    voiceUrl: `${config.server.publicBaseUrl}/incoming-call`,
    statusUrl: `${config.server.publicBaseUrl}/call-status`,
  });
  call.onHeard((word) => screen.agentWord(word.text));
  await converse(call);
  const end = await call.ended;
  await app.registry.drain(10_000, 1_000);
  screen.note(`\nThe call is over: the ${end.by} hung up.\n`);
  isBooked = await showRows(call.callSid, callerPhone);
  await labelCaller(db, callerPhone);
} catch (error) {
  process.stderr.write(
    styleText(
      'red',
      `\n✗ The demonstration failed: ${error instanceof Error ? error.message : String(error)}\n\n`,
    ),
  );
} finally {
  await app.close(0);
}
process.exit(isBooked ? 0 : 1);

/** The caller answers what they hear, as decoded from the audio that was played. */
async function converse(call: PhoneCall): Promise<void> {
  const conversation = createConversation();
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    let heard: string;
    try {
      heard = await call.nextAgentTurn({ deadlineMs: TURN_MS });
    } catch {
      return;
    }
    const line = conversation.answer(heard);
    if (line === undefined) return;
    screen.callerSays(line);
    await call.say(line);
    const spokenAt = call.atMs;
    const stop = call.onHeard(({ startMs }) => {
      stop();
      waits.push(startMs - spokenAt);
    });
  }
  call.hangUp();
}

function showTime(at: number | undefined): string {
  return new Date(at ?? Date.now()).toLocaleString('en-US', {
    timeZone: app.profile.timeZone,
    dateStyle: 'full',
    timeStyle: 'short',
  });
}

function pace(times: number): string {
  return times === 1
    ? 'In real time. What the agent says is printed as the telephone plays it.'
    : `Played ${times} times as fast as it happens (--speed 1 for real time); times are those of the call.`;
}

async function showRows(callSid: string, callerPhone: string): Promise<boolean> {
  const { db } = app.database;
  const [row] = await db
    .select({ appointment: appointments, customer: customers, vehicle: vehicles })
    .from(appointments)
    .innerJoin(customers, eq(customers.id, appointments.customerId))
    .innerJoin(vehicles, eq(vehicles.id, appointments.vehicleId))
    .where(and(eq(customers.phoneNumber, callerPhone), eq(appointments.status, 'scheduled')))
    .orderBy(desc(appointments.createdAt));
  const [log] = await db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  const turns = log ? await db.select().from(callTurns).where(eq(callTurns.callId, log.id)) : [];
  if (row) {
    const { appointment, customer, vehicle } = row;
    write(
      drawRow('appointments', {
        id: appointment.id,
        customer: `${customer.firstName} ${customer.lastName} (${customer.phoneNumber})`,
        vehicle: `${vehicle.year} ${vehicle.make} ${vehicle.model}`,
        service_type: appointment.serviceType,
        scheduled_at: appointment.scheduledAt.toLocaleString('en-US', {
          timeZone: app.profile.timeZone,
          dateStyle: 'full',
          timeStyle: 'short',
        }),
        duration_minutes: appointment.durationMinutes,
        bay: appointment.bay,
        status: appointment.status,
        booked_by: appointment.bookedBy,
      }),
    );
  }
  if (log) {
    write(
      drawRow('\ncall_logs', {
        call_sid: log.callSid,
        outcome: log.outcome,
        ended_reason: log.endedReason,
        duration_seconds: log.durationSeconds,
        turns: turns.length,
        model: log.model,
        tokens: `${log.promptTokens} in, ${log.completionTokens} out`,
      }),
    );
  }
  if (waits.length > 0) {
    const sorted = waits.toSorted((a, b) => a - b);
    const at = (part: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
    write(
      `\n${styleText('bold', 'what the caller waited')}, from their last sound to the first of the answer: median ${at(0.5)} ms, longest ${at(1)} ms\n`,
    );
  }
  const isGood = row !== undefined && log?.appointmentId === row.appointment.id;
  write(
    isGood
      ? styleText(
          'green',
          `\n✓ Booked: the appointment is in the ${app.database.kind === 'embedded' ? 'embedded PostgreSQL' : 'PostgreSQL server'}.\n\n`,
        )
      : styleText('red', '\n✗ Not booked: no appointment of this call is in the database.\n\n'),
  );
  return isGood;
}

/** The demonstration never reaches a vendor, whatever keys are set. */
function sandboxOnly(): Record<string, undefined> {
  const vendor =
    /^(OPENAI|DEEPGRAM|TWILIO|GOOGLE)_(API_KEY|BASE_URL|ACCOUNT_SID|AUTH_TOKEN|PHONE_NUMBER|CLIENT_ID|CLIENT_SECRET|REFRESH_TOKEN)$/;
  return Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => vendor.test(name) || name === 'NODE_ENV')
      .map((name) => [name, undefined]),
  );
}
