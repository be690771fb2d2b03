/** A worker thread with a life: it reports ready within a deadline, its unexpected end is told, and it can be stopped. */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { within } from './within.ts';

export interface ThreadOptions {
  script: URL;
  /** What the script finds in `workerData`. */
  data: unknown;
  startDeadlineMs: number;
  stopDeadlineMs: number;
  /** Told once if the thread ends after it was ready and before it was asked to. `cause`: what it threw, if it did. */
  onCrash: (cause: unknown) => void;
}

export interface WatchedThread {
  /** What the script reported when it was ready. */
  address: string;
  /** Asks the script to finish and waits for the thread to end; cuts it off and rejects when that takes too long. */
  stop(): Promise<void>;
}

/** The script posts this once it serves. On any message from its owner it finishes and lets the thread end. */
const readyMessage = z.object({ type: z.literal('ready'), address: z.string() });
export type ReadyMessage = z.infer<typeof readyMessage>;

/** Rejects when the thread ends, or takes too long, before it is ready; it is gone by then. */
export async function startThread(options: ThreadOptions): Promise<WatchedThread> {
  // No flags are handed down: the parent's (a loader, a test runner's) are not meant for this thread.
  const worker = new Worker(options.script, { workerData: options.data, execArgv: [] });
  let phase: 'starting' | 'running' | 'stopping' = 'starting';
  let failure: unknown;
  worker.on('error', (error) => {
    failure = error;
  });
  const ended = new Promise<'ended'>((resolve) => {
    worker.once('exit', () => {
      if (phase === 'running') options.onCrash(failure);
      resolve('ended');
    });
  });
  const ready = new Promise<ReadyMessage>((resolve) => {
    worker.once('message', (message) => {
      const parsed = readyMessage.safeParse(message);
      if (parsed.success) {
        // Here and not after an await: the thread may end in the same turn of the loop, and then it has crashed.
        phase = 'running';
        resolve(parsed.data);
      } else {
        failure = parsed.error;
        void worker.terminate();
      }
    });
  });

  const outcome = await within(options.startDeadlineMs, Promise.race([ready, ended]));
  if (outcome === 'late' || outcome === 'ended') {
    await worker.terminate();
    const what =
      outcome === 'late' ? `was not ready within ${options.startDeadlineMs} ms` : 'ended while starting';
    throw new Error(`The thread ${what}.`, { cause: failure });
  }

  return {
    address: outcome.address,
    async stop() {
      if (phase === 'running') {
        phase = 'stopping';
        worker.postMessage('stop');
      }
      if ((await within(options.stopDeadlineMs, ended)) === 'late') {
        await worker.terminate();
        throw new Error(`The thread did not stop within ${options.stopDeadlineMs} ms and was cut off.`);
      }
      if (failure !== undefined) throw new Error('The thread failed.', { cause: failure });
    },
  };
}
