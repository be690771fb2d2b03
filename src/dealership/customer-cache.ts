/** Customers by phone number, remembered for some minutes, and never longer than the first change. */
import { createHmac, randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { type Clock, createClock } from '../lib/clock.ts';
import type { Json, KeyValue } from '../lib/key-value.ts';

export interface CustomerCache<R> {
  /** The customer with this E.164 number. Rejects only when `find` does. */
  find(e164: string): Promise<R | undefined>;
  /** To be called after every change to the customer is committed. Never rejects. */
  invalidate(e164: string): Promise<void>;
}

/** An invalidation leaves a mark instead of nothing, so that a lookup begun before it sees that it came too late. */
const Entry = z.union([z.object({ customer: z.unknown() }), z.object({ invalidated: z.string() })]);

/**
 * `hashKey`: the secret that turns phone numbers into keys, so that the store holds no number.
 * `schema`: what a cached record must look like; anything else counts as absent.
 * `find`: the lookup in the database. Unknown numbers are not remembered: a new customer is found at once.
 * `ttlMs`: default five minutes. It is also how long this process passes the cache by for a number whose
 * invalidation did not reach the store; other processes may then see the old record for that long.
 * `backOffMs`: after a failure the store is left alone this long; default 2,000.
 * `onError` hears of store failures, which otherwise only cost a database lookup.
 */
export function createCustomerCache<R>({
  keyValue,
  hashKey,
  schema,
  find,
  ttlMs = 300_000,
  backOffMs = 2_000,
  clock = createClock(),
  onError,
}: {
  keyValue: KeyValue;
  hashKey: string;
  schema: z.ZodType<R>;
  find: (e164: string) => Promise<R | undefined>;
  ttlMs?: number;
  backOffMs?: number;
  clock?: Clock;
  onError: (error: unknown) => void;
}): CustomerCache<R> {
  const flights = new Map<string, Promise<R | undefined>>();
  const bypassed = new LRUCache<string, true>({
    max: 10_000,
    ttl: ttlMs,
    ttlResolution: 0,
    perf: { now: () => clock.elapsed() + 1 },
  });
  let restingUntil = Number.NEGATIVE_INFINITY;
  const isResting = () => clock.elapsed() < restingUntil;
  const rest = (error: unknown) => {
    restingUntil = clock.elapsed() + backOffMs;
    onError(error);
  };
  const keyOf = (e164: string) =>
    `customer:${createHmac('sha256', hashKey).update(e164).digest('base64url')}`;

  const cachedIn = (entry: Json | undefined): R | undefined => {
    const read = Entry.safeParse(entry);
    if (!read.success || !('customer' in read.data)) return undefined;
    return schema.safeParse(read.data.customer).data;
  };

  /** Stores the record unless the entry has changed since the lookup began: then it may be stale already. */
  const remember = async (key: string, seen: Json | undefined, record: R) => {
    const entry: Json = { customer: toJson(record) };
    await keyValue.update(
      key,
      (current) => (isSame(current, seen) ? entry : (current ?? seen ?? entry)),
      ttlMs,
    );
  };

  const lookUp = async (e164: string, isCurrent: () => boolean): Promise<R | undefined> => {
    if (isResting()) return find(e164);
    const key = keyOf(e164);
    let seen: Json | undefined;
    try {
      seen = await keyValue.get(key);
    } catch (error) {
      rest(error);
      return find(e164);
    }
    const cached = cachedIn(seen);
    if (cached !== undefined) return cached;
    const record = await find(e164);
    // Not awaited: the caller on the phone has the answer already.
    if (record !== undefined && isCurrent()) remember(key, seen, record).catch(rest);
    return record;
  };

  return {
    find(e164) {
      if (bypassed.has(e164)) return find(e164);
      const underWay = flights.get(e164);
      if (underWay) return underWay;
      const isCurrent = () => flights.get(e164) === flight;
      const flight: Promise<R | undefined> = lookUp(e164, isCurrent).finally(() => {
        if (isCurrent()) flights.delete(e164);
      });
      flights.set(e164, flight);
      return flight;
    },

    async invalidate(e164) {
      // A lookup under way may have read the old record: nobody joins it any more and it stores nothing.
      flights.delete(e164);
      bypassed.set(e164, true);
      const wasResting = isResting();
      const marked = keyValue.set(keyOf(e164), { invalidated: randomUUID() }, ttlMs).then(
        () => {
          bypassed.delete(e164);
        },
        (error: unknown) => {
          bypassed.set(e164, true);
          rest(error);
        },
      );
      if (!wasResting) await marked;
    },
  };
}

const isSame = (one: Json | undefined, other: Json | undefined) =>
  JSON.stringify(one) === JSON.stringify(other);

function toJson(value: unknown): Json {
  const json: Json = JSON.parse(JSON.stringify(value));
  return json;
}
