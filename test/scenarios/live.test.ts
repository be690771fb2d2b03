/** The live mode, with a scripted brain behind the vendor's wire for both roles. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { playAll } from '../../scripts/simulate/pool.ts';
import { readScenarios } from '../../scripts/simulate/scenario.ts';
import { createClock } from '../../src/lib/clock.ts';
import { startOpenAiSandbox } from '../../src/sandbox/openai/server.ts';
import { answer } from '../../src/sandbox/receptionist/receptionist.ts';

it('plays agent and caller by a model at the configured address, and grades the rows they leave', async () => {
  const scenarios = await readScenarios(fileURLToPath(new URL('.', import.meta.url)));
  const scenario = scenarios.find(({ id }) => id === 'f1-01-happy-oil-change');
  if (!scenario) throw new Error('The scenario is gone.');
  const asked: string[] = [];
  const openai = await startOpenAiSandbox({
    clock: createClock(),
    apiKey: 'key-of-a-test',
    brain(request) {
      const persona = request.messages[0]?.content ?? '';
      if (!persona.startsWith('You play a person')) return answer(request);
      asked.push(persona);
      const said = request.messages.filter(({ role }) => role === 'assistant').length;
      return { text: scenario.turns[said] ?? 'Goodbye. [hang up]', toolCalls: [] };
    },
  });
  openai.timings.firstTokenMs = 1;
  openai.timings.tokenMs = 0;
  try {
    const live = { apiKey: 'key-of-a-test', baseUrl: openai.baseUrl, model: 'gpt-4o' };
    const verdicts = await playAll([scenario, scenario], { workers: 2, speed: 20, live });
    expect(verdicts.map(({ complaints }) => complaints)).toEqual([[], []]);
    expect(verdicts[0]?.outcome).toBe('appointment_booked');
    expect(asked[0]).toContain(scenario.user_goal);
    expect(asked[0]).toContain('"vin":null');
  } finally {
    await openai.close();
  }
}, 120_000);
