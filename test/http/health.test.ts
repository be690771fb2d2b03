import Fastify from 'fastify';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type CallRegistry, createCallRegistry } from '../../src/call/registry.ts';
import { registerHealth } from '../../src/http/health.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { callForm, newCallSid, openLine, post, ring, startMessage } from './from-twilio.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

type Check = () => Promise<void>;
const fine: Check = () => Promise.resolve();
const failing: Check = () => Promise.reject(new Error('password=hunter2'));
const hanging: Check = () => new Promise(() => {});

function startHealth({
  database = fine,
  redis,
  registry = createCallRegistry(1),
}: {
  database?: Check;
  redis?: Check;
  registry?: CallRegistry;
} = {}) {
  const app = Fastify();
  cleanups.push(() => app.close());
  registerHealth(app, {
    registry,
    checks: { database, redis },
    describe: { database: 'server', redis: redis ? 'redis' : 'memory', vendors: { twilio: 'live' } },
    alarms: () => ['An alarm.'],
  });
  return app;
}

describe('readiness', () => {
  it('is there when the database answers and there is room', async () => {
    const { statusCode, body } = await startHealth().inject('/health/ready');
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({ status: 'ok' });
  });

  it('ends when calls are draining', async () => {
    const registry = createCallRegistry(1);
    const app = startHealth({ registry });
    await registry.drain(0, 0);
    const { statusCode, body } = await app.inject('/health/ready');
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toEqual({ status: 'draining' });
  });

  it('ends when the database fails, and does not repeat its words', async () => {
    const { statusCode, body } = await startHealth({ database: failing }).inject('/health/ready');
    expect(statusCode).toBe(503);
    expect(JSON.parse(body)).toEqual({ status: 'broken' });
  });

  it('does not wait for a database that hangs', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    cleanups.push(() => void vi.useRealTimers());
    const answer = startHealth({ database: hanging }).inject('/health/ready');
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(0));
    vi.advanceTimersByTime(1_500);
    expect((await answer).statusCode).toBe(503);
  });

  it('does not hang on Redis, which calls can do without', async () => {
    const app = startHealth({ redis: failing });
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
    expect((await app.inject('/health')).json()).toMatchObject({
      status: 'ok',
      redis: { kind: 'redis', answers: false },
    });
  });

  it('is not asked of a process that merely lives', async () => {
    const app = startHealth({ database: hanging });
    expect((await app.inject('/health/live')).json()).toEqual({ status: 'ok' });
  });
});

describe('the whole application', () => {
  async function start(environment: Record<string, string> = {}): Promise<TestApp> {
    const app = await startTestApp({ world: false, environment });
    cleanups.push(() => app.close());
    return app;
  }

  it('is full with as many calls as it may hold: no longer ready, and a further caller hears an apology', async () => {
    const app = await start({ MAX_CALLS: '1' });
    const call = await app.dial('+12175550177');
    await call.nextAgentTurn({ deadlineMs: 60_000 });
    const ready = await fetch(`${app.baseUrl}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'full' });
    expect(await (await fetch(`${app.baseUrl}/health`)).json()).toMatchObject({ callsInProgress: 1 });
    const { text } = await post(app, '/incoming-call', callForm(newCallSid()));
    expect(text).toMatch(/<Response><Say>.*<\/Say><Hangup\/><\/Response>$/);
    call.hangUp();
    await call.ended;
    await app.app.registry.settled(call.callSid);
    expect((await fetch(`${app.baseUrl}/health/ready`)).status).toBe(200);
  });

  it('never holds more calls than it may, also when several begin together', async () => {
    const app = await start({ MAX_CALLS: '1' });
    const calls = await Promise.all([ring(app), ring(app), ring(app)]);
    const lines = await Promise.all(
      calls.map(async ({ callSid, parameters }) => {
        const line = await openLine(app);
        line.send(startMessage(callSid, parameters));
        return line;
      }),
    );
    const outcomes = await Promise.all(
      lines.map((line) => Promise.race([line.closed, line.got('media').then(() => 0)])),
    );
    expect(outcomes.toSorted((a, b) => a - b)).toEqual([0, 1008, 1008]);
    for (const line of lines) line.socket.terminate();
  });

  it('shows no secret on any page that anybody may read, and logs none', async () => {
    const secrets = {
      TWILIO_AUTH_TOKEN: 'canary-twilio-token',
      DEEPGRAM_API_KEY: 'canary-deepgram-key',
      OPENAI_API_KEY: 'canary-openai-key',
      GOOGLE_CLIENT_SECRET: 'canary-google-secret',
      GOOGLE_REFRESH_TOKEN: 'canary-google-refresh',
    };
    const dead = 'http://127.0.0.1:9';
    const app = await start({
      ...secrets,
      LOG_LEVEL: 'trace',
      TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
      TWILIO_PHONE_NUMBER: '+12175550123',
      GOOGLE_CLIENT_ID: 'client',
      PUBLIC_BASE_URL: 'https://voice.example.com',
      TWILIO_BASE_URL: dead,
      DEEPGRAM_BASE_URL: dead,
      OPENAI_BASE_URL: dead,
      GOOGLE_BASE_URL: dead,
    });
    for (const url of ['/', '/health', '/health/live', '/health/ready', '/nothing', '/incoming-call']) {
      const { body } = await app.app.fastify.inject(url);
      expect(body).not.toContain('canary');
      expect(body).not.toContain('127.0.0.1:9');
      expect(body).not.toContain('postgres:');
    }
    expect(app.logText()).not.toContain('canary');
    const health = (await app.app.fastify.inject('/health')).json();
    expect(health.vendors).toEqual({ twilio: 'live', deepgram: 'live', openai: 'live', google: 'live' });
    expect(health.alarms).toEqual(['Fixed lines are not rendered: the voice did not answer.']);
    expect((await app.app.fastify.inject('/')).body).toContain('Call <strong>+12175550123</strong>');
  });
});
