import formbody from '@fastify/formbody';
import Fastify from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import * as twiml from '../../src/adapters/twilio/twiml.ts';
import { createCallRegistry } from '../../src/call/registry.ts';
import { registerErrorHandler } from '../../src/http/error-handler.ts';
import { createStreamTokens } from '../../src/http/stream-token.ts';
import { type IncomingCall, registerVoiceRoutes } from '../../src/http/voice.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import { createManualClock } from '../support/manual-clock.ts';
import {
  accountSid,
  callForm,
  encode,
  newCallSid,
  openLine,
  post,
  ring,
  startMessage,
} from './from-twilio.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const APOLOGY = /<Response><Say>Thanks for calling .*<\/Say><Hangup\/><\/Response>$/;

/** The voice routes alone, with a way of opening calls that is given. */
async function startRoutes(
  openCall: (call: IncomingCall) => Promise<{ generation: number; hasEnded: boolean }>,
) {
  const clock = createManualClock();
  const app = Fastify();
  cleanups.push(() => app.close());
  registerErrorHandler(app);
  await app.register(formbody);
  registerVoiceRoutes(app, {
    publicBaseUrl: 'http://127.0.0.1',
    accountSid,
    clock,
    isSigned: () => true,
    twiml,
    tokens: createStreamTokens('secret'),
    registry: createCallRegistry(10),
    openCall,
    handover: {
      afterStream: async () => ({ do: 'hangUp' }),
      afterTransfer: async () => ({ do: 'hangUp' }),
      completed: async () => {},
    },
    callerId: '+12175550100',
    lineLost: 'The line is lost.',
    apology: 'Thanks for calling Test Motors.',
  });
  await app.ready();
  const ask = () =>
    app.inject({
      method: 'POST',
      url: '/incoming-call',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'x' },
      payload: encode(callForm(newCallSid())),
    });
  return { clock, ask };
}

describe('a call that comes while the database is away', () => {
  it('hears an apology after five seconds when nothing answers, long before Twilio gives up', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { clock, ask } = await startRoutes(() => {
      resolve();
      return new Promise(() => {});
    });
    let isAnswered = false;
    const answer = ask().then((response) => {
      isAnswered = true;
      return response;
    });
    await asked;
    clock.advance(4_999);
    await new Promise((next) => setImmediate(next));
    expect(isAnswered).toBe(false);
    clock.advance(1);
    const { statusCode, body } = await answer;
    expect(statusCode).toBe(200);
    expect(body).toMatch(APOLOGY);
  });

  it('hears an apology at once when it fails, and leaves no timer behind', async () => {
    const { clock, ask } = await startRoutes(async () => {
      throw new Error('down');
    });
    const { statusCode, body } = await ask();
    expect(statusCode).toBe(200);
    expect(body).toMatch(APOLOGY);
    expect(clock.waiting).toBe(0);
  });

  it('leaves no timer behind when all is well', async () => {
    const { clock, ask } = await startRoutes(async () => ({ generation: 1, hasEnded: false }));
    expect((await ask()).body).toContain('<Stream ');
    expect(clock.waiting).toBe(0);
  });
});

describe('the whole application when its database has gone', () => {
  async function startBroken(): Promise<TestApp & { parameters: Record<string, string>; callSid: string }> {
    const app = await startTestApp({ world: false });
    cleanups.push(() => app.close());
    const call = await ring(app);
    await app.app.database.close();
    return { ...app, ...call };
  }

  it('apologises to callers, and logs what is wrong without who called', async () => {
    const app = await startBroken();
    const { status, text } = await post(
      app,
      '/incoming-call',
      callForm(newCallSid(), { From: '+12175550143' }),
    );
    expect(status).toBe(200);
    expect(text).toMatch(APOLOGY);
    expect(app.logText()).toContain('a call could not be opened');
    expect(app.logText()).not.toContain('2175550143');
  });

  it('refuses a stream that it cannot check, and says nothing of the reason to anybody outside', async () => {
    const app = await startBroken();
    const { send, closed } = await openLine(app);
    send(startMessage(app.callSid, app.parameters));
    expect(await closed).toBe(1008);
    expect(app.logText()).toContain('a call could not be answered');
    const { status, text } = await post(
      app,
      '/call-status',
      callForm(app.callSid, { CallStatus: 'completed' }),
    );
    expect(status).toBe(500);
    expect(JSON.parse(text)).toEqual({
      error: 'internal_error',
      message: 'Something went wrong on our side.',
    });
  });

  it('is not ready, still lives, and tells no more than that', async () => {
    const app = await startBroken();
    const ready = await fetch(`${app.baseUrl}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ status: 'broken' });
    expect((await fetch(`${app.baseUrl}/health/live`)).status).toBe(200);
    const health = await fetch(`${app.baseUrl}/health`);
    expect(await health.json()).toMatchObject({ status: 'broken', database: { answers: false } });
  });
});
