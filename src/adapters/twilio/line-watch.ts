/** Notices a line that has gone dead without saying so. */
import type { Clock } from '../../lib/clock.ts';

export interface LineWatch {
  /** Something arrived. Costs no timer. */
  hear(): void;
  stop(): void;
}

/** Calls `onDead` once nothing has been heard for `limitMs`, and then no more. */
export function watchLine(
  clock: Pick<Clock, 'elapsed' | 'after'>,
  limitMs: number,
  onDead: () => void,
): LineWatch {
  let heardAt = clock.elapsed();
  let cancel = clock.after(limitMs, check);

  function check(): void {
    const leftMs = heardAt + limitMs - clock.elapsed();
    if (leftMs > 0) cancel = clock.after(leftMs, check);
    else onDead();
  }

  return {
    hear() {
      heardAt = clock.elapsed();
    },
    stop: () => cancel(),
  };
}
