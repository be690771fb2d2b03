/** Things to do later, strictly in the order they were asked for, on a given clock. */
import type { Clock } from '../../lib/clock.ts';

export interface Outbox {
  /** Does `action` in `delayMs` milliseconds, or after everything posted before it, whichever is later. */
  post(delayMs: number, action: () => void): void;
  /** Forgets what has not been done. */
  clear(): void;
}

export function createOutbox(clock: Clock): Outbox {
  let queue: { due: number; action: () => void }[] = [];
  let cancel: (() => void) | undefined;

  function arm(): void {
    const head = queue[0];
    if (cancel || !head) return;
    cancel = clock.after(head.due - clock.elapsed(), () => {
      cancel = undefined;
      queue.shift();
      head.action();
      arm();
    });
  }

  return {
    post(delayMs, action) {
      const due = Math.max(clock.elapsed() + delayMs, queue.at(-1)?.due ?? 0);
      queue.push({ due, action });
      arm();
    },
    clear() {
      queue = [];
      cancel?.();
      cancel = undefined;
    },
  };
}
