import { randomUUID } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { createRedisKeyValue } from '../../../src/adapters/redis/key-value.ts';
import type { Json } from '../../../src/lib/key-value.ts';
import { describeKeyValue } from '../../lib/key-value.contract.ts';
import { describeWithRedis, testRedisUrl } from '../../support/real-services.ts';
import { openRedisProxy, type RedisProxy } from '../../support/redis-proxy.ts';

const url = testRedisUrl ?? '';
const increment = (current: Json | undefined): Json => (typeof current === 'number' ? current + 1 : 1);
const failOnError = (error: Error) => {
  throw error;
};

async function deleteAll(raw: Redis, keyPrefix: string): Promise<void> {
  const keys = await raw.keys(`${keyPrefix}*`);
  if (keys.length > 0) await raw.del(...keys);
}

describeWithRedis('with a real Redis', () => {
  describeKeyValue('Redis', async () => {
    const keyPrefix = `test:${randomUUID()}:`;
    const raw = new Redis(url);
    const store = createRedisKeyValue({ url, keyPrefix, commandTimeoutMs: 5_000, onError: failOnError });
    return {
      store,
      async passTime(ms) {
        for (const key of await raw.keys(`${keyPrefix}*`)) await raw.pexpire(key, (await raw.pttl(key)) - ms);
      },
      async close() {
        await store.close();
        await deleteAll(raw, keyPrefix);
        raw.disconnect();
      },
    };
  });

  describe('the key-value store in Redis', () => {
    const keyPrefix = `test:${randomUUID()}:`;
    const raw = new Redis(url);
    const owned: { close(): Promise<void> }[] = [];
    const own = <T extends { close(): Promise<void> }>(thing: T): T => {
      owned.push(thing);
      return thing;
    };
    afterEach(async () => {
      for (const thing of owned.splice(0).reverse()) await thing.close();
    });
    afterAll(async () => {
      await deleteAll(raw, keyPrefix);
      raw.disconnect();
    });

    const open = (
      options: { url?: string; commandTimeoutMs?: number; onError?: (error: Error) => void } = {},
    ) =>
      own(createRedisKeyValue({ url, keyPrefix, commandTimeoutMs: 5_000, onError: failOnError, ...options }));
    const openProxy = async (): Promise<RedisProxy> => own(await openRedisProxy(url));

    it('loses none of 100 concurrent updates from each of four clients on one key', async () => {
      const clients = [open(), open(), open(), open()];
      const answers = await Promise.all(
        clients.flatMap((client) =>
          Array.from({ length: 100 }, () => client.update('race', increment, 60_000)),
        ),
      );
      expect(await raw.get(`${keyPrefix}race`)).toBe('400');
      expect(new Set(answers).size).toBe(400);
    });

    it('loses none of the updates that four clients make one after the other at the same time', async () => {
      const clients = [open(), open(), open(), open()];
      await Promise.all(
        clients.map(async (client) => {
          for (let count = 0; count < 50; count += 1) await client.update('chase', increment, 60_000);
        }),
      );
      expect(await raw.get(`${keyPrefix}chase`)).toBe('200');
    });

    it('writes under its prefix with the time to live asked for and names its connection', async () => {
      const store = open();
      await store.set('expiring', 1, 3_600_000);
      const left = await raw.pttl(`${keyPrefix}expiring`);
      expect(left).toBeGreaterThan(3_590_000);
      expect(left).toBeLessThanOrEqual(3_600_000);
      expect(await raw.client('LIST')).toContain('name=service-line');
    });

    it('takes a stored value that is not JSON for absent, says so once, and repairs it at the next update', async () => {
      const onError = vi.fn();
      const store = open({ onError });
      await raw.set(`${keyPrefix}broken`, '{half', 'PX', 60_000);
      expect([await store.get('broken'), await store.get('broken')]).toStrictEqual([undefined, undefined]);
      expect(onError).toHaveBeenCalledTimes(1);
      expect(await store.update('broken', increment, 60_000)).toBe(1);
    });

    it('reports a key of another type as invalid without its value', async () => {
      const store = open();
      await raw.lpush(`${keyPrefix}list`, 'secret-value');
      const error: unknown = await store.get('list').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ vendor: 'redis', fault: 'invalid', retryable: false });
      const failed: unknown = await store
        .update('list', () => 'secret-value', 1_000)
        .catch((e: unknown) => e);
      expect(inspect([error, failed], { depth: 9 })).not.toContain('secret-value');
    });

    it('fails every command within its timeout while Redis stands still, however many updates wait', async () => {
      const proxy = await openProxy();
      const store = open({ url: proxy.url, commandTimeoutMs: 100, onError: () => {} });
      await store.set('slow', 1, 60_000);
      proxy.hold();
      const begun = performance.now();
      const outcomes = await Promise.allSettled([
        store.get('slow'),
        store.set('slow', 2, 60_000),
        store.delete('slow'),
        store.ping(),
        ...Array.from({ length: 50 }, () => store.update('slow', increment, 60_000)),
      ]);
      // One timeout for the round under way and one for all that came after it, plus room for a busy machine.
      expect(performance.now() - begun).toBeLessThan(1_000);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { fault: 'timeout', retryable: true } });
      }
    });

    it('fails at once while the connection is gone and serves again when it is back', async () => {
      const proxy = await openProxy();
      const onError = vi.fn();
      const store = open({ url: proxy.url, onError });
      await store.set('back', 1, 60_000);
      await proxy.stop();
      await vi.waitFor(() =>
        expect(store.get('back')).rejects.toMatchObject({ vendor: 'redis', fault: 'unavailable' }),
      );
      const begun = performance.now();
      await expect(store.get('back')).rejects.toMatchObject({ vendor: 'redis', fault: 'unavailable' });
      expect(performance.now() - begun).toBeLessThan(200);
      await proxy.start();
      await vi.waitFor(async () => expect(await store.get('back')).toBe(1), { timeout: 10_000 });
      expect(onError.mock.calls.length).toBeLessThanOrEqual(1);
    });

    it('leaves a connection that leads nowhere, although nobody closed it', async () => {
      const proxy = await openProxy();
      const store = open({ url: proxy.url, commandTimeoutMs: 50, onError: () => {} });
      await store.set('half-open', 1, 60_000);
      proxy.strand();
      await expect(store.get('half-open')).rejects.toMatchObject({ fault: 'timeout' });
      await vi.waitFor(async () => expect(await store.get('half-open')).toBe(1), { timeout: 10_000 });
    });

    it('never sends a command again after a lost connection', async () => {
      const proxy = await openProxy();
      const store = open({ url: proxy.url, onError: () => {} });
      await store.set('once', 0, 60_000);
      proxy.holdAnswers();
      const lost = store.update('once', increment, 60_000).catch((error: unknown) => error);
      await proxy.seen('GET');
      await proxy.stop();
      expect(await lost).toMatchObject({ vendor: 'redis', retryable: true });
      await proxy.start();
      await vi.waitFor(() => store.ping(), { timeout: 10_000 });
      expect(proxy.count('GET')).toBe(1);
      expect(await raw.get(`${keyPrefix}once`)).toBe('0');
    });
  });
});

describe('the key-value store with no Redis behind its address', () => {
  let silent: Server | undefined;
  afterEach(() => silent?.close());

  it('fails at once from the first command on, tells its owner, and shows no password', async () => {
    const errors: Error[] = [];
    const store = createRedisKeyValue({
      url: 'redis://someone:hunter2@127.0.0.1:1/0',
      onError: (error) => errors.push(error),
    });
    const begun = performance.now();
    const error: unknown = await store.get('any').catch((thrown: unknown) => thrown);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(error).toMatchObject({ vendor: 'redis', fault: 'unavailable', retryable: true });
    expect(errors).toHaveLength(1);
    expect(inspect([error, errors], { depth: 9 })).not.toContain('hunter2');
    await store.close();
  });

  it('does not wait longer than the command timeout for a server that accepts and says nothing', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket));
    silent = server;
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(address && typeof address === 'object' ? address.port : 0);
      });
    });
    const store = createRedisKeyValue({
      url: `redis://127.0.0.1:${port}`,
      commandTimeoutMs: 100,
      onError: () => {},
    });
    const begun = performance.now();
    await expect(store.get('any')).rejects.toMatchObject({ vendor: 'redis', retryable: true });
    expect(performance.now() - begun).toBeLessThan(600);
    await store.close();
    for (const socket of sockets) socket.destroy();
  });
});
