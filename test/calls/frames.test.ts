import { eq } from 'drizzle-orm';
import { expect, it, onTestFinished } from 'vitest';
import { callLogs, callTurns } from '../../src/db/schema.ts';
import { hearAnswer, startTestApp } from '../support/app.ts';

const QUESTIONS = [
  'What are your hours on Saturday?',
  'And how much is an oil change?',
  'Where are you located?',
];

it('speech reaches the recogniser and the caller whole and in order over two minutes', async () => {
  // Slower than the other calls: a busy machine must not cut holes into the voice.
  const test = await startTestApp({ speed: 5 });
  onTestFinished(() => test.close());
  const call = await test.dial('+12175550107');
  await hearAnswer(call);
  for (let asked = 0; call.atMs < 120_000; asked++) {
    await call.say(QUESTIONS[asked % QUESTIONS.length] ?? '');
    await hearAnswer(call);
  }
  const { sent } = call.capture();
  call.hangUp();
  await call.ended;
  const heard = test.app.sandbox.deepgram?.stats.heardAudio.at(-1) ?? new Uint8Array();
  expect(sent.length).toBeGreaterThan(110_000 * 8);
  // The last frames may still be on their way when the caller hangs up.
  expect(sent.length - heard.length).toBeLessThan(8_000);
  expect(Buffer.from(heard).equals(Buffer.from(sent.subarray(0, heard.length)))).toBe(true);
  // A frame lost or out of place on its way to the phone would damage a character.
  expect(call.heardText()).not.toContain('~');

  await test.app.registry.settled(call.callSid);
  const turns = await test.app.database.db
    .select({ text: callTurns.text })
    .from(callTurns)
    .innerJoin(callLogs, eq(callLogs.id, callTurns.callId))
    .where(eq(callTurns.speaker, 'caller'));
  expect(turns.map(({ text }) => text)).toEqual(expect.arrayContaining(QUESTIONS));
});
