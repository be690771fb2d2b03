import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { and, eq } from 'drizzle-orm';
import { type ExpectStatic, it } from 'vitest';
import { findFreePort } from '../../scripts/terminal/free-port.ts';
import { SANDBOX } from '../../src/config.ts';
import type { Database } from '../../src/db/connect.ts';
import { appointments } from '../../src/db/schema.ts';
import { demoId, loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { createClock } from '../../src/lib/clock.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';
import { startTwilioSandbox } from '../../src/sandbox/twilio/server.ts';
import { hearAnswer } from '../support/app.ts';
import { openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';

const NOW = '2026-05-21T10:00:00-05:00';
const SPEED = 8;
/** Wednesday, two in the afternoon in Chicago. */
const WANTED = new Date('2026-05-27T19:00:00Z');
const PROGRAM = fileURLToPath(new URL('./booking-server.ts', import.meta.url));

type Releases = (() => Promise<unknown>)[];

/** A server process over this database; resolves when it takes calls. */
async function startServer(
  databaseUrl: string,
  port: number,
  step: string,
  releases: Releases,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, step, String(SPEED), NOW], {
    env: {
      PATH: process.env['PATH'],
      DATABASE_URL: databaseUrl,
      HOST: '127.0.0.1',
      PORT: String(port),
      LOG_LEVEL: 'silent',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  releases.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child;
}

async function open(releases: Releases) {
  const database = await openRealTestDatabase();
  releases.push(() => database.close());
  await loadDemoWorld(database.db);
  const twilio = await startTwilioSandbox({ clock: createClock({ speed: SPEED }), ...SANDBOX.twilio });
  releases.push(() => twilio.close());
  const port = await findFreePort();
  const dial = (): Promise<PhoneCall> =>
    twilio.placeCall({
      from: '+12175550101',
      to: SANDBOX.twilio.phoneNumber,
      voiceUrl: `http://127.0.0.1:${port}/incoming-call`,
    });
  return { database, port, dial };
}

const rowsAt = (database: Database) =>
  database.db
    .select()
    .from(appointments)
    .where(and(eq(appointments.customerId, demoId('C1')), eq(appointments.scheduledAt, WANTED)));

/** Asks for the appointment and says yes to the read-back. */
async function ask(call: PhoneCall, expect: ExpectStatic): Promise<void> {
  await hearAnswer(call);
  await call.say('I need an oil change next Wednesday at two.');
  expect(await hearAnswer(call)).toMatch(/Wednesday, May twenty-seventh, at two in the afternoon.*book it\?/);
  await call.say('Yes please.');
}

describeWithPostgres('A server that is killed while it books', () => {
  // Side by side: a call mostly waits for speech to be played.
  it.concurrent.for([
    { step: 'before the tool', rows: 0 },
    { step: 'inside the transaction', rows: 0 },
    { step: 'after the commit', rows: 1 },
    { step: 'while it says so', rows: 1 },
    { step: 'when it has said so', rows: 1 },
  ])(
    '$step: has told nobody of a booking that is not there, and never makes two',
    async ({ step, rows }, { expect, onTestFinished }) => {
      const releases: Releases = [];
      onTestFinished(async () => {
        for (let next = releases.pop(); next; next = releases.pop()) await next();
      });
      const { database, port, dial } = await open(releases);
      if (step === 'inside the transaction') {
        await database.pool.query(`
        create function linger() returns trigger language plpgsql as
          $$ begin perform pg_sleep(1); return new; end $$;
        create trigger linger after insert on appointments for each row execute function linger()`);
      }
      const child = await startServer(database.url, port, step, releases);
      const call = await dial();
      const died = once(child, 'exit');
      await ask(call, expect);
      if (step === 'while it says so') {
        const stop = call.onHeard(({ text }) => {
          if (!/booked/i.test(text)) return;
          stop();
          child.kill('SIGKILL');
        });
      } else if (step === 'when it has said so') {
        expect(await hearAnswer(call)).toMatch(/booked for Wednesday/);
        child.kill('SIGKILL');
      }
      await died;
      await call.ended;

      const left = await rowsAt(database);
      expect(left).toHaveLength(rows);
      if (/\bbooked\b/i.test(call.heardText())) expect(left).toHaveLength(1);

      // The caller phones again; whoever answers knows what is true, and there is one appointment in the end.
      // The dead client's statement may still be asleep, and holds the table until it wakes.
      await database.pool.query(
        "begin; set local lock_timeout = '5s'; drop trigger if exists linger on appointments; commit",
      );
      await startServer(database.url, port, 'never', releases);
      const again = await dial();
      await ask(again, expect);
      expect(await hearAnswer(again)).toMatch(/booked for Wednesday, May twenty-seventh, at two/);
      again.hangUp();
      await again.ended;
      expect(await rowsAt(database)).toHaveLength(1);
    },
  );
});
