import twilio from 'twilio';
import { afterEach, describe, expect, it } from 'vitest';
import { connectStream, hangUp, sayAndHangUp } from '../../../src/adapters/twilio/twiml.ts';
import { createClock } from '../../../src/lib/clock.ts';
import type { PhoneCall } from '../../../src/sandbox/twilio/phone.ts';
import { accountSid, authToken, type Behaviour, startWorld, type World } from './answering-application.ts';

const from = '+12175550100';
const to = '+12175550101';

const worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

/** The real SDK against the sandbox. */
async function start(behaviour: Behaviour = {}, timeout = 5000) {
  const world = await startWorld(createClock({ speed: 50 }), behaviour);
  worlds.push(world);
  const client = twilio(accountSid, authToken, { timeout });
  client.api.baseUrl = world.sandbox.baseUrl;
  const placed = new Promise<PhoneCall>((resolve) => world.sandbox.onPlaced(resolve));
  const statusCallback = `${world.url}/call-status`;
  const statuses = () => world.requestsTo('/call-status').map(({ form }) => form['CallStatus']);
  return { ...world, client, placed, statusCallback, statuses };
}

const allEvents = ['initiated', 'ringing', 'answered', 'completed'];

describe('a call placed over REST', () => {
  it('rings, is answered, asks for TwiML and reports each step in order', async () => {
    const world = await start({ answer: () => sayAndHangUp('Your car is ready') });
    const { client, statusCallback } = world;
    const url = `${world.url}/voice`;
    const created = await client.calls.create({
      from,
      to,
      url,
      statusCallback,
      statusCallbackEvent: allEvents,
    });
    expect(created).toMatchObject({ status: 'queued', direction: 'outbound-api', from, to });
    const call = await world.placed;
    expect(await call.ended).toMatchObject({ by: 'agent' });
    expect(call.heardText()).toBe('Your car is ready');
    expect(world.statuses()).toEqual(['initiated', 'ringing', 'in-progress', 'completed']);
    const sequence = world.requestsTo('/call-status').map(({ form }) => form['SequenceNumber']);
    expect(sequence).toEqual(['0', '1', '2', '3']);
    expect(await client.calls(created.sid).fetch()).toMatchObject({ status: 'completed', answeredBy: null });
  });

  it('reports out of order on demand, and only the end unless more was asked for', async () => {
    const world = await start({ answer: () => hangUp() });
    world.sandbox.onPlaced(({ faults }) => {
      faults.reverseStatus = true;
    });
    const { client, statusCallback } = world;
    const url = `${world.url}/voice`;
    await client.calls.create({ from, to, url, statusCallback, statusCallbackEvent: allEvents });
    await (await world.placed).ended;
    expect(world.statuses()).toEqual(['completed', 'in-progress', 'ringing', 'initiated']);

    const quiet = await start();
    await quiet.client.calls.create({ from, to, twiml: hangUp(), statusCallback: quiet.statusCallback });
    await (await quiet.placed).ended;
    expect(quiet.statuses()).toEqual(['completed']);
  });

  it.each(['busy', 'no-answer', 'failed'] as const)('can come to nothing: %s', async (outcome) => {
    const world = await start();
    world.sandbox.setCallee(to, { outcome });
    await world.client.calls.create({
      from,
      to,
      url: `${world.url}/voice`,
      statusCallback: world.statusCallback,
    });
    await (await world.placed).ended;
    expect(world.statuses()).toEqual([outcome]);
    expect(world.requestsTo('/voice')).toEqual([]);
  });

  it('tells a machine from a person, before the TwiML or beside it', async () => {
    const world = await start({
      answer: ({ path }) => (path === '/voice' ? '<Response><Pause length="10"/></Response>' : hangUp()),
    });
    world.sandbox.setCallee(to, { answeredBy: 'machine_end_beep' });
    const request = { from, to, url: `${world.url}/voice`, machineDetection: 'DetectMessageEnd' };
    await world.client.calls.create(request);
    await (await world.placed).ended;
    expect(world.requestsTo('/voice')[0]?.form['AnsweredBy']).toBe('machine_end_beep');

    const asyncAmdStatusCallback = `${world.url}/amd-status`;
    await world.client.calls.create({ ...request, asyncAmd: 'true', asyncAmdStatusCallback });
    await world.sandbox.calls[1]?.ended;
    expect(world.requestsTo('/voice')[1]?.form['AnsweredBy']).toBeUndefined();
    expect(world.requestsTo('/amd-status')[0]?.form).toMatchObject({ AnsweredBy: 'machine_end_beep' });
  });

  it('can be found after its answer was lost, by whom it was to and when', async () => {
    const world = await start({ answer: () => hangUp() }, 200);
    world.sandbox.faults.lostAnswers = 1;
    await expect(world.client.calls.create({ from, to, url: `${world.url}/voice` })).rejects.toThrow();
    const since = new Date(Date.now() - 60_000);
    expect(await world.client.calls.list({ to, startTimeAfter: since })).toHaveLength(1);
    expect(await world.client.calls.list({ to: '+12175550188' })).toHaveLength(0);
    expect(await world.client.calls.list({ to, startTimeBefore: since })).toHaveLength(0);
  });

  it('is refused to a number that cannot be, and with the wrong token', async () => {
    const { client, sandbox } = await start();
    const url = 'http://127.0.0.1:1/voice';
    for (const bad of ['+15005550001', 'anonymous', '911']) {
      await expect(client.calls.create({ from, to: bad, url })).rejects.toMatchObject({
        status: 400,
        code: 21_211,
      });
    }
    const stranger = twilio(accountSid, 'wrong');
    stranger.api.baseUrl = sandbox.baseUrl;
    await expect(stranger.calls.create({ from, to, url })).rejects.toMatchObject({
      status: 401,
      code: 20_003,
    });
    expect(sandbox.calls).toEqual([]);
  });
});

describe('a call in progress', () => {
  it('drops its stream at once when the REST API gives it other TwiML', async () => {
    const world = await start();
    const call = await world.dial();
    const { phone, ended } = await world.conversations.nth(1);
    phone.play(new Uint8Array(80_000).fill(0xff));
    await world.client.calls(call.callSid).update({ twiml: sayAndHangUp('Please hold') });
    expect(await ended).toBe('hangup');
    await call.ended;
    expect(call.heardText()).toBe('Please hold');
    expect(call.stats.bytesPlayed).toBeLessThan(80_000);
    expect(world.requestsTo('/after-stream')).toEqual([]);
  });

  it('ends when the REST API completes it', async () => {
    const world = await start();
    const call = await world.dial();
    const { ended } = await world.conversations.nth(1);
    await world.client.calls(call.callSid).update({ status: 'completed' });
    expect(await ended).toBe('hangup');
    expect(await call.ended).toEqual({ by: 'agent', reason: 'ended over REST: completed' });
    const again = world.client.calls(call.callSid).update({ status: 'completed' });
    await expect(again).rejects.toMatchObject({ code: 21_220 });
  });

  it('keeps the parameters of its stream intact', async () => {
    const parameters = { note: 'a & b <"c">', empty: '' };
    const world = await start({
      answer: ({ path }, standard) =>
        path === '/voice'
          ? connectStream({
              streamUrl: /url="(ws[^"]+)"/.exec(standard)?.[1] ?? '',
              actionUrl: '/after-stream',
              statusUrl: `${world.url}/stream-status`,
              parameters,
            })
          : hangUp(),
    });
    await world.dial();
    expect((await world.conversations.nth(1)).info.customParameters).toEqual(parameters);
  });
});

describe('a text message', () => {
  it('is taken, sent and receipted', async () => {
    const world = await start();
    const statusCallback = `${world.url}/sms-status`;
    const created = await world.client.messages.create({ from, to, body: 'See you Tuesday', statusCallback });
    expect(created).toMatchObject({ status: 'queued', body: 'See you Tuesday' });
    await world.requests.nth(2);
    expect(world.requestsTo('/sms-status').map(({ form }) => form['MessageStatus'])).toEqual([
      'sent',
      'delivered',
    ]);
    expect(world.sandbox.messages).toMatchObject([
      { from, to, body: 'See you Tuesday', status: 'delivered' },
    ]);
  });

  it('is refused to someone who has opted out, and to nobody', async () => {
    const { client, sandbox } = await start();
    sandbox.faults.optedOut.add(to);
    await expect(client.messages.create({ from, to, body: 'x' })).rejects.toMatchObject({ code: 21_610 });
    await expect(client.messages.create({ from, to: '12', body: 'x' })).rejects.toMatchObject({
      code: 21_211,
    });
    expect(sandbox.messages).toEqual([]);
  });
});
