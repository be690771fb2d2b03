/** Gathers the updates of one key in this process into rounds, so that a process never competes with itself. */
import type { Json } from '../../lib/key-value.ts';

type Change = (current: Json | undefined) => Json;

interface Waiting {
  change: Change;
  ttlMs: number;
  resolve: (value: Json) => void;
  reject: (reason: unknown) => void;
}

/** Applies the round's changes one after the other; may be called again with a newer value. */
type ApplyRound = (current: Json | undefined) => { value: Json; ttlMs: number };

/**
 * `commit` brings one round of changes to the store atomically: it calls `apply` with the value it finds, stores the
 * answer, and starts over if somebody else was faster. All updates that arrive during a round form the next one, so
 * an update waits for two rounds at most, however many there are.
 */
export function createUpdateQueue(commit: (key: string, apply: ApplyRound) => Promise<void>) {
  const waiting = new Map<string, Waiting[]>();

  async function drain(key: string, queue: Waiting[]): Promise<void> {
    while (queue.length > 0) {
      const round = queue.splice(0);
      let results: Outcome[] = [];
      try {
        await commit(key, (current) => {
          results = applyAll(round, current);
          const last = results.findLast((result) => result.ok);
          if (!last?.ok) throw new NothingToStore();
          return { value: last.value, ttlMs: last.ttlMs };
        });
      } catch (error) {
        if (!(error instanceof NothingToStore)) {
          for (const { reject } of round) reject(error);
          continue;
        }
      }
      round.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result?.ok) resolve(result.value);
        else reject(result?.error);
      });
    }
    waiting.delete(key);
  }

  return {
    add(key: string, change: Change, ttlMs: number): Promise<Json> {
      return new Promise((resolve, reject) => {
        const queue = waiting.get(key) ?? [];
        queue.push({ change, ttlMs, resolve, reject });
        if (waiting.has(key)) return;
        waiting.set(key, queue);
        void drain(key, queue);
      });
    },
  };
}

type Outcome = { ok: true; value: Json; ttlMs: number } | { ok: false; error: unknown };

/** Ends a round in which every change threw. */
class NothingToStore extends Error {}

/** A change that throws counts as not made; the others of the round still take effect. */
function applyAll(round: Waiting[], current: Json | undefined): Outcome[] {
  let value = current;
  return round.map(({ change, ttlMs }) => {
    try {
      // A copy goes in, so that no change can reach into what the one before it was answered.
      value = change(structuredClone(value));
      return { ok: true, value, ttlMs };
    } catch (error) {
      return { ok: false, error };
    }
  });
}
