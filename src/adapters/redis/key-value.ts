/** The key-value store in Redis, set up for a phone line: it answers at once or fails at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Json, KeyValue } from '../../lib/key-value.ts';
import { checkTimeToLive } from '../../lib/time-to-live.ts';
import { VendorError } from '../../lib/vendor-error.ts';
import { describeRedisFailure } from './failure.ts';
import { createUpdateQueue } from './update-queue.ts';

/**
 * Sets KEYS[1] to ARGV[2] for ARGV[3] ms if it still holds ARGV[1] ('' for nothing: no JSON text is empty).
 * Answers [1, false] when set, else [0, what it holds instead].
 */
const COMPARE_AND_SET = `
local current = redis.call('GET', KEYS[1])
if (current or '') ~= ARGV[1] then return { 0, current } end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return { 1, false }`;

/** An update may lose to other processes this many command timeouts long; every lost round is another process's won one. */
const UPDATE_TIMEOUTS = 8;
const SILENT_TIMEOUTS = 8;
const MAX_PAUSE_MS = 15;
const ERROR_INTERVAL_MS = 10_000;

/**
 * `keyPrefix` goes before every key. Keys must hold no personal data: callers hash phone numbers.
 * `commandTimeoutMs`: a command without an answer by then fails; 250 ms is what a caller does not notice.
 * `onError` hears of connection failures and unreadable values, at most once in ten seconds.
 * Every method rejects with a VendorError when Redis does not answer; after a `timeout` the write may have happened.
 */
export function createRedisKeyValue({
  url,
  keyPrefix = 'sl:',
  commandTimeoutMs = 250,
  onError,
}: {
  url: string;
  keyPrefix?: string;
  commandTimeoutMs?: number;
  onError: (error: Error) => void;
}): KeyValue {
  const redis = new Redis(url, {
    connectionName: 'service-line',
    // Fail now instead of waiting for a connection, and never run a command twice.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 1_000,
    // A connection on which several commands in a row got no answer is dead, even if nobody has closed it.
    socketTimeout: SILENT_TIMEOUTS * commandTimeoutMs,
    retryStrategy: (attempt) => Math.min(100 * 2 ** Math.min(attempt, 5), 2_000) * (0.75 + Math.random() / 2),
    // A failed-over replica refuses writes until we connect anew.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  let reportedAt = Number.NEGATIVE_INFINITY;
  const report = (error: Error) => {
    if (performance.now() - reportedAt < ERROR_INTERVAL_MS) return;
    reportedAt = performance.now();
    onError(error);
  };
  redis.on('error', (error: unknown) => report(describeRedisFailure(error)));

  // A command sent between start and the first connection waits for that (not longer than for an answer).
  const connected = new Promise<void>((resolve) => {
    const giveUp = setTimeout(resolve, commandTimeoutMs);
    const settle = () => {
      clearTimeout(giveUp);
      resolve();
    };
    redis.once('ready', settle);
    redis.once('close', settle);
  });
  const run = async <T>(command: () => Promise<T>): Promise<T> => {
    try {
      if (redis.status !== 'ready') await connected;
      return await command();
    } catch (error) {
      throw describeRedisFailure(error);
    }
  };
  const parse = (text: string): Json | undefined => {
    try {
      const value: Json = JSON.parse(text);
      return value;
    } catch {
      report(new VendorError('redis', 'invalid', 'a stored value is not JSON; it counts as absent'));
      return undefined;
    }
  };

  const compareAndSet = async (key: string, expected: string, next: string, ttlMs: number) => {
    const answer: unknown = await run(() => redis.eval(COMPARE_AND_SET, 1, key, expected, next, ttlMs));
    if (!Array.isArray(answer))
      throw new VendorError('redis', 'invalid', 'the update script answered nonsense');
    const current: unknown = answer[1];
    return { isSet: answer[0] === 1, current: typeof current === 'string' ? current : '' };
  };

  const updates = createUpdateQueue(async (key, change) => {
    let current = (await run(() => redis.get(key))) ?? '';
    const deadline = performance.now() + UPDATE_TIMEOUTS * commandTimeoutMs;
    for (let round = 1; performance.now() < deadline; round += 1) {
      const { value, ttlMs } = change(current === '' ? undefined : parse(current));
      const outcome = await compareAndSet(key, current, JSON.stringify(value), ttlMs);
      if (outcome.isSet) return;
      current = outcome.current;
      await sleep(Math.random() * Math.min(round, MAX_PAUSE_MS));
    }
    throw new VendorError('redis', 'timeout', 'an update lost every round to other processes');
  });

  return {
    async get(key) {
      const text = await run(() => redis.get(keyPrefix + key));
      return text === null ? undefined : parse(text);
    },
    async set(key, value, ttlMs) {
      const whole = checkTimeToLive(ttlMs);
      await run(() => redis.set(keyPrefix + key, JSON.stringify(value), 'PX', whole));
    },
    async update(key, change, ttlMs) {
      return updates.add(keyPrefix + key, change, checkTimeToLive(ttlMs));
    },
    async delete(key) {
      await run(() => redis.del(keyPrefix + key));
    },
    async ping() {
      await run(() => redis.ping());
    },
    async close() {
      redis.disconnect();
    },
  };
}
