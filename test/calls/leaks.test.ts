import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(async () => {
  await test?.close();
});

/** What keeps the process busy, by kind: timers, sockets. */
function countResources(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** One call that is broken off after so many words of the agent, by hanging up or by a dead connection. */
async function breakOff(words: number, how: 'hangUp' | 'dropSocket'): Promise<void> {
  const call = await test.dial('+12175550107');
  const { promise, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  const stop = call.onHeard(() => {
    heard++;
    if (heard === 8) void call.say('No wait, what are your hours on Saturday?');
    if (heard >= words) resolve();
  });
  await promise;
  stop();
  call[how]();
  await call.ended;
  await test.app.registry.settled(call.callSid);
}

/** Some close a moment after the call: a socket's last wait for the other side's answer. */
async function untilTimersAre(count: number | undefined): Promise<void> {
  await vi.waitFor(() => expect(countResources().get('Timeout')).toBe(count), { timeout: 10_000 });
}

it('twenty calls broken off at any moment leave no timer, socket or call behind', async () => {
  // The first two open what lasts: connections that are kept for the next call.
  await breakOff(12, 'hangUp');
  await breakOff(20, 'hangUp');
  // So do the database's connections, each with a timer of its own.
  const { pool } = test.app.database;
  await Promise.all(Array.from({ length: 10 }, () => pool.query('select pg_sleep(0.1)')));
  const before = countResources();
  const moments = Array.from({ length: 20 }, (_, index) => 1 + ((index * 7) % 26));
  await Promise.all(
    moments.slice(0, 10).map((words, index) => breakOff(words, index % 2 ? 'hangUp' : 'dropSocket')),
  );
  await Promise.all(
    moments.slice(10).map((words, index) => breakOff(words, index % 2 ? 'dropSocket' : 'hangUp')),
  );
  expect(test.app.registry.size).toBe(0);
  expect(test.app.sandbox.deepgram?.stats.open).toEqual({ listen: 0, speak: 0 });
  await untilTimersAre(before.get('Timeout'));
  const after = countResources();
  // Connections to the model are kept for the next call: ten calls at once need ten, and both ends are in this process.
  const sockets = (counts: Map<string, number>) => counts.get('TCPSocketWrap') ?? 0;
  expect(sockets(after) - sockets(before)).toBeLessThanOrEqual(2 * 10);
  await breakOff(5, 'hangUp');
  await untilTimersAre(before.get('Timeout'));
  const settled = countResources();
  expect(sockets(settled) - sockets(before)).toBeLessThanOrEqual(2 * 10);
});
