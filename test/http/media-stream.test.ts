import { once } from 'node:events';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLogs, customers } from '../../src/db/schema.ts';
import { issueStreamToken, openCall as openCallLog } from '../../src/dealership/call-log.ts';
import { createStreamTokens } from '../../src/http/stream-token.ts';
import { startTestApp, type TestApp } from '../support/app.ts';
import {
  authToken,
  callForm,
  connectedMessage,
  handshakeStatus,
  mediaMessage,
  newCallSid,
  openLine,
  post,
  ring,
  signed,
  startMessage,
} from './from-twilio.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

const row = async (callSid: string) => {
  const [found] = await app.app.database.db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  return found;
};
/** How often anybody began to listen: what a refused stream must not cost. */
const listened = () => app.app.sandbox.deepgram?.stats.requests.listen ?? Number.NaN;
const streamUrl = () => `${app.baseUrl.replace('http', 'ws')}/media-stream`;

/** Opens a line and says its start; the line is refused or becomes a call. */
async function startLine(callSid: string, parameters: Record<string, string>, account?: string) {
  const line = await openLine(app);
  line.send(connectedMessage, startMessage(callSid, parameters, account));
  return line;
}

/** A call that is being talked on. */
async function openCall() {
  const { callSid, parameters } = await ring(app);
  const line = await startLine(callSid, parameters);
  await line.got('media');
  return { ...line, callSid, parameters };
}

describe('the handshake of a media stream', () => {
  it('is let in with Twilio’s signature and without compression, though that was offered', async () => {
    const line = await openLine(app);
    expect(line.socket.extensions).toBe('');
    line.socket.terminate();
  });

  it.each([
    ['without a signature', () => ({})],
    ['with an empty signature', () => ({ 'x-twilio-signature': '' })],
    ['with another token’s signature', () => ({ 'x-twilio-signature': signed(streamUrl(), {}, 'other') })],
    [
      'with the signature of another path',
      () => ({ 'x-twilio-signature': signed(`${app.baseUrl}/incoming-call`) }),
    ],
    [
      'from a browser, however well signed',
      () => ({ 'x-twilio-signature': signed(streamUrl()), origin: 'https://attacker.example' }),
    ],
    [
      'from a browser on our own page',
      () => ({ 'x-twilio-signature': signed(streamUrl()), origin: app.baseUrl }),
    ],
  ])('is refused with 403 %s', async (_, headers) => {
    expect(await handshakeStatus(app, headers())).toBe(403);
  });

  it.each(['/nothing', '/', '/health', '/incoming-call', '/media-stream/'])(
    'is refused at any other address: %s',
    async (path) => {
      const url = app.baseUrl.replace('http', 'ws') + path;
      expect(await handshakeStatus(app, { 'x-twilio-signature': signed(url) }, path)).toBe(404);
    },
  );

  it('is not to be had by an ordinary request', async () => {
    const response = await fetch(`${app.baseUrl}/media-stream`, {
      headers: { 'x-twilio-signature': signed(streamUrl()) },
    });
    expect(response.status).toBe(404);
    await response.body?.cancel();
  });
});

describe('a media stream with the token of its call', () => {
  it('is answered: the agent speaks, and the row says when', async () => {
    const { callSid, socket } = await openCall();
    expect(app.app.registry.has(callSid)).toBe(true);
    expect(await row(callSid)).toMatchObject({ streamClaimedAt: expect.any(Date), endedAt: null });
    socket.close();
    await app.app.registry.settled(callSid);
    // It may come back, until Twilio says that the call is over.
    expect(await row(callSid)).toMatchObject({ endedAt: null });
    await post(app, '/call-status', callForm(callSid, { CallStatus: 'completed' }));
    expect(await row(callSid)).toMatchObject({
      answeredAt: expect.any(Date),
      endedReason: 'media_disconnect',
    });
  });

  it('is answered once when two bring the token at the same time', async () => {
    const { callSid, parameters } = await ring(app);
    const lines = await Promise.all([1, 2, 3, 4].map(() => startLine(callSid, parameters)));
    // Three are closed by us; the fourth talks.
    const outcomes = await Promise.all(
      lines.map((line) => Promise.race([line.closed, line.got('media').then(() => 'answered')])),
    );
    expect(outcomes.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      1008,
      1008,
      1008,
      'answered',
    ]);
    for (const line of lines) line.socket.terminate();
    await app.app.registry.settled(callSid);
  });

  it('is refused when the token has been used, also after that call has ended', async () => {
    const { callSid, parameters, socket } = await openCall();
    expect(await (await startLine(callSid, parameters)).closed).toBe(1008);
    expect(app.app.registry.has(callSid)).toBe(true);
    socket.close();
    await app.app.registry.settled(callSid);
    expect(await (await startLine(callSid, parameters)).closed).toBe(1008);
  });

  it('is refused a minute after the token was issued, and asking again does not make it younger', async () => {
    const { callSid, parameters } = await ring(app);
    await app.app.database.db
      .update(callLogs)
      .set({ streamTokenIssuedAt: sql`now() - interval '61 seconds'` })
      .where(eq(callLogs.callSid, callSid));
    const again = await ring(app, callSid);
    expect(again.parameters).toEqual(parameters);
    expect(await (await startLine(callSid, parameters)).closed).toBe(1008);
  });

  it('is refused when the call is over', async () => {
    const { callSid, parameters } = await ring(app);
    await post(app, '/call-status', callForm(callSid, { CallStatus: 'completed' }));
    expect(await (await startLine(callSid, parameters)).closed).toBe(1008);
  });

  it('outlives a status callback that says the call is over, and closes its row itself', async () => {
    const { callSid, socket, send } = await openCall();
    await post(app, '/call-status', callForm(callSid, { CallStatus: 'completed' }));
    expect(await row(callSid)).toMatchObject({ endedAt: null });
    send({ event: 'stop', streamSid: `MZ${'0'.repeat(32)}` });
    await app.app.registry.settled(callSid);
    expect(await row(callSid)).toMatchObject({ endedAt: expect.any(Date), endedReason: 'caller_hangup' });
    socket.terminate();
  });
});

describe('a call whose session has been lost between the webhook and the stream', () => {
  /** The row is there, with its token; of the session nobody knows anything. */
  async function answer(callerPhone: string, customerId?: string): Promise<string> {
    const { db } = app.app.database;
    const callSid = newCallSid();
    await openCallLog(db, {
      callSid,
      direction: 'inbound',
      callerPhone,
      startedAt: new Date(),
      ...(customerId ? { customerId } : {}),
    });
    await issueStreamToken(db, callSid);
    const token = createStreamTokens(authToken).mint(callSid, 1);
    const line = await startLine(callSid, { token, generation: '1' });
    await line.got('media');
    line.socket.terminate();
    await app.app.registry.settled(callSid);
    return app
      .logText()
      .split('\n')
      .filter((entry) => entry.includes(callSid) && entry.includes('call answered'))
      .join('');
  }

  it.each([
    ['a withheld number, though it is spelled like one', '+266696687', 'withheld_number'],
    ['a word', 'anonymous', 'withheld_number'],
    ['a new number', '+12175550144', 'new_customer'],
    ['a customer’s number that the webhook did not recognise', '+12175550101', 'new_customer'],
  ])('begins again from the row: %s', async (_, callerPhone, flow) => {
    expect(await answer(callerPhone)).toContain(`"flow":"${flow}"`);
  });

  it('still knows the customer whom the webhook recognised', async () => {
    const [customer] = await app.app.database.db
      .select()
      .from(customers)
      .where(eq(customers.phoneNumber, '+12175550101'));
    expect(await answer('+12175550101', customer?.id)).toContain('"flow":"existing_customer"');
  });
});

describe('a media stream that cannot show the token', () => {
  type Offer = { callSid: string; parameters: Record<string, string>; account?: string };
  const offers: [string, (own: Offer, other: Offer) => Offer][] = [
    ['brings none', ({ callSid }) => ({ callSid, parameters: {} })],
    ['brings an empty one', ({ callSid }) => ({ callSid, parameters: { token: '', generation: '1' } })],
    [
      'forges one of the right length',
      ({ callSid }) => ({ callSid, parameters: { token: 'A'.repeat(43), generation: '1' } }),
    ],
    [
      'cuts one short',
      ({ callSid, parameters }) => ({
        callSid,
        parameters: { ...parameters, token: (parameters['token'] ?? '').slice(0, -1) },
      }),
    ],
    ['brings another call’s', ({ callSid }, other) => ({ callSid, parameters: other.parameters })],
    [
      'brings a call’s own under the name of a call that does not exist',
      ({ parameters }) => ({ callSid: newCallSid(), parameters }),
    ],
    [
      'asks for another generation',
      ({ callSid, parameters }) => ({ callSid, parameters: { ...parameters, generation: '2' } }),
    ],
    [
      'asks for no generation at all',
      ({ callSid, parameters }) => ({ callSid, parameters: { ...parameters, generation: 'NaN' } }),
    ],
    [
      'names another account',
      ({ callSid, parameters }) => ({ callSid, parameters, account: `AC${'1'.repeat(32)}` }),
    ],
  ];

  it.each(offers)('is closed with 1008 before anybody listens when it %s', async (_, choose) => {
    const own = await ring(app);
    const before = listened();
    const { callSid, parameters, account } = choose(own, await ring(app));
    expect(await (await startLine(callSid, parameters, account)).closed).toBe(1008);
    expect(listened()).toBe(before);
    expect(app.app.registry.has(callSid)).toBe(false);
    // The call itself has lost nothing: its own stream is still answered.
    const line = await startLine(own.callSid, own.parameters);
    await line.got('media');
    line.socket.terminate();
    await app.app.registry.settled(own.callSid);
  });
});

describe('a media stream that breaks the rules', () => {
  const text = (length: number) => JSON.stringify({ event: 'x', pad: 'p'.repeat(length) });
  it.each<[string, number, (string | Buffer | object)[]]>([
    ['media before the start', 1008, [mediaMessage(1)]],
    ['a key before the start', 1008, [{ event: 'dtmf', dtmf: { digit: '1' } }]],
    ['a binary frame', 1003, [Buffer.from([1, 2, 3])]],
    ['a frame of more than 64 KiB', 1009, [text(64 * 1024)]],
    ['a frame of 50 MB', 1009, [text(50_000_000)]],
    ['three frames that are no JSON object', 1007, ['{', 'null', '[1]']],
    ['three frames nested ten thousand deep', 1007, Array.from({ length: 3 }, () => '['.repeat(10_000))],
    ['a start that says nothing', 1008, [{ event: 'start' }]],
  ])('is closed after %s', async (_, code, messages) => {
    const { socket, closed, send } = await openLine(app);
    for (const message of messages) {
      if (Buffer.isBuffer(message)) socket.send(message);
      else send(message);
    }
    expect(await closed).toBe(code);
  });

  it('is closed after a message in endless empty pieces', async () => {
    const { socket, closed } = await openLine(app);
    for (let pieces = 0; pieces < 20_000; pieces++) socket.send('', { fin: false });
    expect(await closed).toBe(1008);
  });

  it('is closed after five seconds of saying nothing', async () => {
    const clock = app.app.clock;
    const startedAt = clock.elapsed();
    const { closed } = await openLine(app);
    expect(await closed).toBe(1008);
    expect(clock.elapsed() - startedAt).toBeGreaterThanOrEqual(4_900);
  });

  it.each([
    ['a second start', (callSid: string) => [startMessage(callSid, {})]],
    ['five thousand frames at once', () => Array.from({ length: 5_000 }, (_, i) => mediaMessage(i + 2))],
  ])('is closed in the middle of a call after %s, and the call’s row with it', async (_, messages) => {
    const { callSid, closed, send } = await openCall();
    send(...messages(callSid));
    expect(await closed).toBe(1008);
    await app.app.registry.settled(callSid);
    await post(app, '/call-status', callForm(callSid, { CallStatus: 'completed' }));
    expect(await row(callSid)).toMatchObject({ endedReason: 'media_disconnect' });
  });

  it('hears nothing more after its stop', async () => {
    const { callSid, closed, send, socket } = await openCall();
    send({ event: 'stop' }, mediaMessage(2), { event: 'dtmf', dtmf: { digit: '1' } }, mediaMessage(3));
    expect(await closed).toBe(1000);
    await app.app.registry.settled(callSid);
    expect(await row(callSid)).toMatchObject({ endedReason: 'caller_hangup' });
    socket.terminate();
  });

  it('does not disturb a call by frames without sense', async () => {
    const { callSid, send, socket } = await openCall();
    const odd = (sequenceNumber: unknown, payload: unknown) => ({
      event: 'media',
      sequenceNumber,
      media: { track: 'inbound', payload },
    });
    send(
      odd('-5', '////'),
      odd('NaN', '////'),
      odd(1e308, '////'),
      odd({}, '////'),
      odd('9', '****'),
      odd('10', ''),
      odd('11', 5),
      { event: 'media' },
      { event: 'dtmf', dtmf: { digit: '٣' } },
      { event: 'mark', mark: { name: 'x'.repeat(60_000) } },
      { event: '__proto__' },
      'null',
    );
    socket.ping();
    await once(socket, 'pong');
    expect(socket.readyState).toBe(socket.OPEN);
    expect(app.app.registry.has(callSid)).toBe(true);
    socket.terminate();
    await app.app.registry.settled(callSid);
  });
});

describe('sockets that have proven nothing', () => {
  it('are fifty at most, however many ask at once, and give way to a call when their time is over', async () => {
    const url = streamUrl();
    const asked = await Promise.allSettled(Array.from({ length: 80 }, () => openLine(app)));
    const open = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(open).toHaveLength(50);
    expect(await handshakeStatus(app, { 'x-twilio-signature': signed(url) })).toBe(403);
    expect(await Promise.all(open.map(({ closed }) => closed))).toEqual(open.map(() => 1008));
    const call = await app.dial('+12175550177');
    expect(await call.nextAgentTurn({ deadlineMs: 60_000 })).toContain('automated assistant');
    call.hangUp();
    await call.ended;
    await app.app.registry.settled(call.callSid);
  });

  it('do not count a call in progress, nor a socket that was refused its call', async () => {
    const calls = [await openCall(), await openCall()];
    for (let round = 0; round < 60; round++) {
      const { callSid } = await ring(app);
      await (await startLine(callSid, { token: 'no' })).closed;
    }
    const asked = await Promise.allSettled(Array.from({ length: 50 }, () => openLine(app)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    for (const one of asked) if (one.status === 'fulfilled') one.value.socket.terminate();
    for (const { socket } of calls) socket.terminate();
    await Promise.all(calls.map(({ callSid }) => app.app.registry.settled(callSid)));
  });
});
