/** The queue of work that is owed: pg-boss, in the database that holds the bookings, so that both commit together. */
import { randomUUID } from 'node:crypto';
import { PgBoss } from 'pg-boss';
import { z } from 'zod';
import type { Database } from '../db/connect.ts';
import { sqlOf } from '../dealership/outbox.ts';
import type { Outbox } from '../dealership/ports.ts';
import type { Log } from '../telemetry/log.ts';

const CALENDAR = 'sync_calendar';
const calendarJob = z.object({ appointmentId: z.uuid() });

/**
 * One look every two seconds costs the embedded database, which has one connection, 33 short statements in half a
 * minute; other queries and the audio timer were as quick with it as without (p99 5.3 and 5.7 ms).
 */
const POLL_SECONDS = 2;
const BATCH = 10;
/**
 * Pauses of 2, 4, 8 … 120 s, each of them random in its upper half; about a week in all. The sweep of what is owed goes
 * on after that.
 */
const RETRY = { retryLimit: 5_000, retryDelay: 2, retryBackoff: true, retryDelayMax: 120 };
/** A batch in which every job runs into its deadline; a process that died holds its jobs back for as long. */
const EXPIRE_SECONDS = 300;
const KEEP_SECONDS = 14 * 86_400;
const KEEP_DONE_SECONDS = 86_400;
const STOP_MS = 10_000;

export interface Queue {
  outbox: Outbox;
  /** Begins to hand out work: `sync` resolves when it is done and rejects when it is to be tried again later. */
  work(sync: (appointmentId: string) => Promise<void>): Promise<void>;
  /** Waits for work in hand, ten seconds at most. What is not done stays in the queue. */
  stop(): Promise<void>;
}

/** Makes its tables in a schema of its own (`pgboss`) when they are missing; safe to start from several replicas at once. */
export async function startQueue({ pool, kind }: Database, log: Log): Promise<Queue> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => pool.query(text, values) },
    backend: kind === 'embedded' ? 'pglite' : 'postgres',
    schema: 'pgboss',
    schedule: false,
    reindex: false,
    monitorVacuum: false,
  });
  boss.on('error', (error) => log.warn({ err: error }, 'the queue of background work failed'));
  boss.on('warning', ({ message }) => log.warn({ warning: message }, 'the queue of background work'));
  await boss.start();
  await boss.createQueue(CALENDAR, {
    ...RETRY,
    expireInSeconds: EXPIRE_SECONDS,
    retentionSeconds: KEEP_SECONDS,
    deleteAfterSeconds: KEEP_DONE_SECONDS,
  });
  // pg-boss looks a queue up before it first sends to it, and on a connection of its own. Within a transaction that
  // would be one connection more, which the embedded database does not have; so it is looked up now, and remembered.
  await boss.findJobs(CALENDAR, { id: randomUUID() });

  return {
    outbox: {
      async calendarDue(tx, appointmentId) {
        await boss.send(CALENDAR, { appointmentId }, { db: sqlOf(tx) });
      },
    },
    async work(sync) {
      const options = {
        batchSize: BATCH,
        pollingIntervalSeconds: POLL_SECONDS,
        burstWhenBatchFull: true,
        perJobResults: true,
      } as const;
      await boss.work(CALENDAR, options, async (jobs) => {
        const results = [];
        // One after the other: a calendar that is written in quick succession starts to refuse.
        for (const { id, data } of jobs) {
          const status = await sync(calendarJob.parse(data).appointmentId).then(
            () => 'completed' as const,
            () => 'failed' as const,
          );
          results.push({ id, status });
        }
        return results;
      });
    },
    stop: () => boss.stop({ graceful: true, timeout: STOP_MS }),
  };
}
