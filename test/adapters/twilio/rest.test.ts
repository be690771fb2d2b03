import { createServer } from 'node:http';
import twilio from 'twilio';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTwilioRest } from '../../../src/adapters/twilio/rest.ts';
import { createClock } from '../../../src/lib/clock.ts';
import { VendorError } from '../../../src/lib/vendor-error.ts';
import { startTwilioSandbox, type TwilioSandbox } from '../../../src/sandbox/twilio/server.ts';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = 'a-secret-token';
const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function startSandbox(): Promise<TwilioSandbox> {
  const sandbox = await startTwilioSandbox({ clock: createClock(), accountSid, authToken });
  cleanups.push(() => sandbox.close());
  return sandbox;
}

/** A server that answers as told, or not at all. */
async function startServer(answer: { status: number; body: string } | 'silence' | 'reset'): Promise<string> {
  const server = createServer((request, response) => {
    if (answer === 'reset') request.socket.destroy();
    if (typeof answer === 'object') response.writeHead(answer.status).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

/** The failure itself, or what a success would have looked like. */
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(String, (error: unknown) => error);

describe('the REST client without a base URL', () => {
  it('addresses the real Twilio, with Basic credentials and a short timeout', async () => {
    const httpClient = new twilio.RequestClient({ timeout: 5000 });
    const sent: unknown[] = [];
    httpClient.axios.defaults.adapter = (config) => {
      const { method, url, data, timeout } = config;
      sent.push({
        method,
        url,
        data: String(data),
        timeout,
        authorization: config.headers.get('Authorization'),
      });
      const answer = { sid: 'CA1', status: 'completed' };
      return Promise.resolve({ data: answer, status: 200, statusText: 'OK', headers: {}, config });
    };
    await createTwilioRest({ accountSid, authToken, httpClient }).hangUp('CA1');
    expect(sent).toEqual([
      {
        method: 'post',
        url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Calls/CA1.json`,
        data: 'Status=completed',
        timeout: 5000,
        authorization: credentials,
      },
    ]);
  });
});

describe('the REST client', () => {
  it('keeps to its base URL whatever region the environment names', async () => {
    vi.stubEnv('TWILIO_REGION', 'au1');
    vi.stubEnv('TWILIO_EDGE', 'sydney');
    const { baseUrl } = await startSandbox();
    const rest = createTwilioRest({
      accountSid,
      authToken,
      baseUrl: baseUrl.replace('127.0.0.1', 'localhost'),
    });
    expect(await rest.findCall('CA404')).toBeUndefined();
  });

  it('points a number of the account at us, and says so when it is not one', async () => {
    const sandbox = await startSandbox();
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: `${sandbox.baseUrl}/` });
    const urls = { voiceUrl: 'https://h/v', statusUrl: 'https://h/s', fallbackUrl: 'https://h/f' };
    await rest.pointNumberAt('+12175550100', urls);
    expect(sandbox.numbers[0]).toMatchObject({
      voiceUrl: 'https://h/v',
      statusCallback: 'https://h/s',
      voiceFallbackUrl: 'https://h/f',
    });
    expect(await failureOf(rest.pointNumberAt('+12175550199', urls))).toMatchObject({ fault: 'invalid' });
  });

  it('takes a call that has ended for an answer, not a failure', async () => {
    const sandbox = await startSandbox();
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: sandbox.baseUrl });
    const application = await startServer('silence');
    const call = await sandbox.placeCall({ from: '+12175550101', to: '+12175550100', voiceUrl: application });
    expect(await rest.findCall(call.callSid)).toEqual({
      callSid: call.callSid,
      status: 'ringing',
      from: '+12175550101',
      to: '+12175550100',
    });
    await rest.hangUp(call.callSid);
    expect(await call.ended).toMatchObject({ by: 'agent' });
    await rest.hangUp(call.callSid);
    expect(await rest.redirect(call.callSid, '<Response/>')).toBe(false);
    expect(await rest.findCall(call.callSid)).toMatchObject({ status: 'completed' });
  });
});

describe('a failure of the REST API', () => {
  it.each([
    [400, 21_211, 'invalid', false],
    [400, 21_215, 'refused', false],
    [400, 21_219, 'refused', false],
    [400, 10_004, 'limited', true],
    [401, 20_003, 'refused', false],
    [403, 20_005, 'refused', false],
    [402, 20_402, 'quota', false],
    [429, 20_429, 'limited', true],
    [500, 20_500, 'unavailable', true],
  ])('with status %i and code %i is %s, retryable: %s', async (status, code, fault, retryable) => {
    const sandbox = await startSandbox();
    sandbox.faults.refusals.push({ status, code });
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: sandbox.baseUrl });
    const error = await failureOf(rest.hangUp('CA1'));
    expect(error).toBeInstanceOf(VendorError);
    expect(error).toMatchObject({ vendor: 'twilio', fault, retryable, status });
  });

  it('is refused with the wrong token, and repeats neither token nor number', async () => {
    const sandbox = await startSandbox();
    const rest = createTwilioRest({ accountSid, authToken: 'wrong', baseUrl: sandbox.baseUrl });
    const error = await failureOf(rest.findCall('CA1'));
    expect(error).toMatchObject({ fault: 'refused', status: 401 });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).toBe('VendorError: twilio: looking up a call failed: error 20003, status 401');
  });

  it.each([
    ['a 503 that is not JSON', { status: 503, body: '<html>' }, 'unavailable'],
    ['a connection that is cut', 'reset', 'unavailable'],
  ] as const)('is retryable: %s', async (_, answer, fault) => {
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: await startServer(answer) });
    expect(await failureOf(rest.hangUp('CA1'))).toMatchObject({ fault, retryable: true });
  });

  it('is a timeout when nothing comes within five seconds', async () => {
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: await startServer('silence') });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const failure = failureOf(rest.hangUp('CA1'));
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    expect(await failure).toMatchObject({ fault: 'timeout', retryable: true });
  });

  it('is unavailable when nobody listens', async () => {
    const rest = createTwilioRest({ accountSid, authToken, baseUrl: 'http://127.0.0.1:1' });
    expect(await failureOf(rest.hangUp('CA1'))).toMatchObject({ fault: 'unavailable', retryable: true });
  });
});
