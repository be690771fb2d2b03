/** Work that is done every so often while the process lives. */
import type { Clock } from '../lib/clock.ts';

/**
 * Runs `run` every `everyMs`, never twice at once; a failure is told and tried again next time. Returns the way to stop.
 * `spread`: each pause is random by this part either way, so that replicas do not act at the same moment; default 0.
 */
export function repeat(job: {
  clock: Clock;
  everyMs: number;
  spread?: number;
  run: () => Promise<void>;
  onError: (error: unknown) => void;
}): () => void {
  let isStopped = false;
  let cancel = wait();

  function wait(): () => void {
    const drift = (job.spread ?? 0) * (2 * Math.random() - 1);
    return job.clock.after(job.everyMs * (1 + drift), () => {
      void job
        .run()
        .catch(job.onError)
        .then(() => {
          if (!isStopped) cancel = wait();
        });
    });
  }

  return () => {
    isStopped = true;
    cancel();
  };
}
