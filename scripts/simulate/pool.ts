/** Plays scenarios side by side, each in a process that has an application and a database to itself. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LiveModel } from './live-caller.ts';
import type { Verdict } from './play.ts';
import type { Scenario } from './scenario.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
/** A worker that has said nothing for so long is dead. Real milliseconds. */
const SILENCE_MS = 90_000;
const LIVE_SILENCE_MS = 11 * 60_000;

export interface PoolOptions {
  workers: number;
  /** How many times faster than real the calls run, if the machine can. */
  speed: number;
  onVerdict?: (verdict: Verdict) => void;
  /** Plays the agent and the caller by this model instead of by the script. */
  live?: LiveModel;
}

/** Resolves to a verdict for each scenario, in their order. A worker that dies fails its scenario and is replaced. */
export async function playAll(
  scenarios: readonly Scenario[],
  { workers, speed, onVerdict, live }: PoolOptions,
): Promise<Verdict[]> {
  const verdicts: (Verdict | undefined)[] = scenarios.map(() => undefined);
  const queue = [...scenarios.entries()];

  async function work(): Promise<void> {
    let worker: Worker | undefined;
    try {
      for (let order = queue.shift(); order; order = queue.shift()) {
        const [place, next] = order;
        const { id, flow, tags } = next;
        const startedAt = performance.now();
        let verdict: Verdict;
        try {
          worker ??= await startWorker(speed);
          verdict = await worker.play(next, live);
        } catch (error) {
          await worker?.stop();
          worker = undefined;
          const complaints = [error instanceof Error ? error.message : String(error)];
          const tookMs = performance.now() - startedAt;
          verdict = { id, flow, tags, complaints, tookMs, conversation: [], tools: [], outcome: undefined };
        }
        verdicts[place] = verdict;
        onVerdict?.(verdict);
      }
    } finally {
      await worker?.stop();
    }
  }

  await Promise.all(Array.from({ length: Math.min(workers, scenarios.length) }, work));
  return verdicts.filter((verdict) => verdict !== undefined);
}

interface Worker {
  play(scenario: Scenario, live: LiveModel | undefined): Promise<Verdict>;
  stop(): Promise<void>;
}

async function startWorker(speed: number): Promise<Worker> {
  const child = fork(WORKER, [String(speed)], { env: quietEnvironment(), execArgv: [] });
  await nextMessage(child, SILENCE_MS);
  return {
    async play(scenario, live) {
      const answer = nextMessage(child, live ? LIVE_SILENCE_MS : SILENCE_MS);
      child.send({ line: JSON.stringify(scenario), live });
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

function nextMessage(child: ChildProcess, silenceMs: number): Promise<unknown> {
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
      () => settle(() => reject(new Error(`no answer in ${silenceMs / 1000} s`))),
      silenceMs,
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
