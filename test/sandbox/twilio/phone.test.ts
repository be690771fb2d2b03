import { afterEach, describe, expect, it } from 'vitest';
import { hangUp, sayAndHangUp } from '../../../src/adapters/twilio/twiml.ts';
import { createClock } from '../../../src/lib/clock.ts';
import { createSpeechDecoder, encodeSpeech } from '../../../src/sandbox/voice-code.ts';
import { type Behaviour, startWorld, type World } from './answering-application.ts';

const worlds: World[] = [];
afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

async function startAt(speed: number, behaviour: Behaviour = {}) {
  const clock = createClock({ speed });
  const world = await startWorld(clock, behaviour);
  worlds.push(world);
  return { clock, ...world };
}

/** Bytes that do not repeat, so that anything lost, doubled or moved shows. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe('a simulated call', () => {
  it('holds a conversation: each hears what the other said, in turns', async () => {
    const decoder = createSpeechDecoder();
    const words: string[] = [];
    const world = await startAt(8, {
      onStream: ({ phone }) => phone.play(encodeSpeech('Hello, this is service.')),
      onAudio(audio, { phone }) {
        for (const { text } of decoder.push(audio)) words.push(text);
        if (decoder.trailingSilenceMs === 400 && words.length > 0) {
          phone.play(encodeSpeech(`You said ${words.splice(0).join(' ')}`));
        }
      },
    });
    const call = await world.dial();
    expect(await call.nextAgentTurn()).toBe('Hello, this is service.');
    await call.say('I need an oil change');
    expect(await call.nextAgentTurn()).toBe('You said I need an oil change');
    expect(call.heardText()).toBe('Hello, this is service. You said I need an oil change');
    expect(call.heard.every(({ startMs, endMs, isCut }) => startMs < endMs && !isCut)).toBe(true);
    expect(call.isAgentSpeaking).toBe(false);
    call.hangUp();
    expect(await call.ended).toEqual({ by: 'caller', reason: 'the caller hung up' });
    expect(call.warnings).toEqual([]);
  });

  it('loses, doubles and moves no byte in either direction in ninety seconds', async () => {
    const seconds = 90;
    const agentSays = noise(seconds * 8000 + 77, 1);
    const callerSays = noise(seconds * 8000, 2);
    const world = await startAt(20, {
      onStream({ phone }) {
        for (let at = 0, size = 1; at < agentSays.length; at += size) {
          size = (size * 7 + 13) % 3001;
          phone.play(agentSays.subarray(at, at + size));
        }
        phone.mark('end');
      },
      onPlayed: (_, { phone }) => phone.close(),
    });
    const call = await world.dial();
    await call.playAudio(callerSays);
    await call.ended;
    const { sent, played } = call.capture();
    const [conversation] = world.conversations.items;
    const heard = Buffer.concat(conversation?.audio ?? []);
    expect(heard.equals(sent.subarray(0, heard.length))).toBe(true);
    expect(heard.subarray(0, callerSays.length).equals(callerSays)).toBe(true);
    const padding = Buffer.alloc(160 - (agentSays.length % 160), 0xff);
    expect(Buffer.concat([agentSays, padding]).equals(played)).toBe(true);
    expect(call.stats).toMatchObject({ bytesPlayed: played.length, marksEchoed: 1, clears: 0 });
  });

  it('says what the webhook and the stream say of a real call', async () => {
    const world = await startAt(10);
    const call = await world.dial({ statusUrl: `${world.url}/call-status` });
    const { info } = await world.conversations.nth(1);
    expect(info).toMatchObject({ callSid: call.callSid, customParameters: { token: 'one-time' } });
    call.press('5');
    await call.say('a');
    call.hangUp();
    await call.ended;
    expect(await world.conversations.items[0]?.ended).toBe('hangup');
    expect(world.conversations.items[0]?.pressed).toEqual(['5']);
    expect(world.requestsTo('/voice')[0]?.form).toMatchObject({
      CallSid: call.callSid,
      From: '+12175550101',
      To: '+12175550100',
      Direction: 'inbound',
      CallStatus: 'ringing',
    });
    expect(world.requestsTo('/call-status').map(({ form }) => form)).toEqual([
      expect.objectContaining({ CallStatus: 'completed', CallDuration: expect.stringMatching(/^[1-9]\d*$/) }),
    ]);
  });
});

describe('the play buffer of a simulated call', () => {
  it('echoes a mark once its audio has been played, in the time that takes', async () => {
    let startedAt = 0;
    const { promise, resolve } = Promise.withResolvers<number>();
    const world = await startAt(4, {
      onStream({ phone }) {
        startedAt = world.clock.elapsed();
        phone.play(new Uint8Array(8000));
        phone.mark('second');
      },
      onPlayed: () => resolve(world.clock.elapsed() - startedAt),
    });
    await world.dial();
    expect(await promise).toBeGreaterThanOrEqual(980);
  });

  it('falls silent on clear, and gives back every pending mark', async () => {
    const world = await startAt(4, {
      onStream({ phone }) {
        phone.play(encodeSpeech('one two three four five six seven eight nine ten'));
        phone.mark('a');
        phone.mark('b');
      },
    });
    const call = await world.dial();
    await new Promise<void>((resolve) => call.onHeard(({ text }) => text === 'two' && resolve()));
    expect(call.isAgentSpeaking).toBe(true);
    const conversation = await world.conversations.nth(1);
    conversation.phone.clear();
    const clearedAtMs = call.atMs;
    expect(await call.nextAgentTurn()).toMatch(/^one two( three)?/);
    expect(conversation.played.map(({ mark }) => mark)).toEqual(['a', 'b']);
    expect(call.stats.clears).toBe(1);
    expect(call.stats.bytesPlayed / 8).toBeLessThan(clearedAtMs + 200);
    expect(call.heardText()).not.toContain('six');
  });

  it('never echoes a mark when told not to', async () => {
    const world = await startAt(10, {
      onStream({ phone }) {
        phone.play(encodeSpeech('hi'));
        phone.mark('a');
      },
    });
    const call = await world.dial({ faults: { ignoreMarks: true } });
    await call.nextAgentTurn();
    expect(world.conversations.items[0]?.played).toEqual([]);
  });
});

describe('what follows the stream', () => {
  it('goes on with the action URL when the application closes, and ends with nothing more to do', async () => {
    const world = await startAt(10, { onStream: ({ phone }) => phone.close() });
    const call = await world.dial();
    expect(await call.ended).toEqual({ by: 'agent', reason: 'no more instructions' });
    expect(world.requestsTo('/after-stream')).toHaveLength(1);
    const events = world.requestsTo('/stream-status').map(({ form }) => form['StreamEvent']);
    expect(events).toEqual(['stream-started', 'stream-stopped']);
  });

  it('opens a second stream of the same call after the first one broke', async () => {
    const world = await startAt(10, {
      answer: (_, stream) => stream,
    });
    const call = await world.dial();
    const first = await world.conversations.nth(1);
    call.dropSocket();
    expect(await first.ended).toBe('dropped');
    const second = await world.conversations.nth(2);
    expect(second.info.callSid).toBe(first.info.callSid);
    expect(second.info.streamSid).not.toBe(first.info.streamSid);
  });

  it.each([
    ['completed', 'true'],
    ['busy', 'false'],
    ['no-answer', 'false'],
  ] as const)('tells the action URL how a transfer went: %s', async (outcome, bridged) => {
    const world = await startAt(50, {
      answer: ({ path }) =>
        path === '/voice'
          ? '<Response><Dial timeout="20" action="/transfer-status">+15551230000</Dial></Response>'
          : hangUp(),
    });
    world.sandbox.setCallee('+15551230000', { outcome });
    const call = await world.dial();
    await call.ended;
    expect(call.dialled).toEqual(['+15551230000']);
    expect(world.requestsTo('/transfer-status')[0]?.form).toMatchObject({
      DialCallStatus: outcome,
      DialBridged: bridged,
    });
  });

  it('speaks, pauses, redirects and hangs up as told', async () => {
    const world = await startAt(20, {
      answer: ({ path }) =>
        path === '/voice'
          ? '<Response><Say>One moment</Say><Pause/><Redirect>/more</Redirect></Response>'
          : sayAndHangUp('Goodbye'),
    });
    const call = await world.dial();
    expect(await call.ended).toEqual({ by: 'agent', reason: 'TwiML hung up' });
    expect(call.heardText()).toBe('One moment Goodbye');
  });
});

describe('what can go wrong', () => {
  it('turns to the fallback URL when the webhook has not answered in 15 s', async () => {
    const world = await startAt(50, {
      answer: ({ path }) => (path === '/voice' ? null : sayAndHangUp('Call back later')),
    });
    const askedAt = world.clock.elapsed();
    const call = await world.dial({ fallbackUrl: `${world.url}/fallback` });
    await call.ended;
    expect(world.clock.elapsed() - askedAt).toBeGreaterThanOrEqual(15_000);
    expect(world.requestsTo('/fallback')[0]?.form['ErrorUrl']).toBe(`${world.url}/voice`);
    expect(call.heardText()).toBe('Call back later');
  });

  it.each([
    ['an error', 500],
    ['nonsense', 'not TwiML'],
  ])('ends the call when the webhook answers with %s and there is no fallback', async (_, reply) => {
    const world = await startAt(20, { answer: () => reply });
    const call = await world.dial();
    expect(await call.ended).toEqual({ by: 'agent', reason: 'the application failed' });
    expect(call.warnings[0]).toMatchObject({ code: 11_200 });
  });

  it('is turned away by the real signature check when it signs with another token', async () => {
    const world = await startAt(20);
    const call = await world.dial({ signWith: 'forged' });
    await call.ended;
    expect(world.requests.items).toEqual([]);
  });

  it('reports a stream that is refused at the handshake, and goes on with the action URL', async () => {
    const world = await startAt(20, {
      answer: ({ path }, stream) => (path === '/voice' ? stream : hangUp()),
      refusesStreams: true,
    });
    const call = await world.dial();
    await call.ended;
    expect(call.warnings).toEqual([{ code: 31_920, detail: 'Unexpected server response: 403' }]);
    expect(world.requestsTo('/after-stream')).toHaveLength(1);
    expect(world.requestsTo('/stream-status').map(({ form }) => form['StreamEvent'])).toEqual([
      'stream-error',
    ]);
  });

  it('delivers each webhook twice on demand, with one idempotency token', async () => {
    const world = await startAt(20, { answer: () => hangUp() });
    const call = await world.dial({ faults: { duplicateWebhooks: true } });
    await call.ended;
    const [first, second] = world.requestsTo('/voice');
    expect(second).toEqual(first);
    expect(first?.token).toBeTruthy();
  });

  it('is let in when its handshake is signed with a slash at the end', async () => {
    const world = await startAt(20);
    await world.dial({ faults: { slashInUpgrade: true } });
    expect((await world.conversations.nth(1)).info.callSid).toBeTruthy();
  });

  it('sends doubled and bunched frames of which the adapter makes one steady line', async () => {
    const world = await startAt(20);
    const call = await world.dial({ faults: { duplicateMedia: true } });
    await world.conversations.nth(1);
    await call.say('before');
    call.faults.holdMedia = true;
    await call.say('while the network stalled');
    call.faults.holdMedia = false;
    await call.say('after');
    call.hangUp();
    await world.conversations.items[0]?.ended;
    const decoder = createSpeechDecoder();
    const words = (world.conversations.items[0]?.audio ?? []).flatMap((audio) => decoder.push(audio));
    expect(words.map(({ text }) => text).join(' ')).toBe('before while the network stalled after');
    expect(call.stats.framesSent * 160).toBe(call.capture().sent.length);
  });

  it('keeps no test waiting for an agent who says nothing', async () => {
    const world = await startAt(20);
    const call = await world.dial();
    await expect(call.nextAgentTurn({ deadlineMs: 1000 })).rejects.toThrow(
      'did not finish a turn in 1000 ms',
    );
    const turn = expect(call.nextAgentTurn()).rejects.toThrow('said nothing more');
    call.hangUp();
    await turn;
    await call.say('into the void');
  });
});
