/** How much of something may still be done within a sliding window of time. */
import type { Clock } from '../../lib/clock.ts';

export interface Allowance {
  /** Records a use. Never refuses: ask `left` first. */
  use(amount?: number): void;
  readonly left: number;
}

export function createAllowance(
  clock: Clock,
  { limit, windowMs }: { limit: number; windowMs: number },
): Allowance {
  let uses: { at: number; amount: number }[] = [];
  return {
    use(amount = 1) {
      uses.push({ at: clock.elapsed(), amount });
    },
    get left() {
      const now = clock.elapsed();
      uses = uses.filter(({ at }) => now - at < windowMs);
      return uses.reduce((left, { amount }) => left - amount, limit);
    },
  };
}
