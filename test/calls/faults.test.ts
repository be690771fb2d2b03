import { afterEach, describe, expect, it } from 'vitest';
import { hearAnswer, startTestApp, type TestApp } from '../support/app.ts';

let test: TestApp | undefined;
afterEach(async () => {
  await test?.close();
  test = undefined;
});

const START = { speed: 8 };
const WAIT = { deadlineMs: 60_000 };
const HOURS = 'What are your hours on Saturday?';

function sandboxOf(app: TestApp) {
  const { deepgram, openai } = app.app.sandbox;
  if (!deepgram || !openai) throw new Error('The sandbox does not run.');
  return { deepgram, openai };
}

const endOf = (app: TestApp) =>
  app.events.flatMap(({ event }) => (event.type === 'call.ended' ? [event.reason] : []));

describe('When the language model fails', () => {
  it('goes on with the other model without the caller noticing', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    sandboxOf(test).openai.faults.next('server-error', { times: 1, on: 'chat' });
    await call.say(HOURS);
    expect(await hearAnswer(call)).toMatch(/nine in the morning.*three in the afternoon/i);
  });

  it('fills the silence while the first model does not answer, then answers with the second', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    sandboxOf(test).openai.faults.next('no-headers', { times: 1, on: 'chat' });
    await call.say(HOURS);
    const heard = await call.nextAgentTurn({ ...WAIT, gapMs: 4_500 });
    expect(heard).toMatch(/One moment.*nine in the morning/i);
  });

  it('apologises when both fail, and answers when asked again', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    sandboxOf(test).openai.faults.next('server-error', { times: 2, on: 'chat' });
    await call.say(HOURS);
    expect(await hearAnswer(call)).toMatch(/sorry/i);
    await call.say(HOURS);
    expect(await hearAnswer(call)).toMatch(/nine in the morning/i);
  });

  it('says goodbye, and says it is its own fault, when it stays away', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    sandboxOf(test).openai.faults.next('server-error', { times: 100, on: 'chat' });
    await call.say(HOURS);
    await hearAnswer(call);
    await call.say(HOURS);
    await call.ended;
    expect(call.heardText()).toMatch(/trouble on my end.*Goodbye/i);
    await test.app.registry.settled(call.callSid);
    expect(endOf(test)).toEqual(['llm_error']);
  });
});

describe('When the recogniser fails', () => {
  it('reconnects in the middle of a sentence and loses none of it', async () => {
    test = await startTestApp(START);
    const { deepgram } = sandboxOf(test);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    deepgram.faults.closeListenAfterMs = call.atMs + 800;
    await call.say(HOURS);
    expect(await hearAnswer(call)).toMatch(/nine in the morning/i);
    const said = test.events.flatMap(({ event }) =>
      event.type === 'turn.settled' && event.turn.speaker === 'caller' ? [event.turn.text] : [],
    );
    // The new connection begins with a capital letter again, and may begin within the pause between two words.
    const plain = said.map((text) => text.toLowerCase().replace(' ~ ', ' '));
    expect(plain).toEqual([HOURS.toLowerCase()]);
    expect(deepgram.stats.requests.listen).toBe(2);
  });

  it('tells the caller to call back when it refuses us', async () => {
    test = await startTestApp(START);
    sandboxOf(test).deepgram.faults.refuse = { endpoint: 'listen', status: 401, times: 10 };
    const call = await test.dial('+12175550107');
    await call.ended;
    expect(call.heardText()).toMatch(/trouble hearing you.*Goodbye/);
    expect(endOf(test)).toEqual(['stt_error']);
  });
});

describe('When the voice fails', () => {
  it('says so with audio made beforehand, and ends the call', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550107');
    await hearAnswer(call);
    const { deepgram } = sandboxOf(test);
    deepgram.faults.refuse = { endpoint: 'speak', status: 503, times: 100 };
    deepgram.faults.closeSpeakAfterBytes = 1;
    await call.say(HOURS);
    await call.ended;
    expect(call.heardText()).toMatch(/trouble on my end.*Goodbye/);
    expect(endOf(test)).toEqual(['tts_error']);
  });

  it('still greets when the fixed lines could not be rendered at the start', async () => {
    test = await startTestApp({
      ...START,
      prepareSandbox: (sandbox) => {
        if (sandbox.deepgram) sandbox.deepgram.faults.refuse = { endpoint: 'rest', status: 503, times: 100 };
      },
    });
    const health = await fetch(`${test.baseUrl}/health`);
    expect(await health.json()).toMatchObject({ alarms: [expect.stringMatching(/not rendered/)] });
    const call = await test.dial('+12175550107');
    expect(await hearAnswer(call)).toMatch(/Thanks for calling Otto's Auto/);
  });
});

describe('When the line echoes no marks', () => {
  it('still knows what was heard, and books', async () => {
    test = await startTestApp(START);
    const call = await test.dial('+12175550101', { faults: { ignoreMarks: true } });
    await hearAnswer(call);
    await call.say('I need an oil change next Wednesday at two.');
    expect(await hearAnswer(call)).toMatch(/Wednesday, May twenty-seventh.*book it/);
    await call.say('Yes please.');
    expect(await hearAnswer(call)).toMatch(/booked for Wednesday/);
    expect(call.stats.marksEchoed).toBe(0);
  });
});
