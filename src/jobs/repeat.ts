/** Work that is done every so often while the process lives. */
import type { Clock } from '../lib/clock.ts';

/** Runs `run` every `everyMs`, never twice at once; a failure is told and tried again next time. Returns the way to stop. */
export function repeat(job: {
  clock: Clock;
  everyMs: number;
  run: () => Promise<void>;
  onError: (error: unknown) => void;
}): () => void {
  let isStopped = false;
  let cancel = wait();

  function wait(): () => void {
    return job.clock.after(job.everyMs, () => {
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
