import { createServer } from 'node:http';
import twilio from 'twilio';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTexting } from '../../../src/adapters/twilio/messages.ts';
import { createClock } from '../../../src/lib/clock.ts';
import { startTwilioSandbox, type TwilioSandbox } from '../../../src/sandbox/twilio/server.ts';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = 'a-secret-token';
const from = '+12175550100';
const text = { to: '+12175550101', body: 'Tuesday, May 26 at 9:00 AM' };

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

/** A server that answers as told, or not at all; it counts how often it was asked. */
async function startServer(answer: { status: number; body: string } | 'silence' | 'reset') {
  const asked: string[] = [];
  const heard = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    heard.resolve();
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
  return { baseUrl: `http://127.0.0.1:${address.port}`, asked, heard: heard.promise };
}

describe('sending a text', () => {
  it('goes, without a base URL, to the real Twilio with number, sender and words', async () => {
    const httpClient = new twilio.RequestClient({ timeout: 5000 });
    const sent: unknown[] = [];
    httpClient.axios.defaults.adapter = (config) => {
      sent.push({
        method: config.method,
        url: config.url,
        form: Object.fromEntries(new URLSearchParams(String(config.data))),
        timeout: config.timeout,
        authorization: config.headers.get('Authorization'),
      });
      const data = { sid: 'SM1', status: 'queued' };
      return Promise.resolve({ data, status: 201, statusText: 'Created', headers: {}, config });
    };
    const texting = createTexting({ accountSid, authToken, from, httpClient });
    expect(await texting.send(text)).toEqual({ status: 'accepted', messageSid: 'SM1' });
    expect(sent).toEqual([
      {
        method: 'post',
        url: `https://api.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`,
        form: { To: text.to, From: from, Body: text.body },
        timeout: 5000,
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      },
    ]);
  });

  it('is accepted over the wire, and keeps to its base URL whatever region the environment names', async () => {
    vi.stubEnv('TWILIO_REGION', 'au1');
    vi.stubEnv('TWILIO_EDGE', 'sydney');
    const sandbox = await startSandbox();
    const baseUrl = `${sandbox.baseUrl.replace('127.0.0.1', 'localhost')}/`;
    const outcome = await createTexting({ accountSid, authToken, from, baseUrl }).send(text);
    expect(sandbox.messages).toMatchObject([{ to: text.to, from, body: text.body }]);
    expect(outcome).toEqual({ status: 'accepted', messageSid: sandbox.messages[0]?.sid });
  });

  it('to a number that has answered STOP is not to be tried again', async () => {
    const sandbox = await startSandbox();
    sandbox.faults.optedOut.add(text.to);
    const texting = createTexting({ accountSid, authToken, from, baseUrl: sandbox.baseUrl });
    expect(await texting.send(text)).toEqual({ status: 'opted_out' });
    expect(sandbox.messages).toEqual([]);
  });

  it.each([
    [400, 21_211, 'bad_number'],
    [400, 21_614, 'bad_number'],
    [400, 21_408, 'refused'],
    [400, 21_608, 'refused'],
    [400, 21_606, 'refused'],
    [404, 20_404, 'refused'],
    [401, 20_003, 'not_sent'],
    [402, 20_402, 'not_sent'],
    [429, 20_429, 'not_sent'],
    [408, 20_408, 'unknown'],
    [500, 20_500, 'unknown'],
    [503, 20_503, 'unknown'],
  ])('with status %i and code %i is %s', async (status, code, outcome) => {
    const sandbox = await startSandbox();
    sandbox.faults.refusals.push({ status, code });
    const texting = createTexting({ accountSid, authToken, from, baseUrl: sandbox.baseUrl });
    const answer = await texting.send(text);
    expect(answer.status).toBe(outcome);
    expect(JSON.stringify(answer)).not.toContain('555');
    if ('error' in answer) expect(answer.error.message).not.toMatch(/555|secret/);
  });

  it.each([
    ['an answer that is no JSON', { status: 503, body: '<html>' }],
    ['a connection that is cut after the question', 'reset'],
  ] as const)('may have gone out after %s, and is tried once only', async (_, answer) => {
    const { baseUrl, asked } = await startServer(answer);
    const texting = createTexting({ accountSid, authToken, from, baseUrl });
    expect(await texting.send(text)).toMatchObject({ status: 'unknown' });
    expect(asked).toHaveLength(1);
  });

  it('may have gone out when nothing comes within five seconds, and is tried once only', async () => {
    const { baseUrl, asked, heard } = await startServer('silence');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sending = createTexting({ accountSid, authToken, from, baseUrl }).send(text);
    await heard;
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    expect(await sending).toMatchObject({ status: 'unknown' });
    expect(asked).toHaveLength(1);
  });

  it('has surely not gone out when nobody listens', async () => {
    const texting = createTexting({ accountSid, authToken, from, baseUrl: 'http://127.0.0.1:1' });
    expect(await texting.send(text)).toMatchObject({ status: 'not_sent' });
  });
});
