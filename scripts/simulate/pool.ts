/** Plays scenarios side by side, each in a process that has an application and a database to itself. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Verdict } from './play.ts';
import type { Scenario } from './scenario.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** A worker that has said nothing for so long is dead. Real milliseconds. */
const SILENCE_MS = 90_000;

export interface PoolOptions {
  workers: number;
  /** How many times faster than real the calls run, if the machine can. */
  speed: number;
  onVerdict?: (verdict: Verdict) => void;
}

/** Resolves to a verdict for each scenario, in their order. A worker that dies fails its scenario and is replaced. */
export async function playAll(
  scenarios: readonly Scenario[],
  { workers, speed, onVerdict }: PoolOptions,
): Promise<Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  const queue = [...scenarios];

  async function work(): Promise<void> {
    let worker: Worker | undefined;
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { id, flow, tags } = next;
        const startedAt = performance.now();
        let verdict: Verdict;
        try {
          worker ??= await startWorker(speed);
          verdict = await worker.play(next);
        } catch (error) {
          await worker?.stop();
          worker = undefined;
          const complaints = [error instanceof Error ? error.message : String(error)];
          const tookMs = performance.now() - startedAt;
          verdict = { id, flow, tags, complaints, tookMs, conversation: [], tools: [], outcome: undefined };
        }
        verdicts.set(id, verdict);
        onVerdict?.(verdict);
      }
    } finally {
      await worker?.stop();
    }
  }

  await Promise.all(Array.from({ length: Math.min(workers, scenarios.length) }, work));
  return scenarios.flatMap(({ id }) => verdicts.get(id) ?? []);
}

interface Worker {
  play(scenario: Scenario): Promise<Verdict>;
  stop(): Promise<void>;
}

async function startWorker(speed: number): Promise<Worker> {
  const child = fork(WORKER, [String(speed)], { env: quietEnvironment(), execArgv: [] });
  await nextMessage(child);
  return {
    async play(scenario) {
      const answer = nextMessage(child);
      child.send(JSON.stringify(scenario));
      return toVerdict(await answer);
    },
    stop() {
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
      child.disconnect();
      const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
      return exited.finally(() => clearTimeout(timer));
    },
  };
}

/** Scenarios never reach a vendor, whatever keys are set. */
function quietEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...(TMPDIR ? { TMPDIR } : {}) };
}

function nextMessage(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (run: () => void) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      run();
    };
    const onMessage = (message: unknown) => settle(() => resolve(message));
    const onExit = (code: number | null) =>
      settle(() => reject(new Error(`the process died (${code ?? 'killed'})`)));
    const timer = setTimeout(
      () => settle(() => reject(new Error(`no answer in ${SILENCE_MS / 1000} s`))),
      SILENCE_MS,
    );
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

/** Our own process sent it, so only its shape as a verdict is looked at. */
function toVerdict(message: unknown): Verdict {
  if (isVerdict(message)) return message;
  throw new Error('the process sent no verdict');
}

const isVerdict = (message: unknown): message is Verdict =>
  typeof message === 'object' && message !== null && 'complaints' in message && 'tookMs' in message;
