/** What is known of a call while it lasts: kept in the process that runs it, written through for the others. */
import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Clock, createClock } from '../lib/clock.ts';
import type { Json, KeyValue } from '../lib/key-value.ts';

/** A change to a call's session; pure, since it is applied to each copy of the session. */
type Change<T> = (current: T | undefined) => T;

export interface SessionStore<T> {
  set(callSid: string, session: T): Promise<void>;
  /** The session, or undefined when neither the store nor this process knows the call. */
  get(callSid: string): Promise<T | undefined>;
  /** Applies `change` once, also when the store is down, and answers the session as this process now knows it. */
  update(callSid: string, change: Change<T>): Promise<T>;
  delete(callSid: string): Promise<void>;
}

/** What the store gives is JSON already; walking through all of it again would only cost time. */
const StoredJson = z.custom<Json>((value) => value !== undefined);

/** A session in the store, with the number of the last change of each process that is in it. */
const StoredSession = z.object({ session: StoredJson, applied: z.record(z.string(), z.number().int()) });
type StoredSession = z.infer<typeof StoredSession>;

interface LocalSession<T> {
  /** The session with every change of this process in it; undefined before the first. */
  session: Json | undefined;
  applied: Record<string, number>;
  /** Changes of this process that the store has not confirmed, oldest first. */
  pending: { number: number; change: Change<T> }[];
  /** The number of the last change that the store has confirmed. */
  confirmed: number;
  flushing: Promise<void> | undefined;
}

const MAX_CALLS = 10_000;

/**
 * `parse` turns stored JSON into a session, or undefined when it is none; sessions must survive JSON.
 * `ttlMs`: how long a session lives after its last change; default an hour.
 * `waitMs`: the longest that any call here waits for the store; default 250, one Redis command timeout.
 * `backOffMs`: after a failure the store is left alone this long, so that a slow store is waited for once and not at
 * every step; default 2,000. Changes made meanwhile reach it with the next one.
 * No method ever fails because of the store: `onError` hears of it.
 */
export function createSessionStore<T>({
  keyValue,
  parse,
  ttlMs = 3_600_000,
  waitMs = 250,
  backOffMs = 2_000,
  clock = createClock(),
  onError,
}: {
  keyValue: KeyValue;
  parse: (json: Json) => T | undefined;
  ttlMs?: number;
  waitMs?: number;
  backOffMs?: number;
  clock?: Clock;
  onError: (error: unknown) => void;
}): SessionStore<T> {
  const writer = randomUUID();
  const calls = new LRUCache<string, LocalSession<T>>({
    max: MAX_CALLS,
    ttl: ttlMs,
    ttlResolution: 0,
    perf: { now: () => clock.elapsed() + 1 },
  });
  /** Numbers the changes of this process over all calls, so that no number comes twice. */
  let changes = 0;
  let restingUntil = Number.NEGATIVE_INFINITY;
  const isResting = () => clock.elapsed() < restingUntil;
  const rest = (error: unknown) => {
    restingUntil = clock.elapsed() + backOffMs;
    onError(error);
  };

  /** Waits for the store until its time is over; then the store rests and the work goes on by itself. */
  const wait = <R>(work: Promise<R>, forMs = waitMs): Promise<R | undefined> =>
    new Promise((resolve) => {
      const cancel = clock.after(forMs, () => {
        if (!isResting()) rest(new Error(`The session store did not answer within ${waitMs} ms.`));
        resolve(undefined);
      });
      const settle = (result: R | undefined) => {
        cancel();
        resolve(result);
      };
      work.then(settle, (error: unknown) => {
        if (!isResting()) rest(error);
        settle(undefined);
      });
    });

  const readStored = (json: Json | undefined): StoredSession | undefined => {
    if (json === undefined) return undefined;
    const stored = StoredSession.safeParse(json);
    if (stored.success && parse(stored.data.session) !== undefined) return stored.data;
    onError(new Error('A stored session is not in the expected shape; it counts as absent.'));
    return undefined;
  };
  /** Whether the store has lost what it once confirmed: then our own copy is the better one. */
  const isOlderThan = (stored: StoredSession, local: LocalSession<T>) =>
    (stored.applied[writer] ?? 0) < local.confirmed;

  const read = (session: Json | undefined): T | undefined =>
    session === undefined ? undefined : parse(structuredClone(session));

  /** What the store should hold: its own session with our missing changes, or ours when it has none. */
  const merge = (found: Json | undefined, local: LocalSession<T>): StoredSession => {
    const stored = readStored(found);
    const number = local.pending.at(-1)?.number ?? local.confirmed;
    if (!stored || isOlderThan(stored, local)) {
      return { session: local.session ?? null, applied: { ...local.applied, [writer]: number } };
    }
    const known = stored.applied[writer] ?? 0;
    let session: Json = stored.session;
    for (const missing of local.pending.filter((one) => one.number > known)) {
      try {
        session = toJson(missing.change(read(session)));
      } catch (error) {
        // It could be made on our copy and cannot on the store's; the others must still get through.
        onError(error);
      }
    }
    return { session, applied: { ...stored.applied, [writer]: number } };
  };

  const flush = (callSid: string, local: LocalSession<T>): Promise<void> => {
    const write = async () => {
      while (local.pending.length > 0 && !isResting()) {
        const answer = await keyValue.update(keyOf(callSid), (found) => merge(found, local), ttlMs);
        const stored = StoredSession.parse(answer);
        local.confirmed = stored.applied[writer] ?? 0;
        local.pending = local.pending.filter(({ number }) => number > local.confirmed);
        // Changes made while the store was writing are not in its answer yet.
        local.session = local.pending.length === 0 ? stored.session : merge(answer, local).session;
        local.applied = stored.applied;
      }
    };
    local.flushing ??= write().finally(() => {
      local.flushing = undefined;
    });
    return local.flushing;
  };

  /** Takes the newest that the store has over into our copy. */
  const load = async (callSid: string): Promise<void> => {
    const stored = readStored(await keyValue.get(keyOf(callSid)));
    if (!stored) return;
    const local = calls.get(callSid);
    if (!local) calls.set(callSid, { ...stored, pending: [], confirmed: 0, flushing: undefined });
    else if (local.pending.length === 0 && !isOlderThan(stored, local)) Object.assign(local, stored);
  };

  const make = async (callSid: string, change: Change<T>, forMs = waitMs): Promise<T> => {
    const local = calls.get(callSid) ?? emptySession<T>();
    local.session = toJson(change(read(local.session)));
    changes += 1;
    local.pending.push({ number: changes, change });
    calls.set(callSid, local);
    if (!isResting()) await wait(flush(callSid, local), forMs);
    const session = read(local.session);
    if (session === undefined) throw new Error('A session was stored that cannot be read back.');
    return session;
  };

  return {
    async set(callSid, session) {
      const json = toJson(session);
      await make(callSid, () => {
        const copy = read(json);
        if (copy === undefined) throw new Error('A session that cannot be read back was not stored.');
        return copy;
      });
    },
    async update(callSid, change) {
      const begun = clock.elapsed();
      if (!calls.has(callSid) && !isResting()) await wait(load(callSid));
      return make(callSid, change, waitMs - (clock.elapsed() - begun));
    },
    async get(callSid) {
      if (!isResting()) await wait(load(callSid));
      return read(calls.get(callSid)?.session);
    },
    async delete(callSid) {
      const flushing = calls.peek(callSid)?.flushing;
      calls.delete(callSid);
      const erase = async () => {
        // A write under way must not bring the session back.
        await flushing?.catch(() => {});
        await keyValue.delete(keyOf(callSid));
      };
      const wasResting = isResting();
      const erased = wait(erase());
      if (!wasResting) await erased;
    },
  };
}

const keyOf = (callSid: string) => `session:${callSid}`;

const emptySession = <T>(): LocalSession<T> => ({
  session: undefined,
  applied: {},
  pending: [],
  confirmed: 0,
  flushing: undefined,
});

function toJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value));
  return json;
}
