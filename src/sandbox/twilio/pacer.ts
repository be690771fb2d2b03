/** A beat every 20 ms that keeps up with its clock: late timers are made up for, so it never drifts. */
import type { Clock } from '../../lib/clock.ts';

export const BEAT_MS = 20;

/** Calls `beat` for every 20 ms that have passed since now, in order; the returned function stops it. */
export function startPacer(clock: Pick<Clock, 'elapsed' | 'after'>, beat: () => void): () => void {
  const startedAt = clock.elapsed();
  let beats = 0;
  let isStopped = false;
  let cancel: () => void = () => {};

  function run(): void {
    while (!isStopped && clock.elapsed() - startedAt >= (beats + 1) * BEAT_MS) {
      beats += 1;
      beat();
    }
    schedule();
  }

  function schedule(): void {
    if (!isStopped) cancel = clock.after(startedAt + (beats + 1) * BEAT_MS - clock.elapsed(), run);
  }

  schedule();
  return () => {
    isStopped = true;
    cancel();
  };
}
