/** The key-value store kept in this process: bounded, forgetful, and gone with the process. */
import { LRUCache } from 'lru-cache';
import { type Clock, createClock } from './clock.ts';
import type { Json, KeyValue } from './key-value.ts';
import { checkTimeToLive } from './time-to-live.ts';

/**
 * `max`: how many entries are held before the least recently used gives way; default 10,000.
 * `clock`: its stopwatch measures the time to live.
 * Values are held as JSON text, so what goes in and what comes out never share a reference with the caller.
 */
export function createMemoryKeyValue({
  max = 10_000,
  clock = createClock(),
}: {
  max?: number;
  clock?: Clock;
} = {}): KeyValue {
  const entries = new LRUCache<string, string>({
    max,
    ttlResolution: 0,
    // The cache takes a start of 0 to mean "never expires", hence the 1.
    perf: { now: () => clock.elapsed() + 1 },
  });

  const read = (key: string): Json | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value: Json = JSON.parse(text);
    return value;
  };
  const write = (key: string, value: Json, ttlMs: number) => {
    entries.set(key, JSON.stringify(value), { ttl: checkTimeToLive(ttlMs) });
  };

  return {
    async get(key) {
      return read(key);
    },
    async set(key, value, ttlMs) {
      write(key, value, ttlMs);
    },
    // Nothing is awaited between reading and writing, which makes it atomic.
    async update(key, change, ttlMs) {
      const next = change(read(key));
      write(key, next, ttlMs);
      return next;
    },
    async delete(key) {
      entries.delete(key);
    },
    async ping() {},
    async close() {
      entries.clear();
    },
  };
}
