/** Every scenario, played by the runner of `npm run simulate`. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { playAll } from '../../scripts/simulate/pool.ts';
import { drawFailure, isPassed } from '../../scripts/simulate/report.ts';
import { readScenarios } from '../../scripts/simulate/scenario.ts';

const scenarios = await readScenarios(fileURLToPath(new URL('.', import.meta.url)));
const TEN_MINUTES_MS = 10 * 60_000;

it('are at least eighty, with every inbound flow among them', () => {
  expect(scenarios.length).toBeGreaterThanOrEqual(80);
  const flows = new Set(scenarios.map(({ flow }) => flow));
  expect([...flows].toSorted()).toEqual([
    'adversarial',
    'existing_customer_service',
    'general_inquiry',
    'new_customer_first_appointment',
    'reschedule_or_cancel',
  ]);
});

it(
  'leave the rows they should, say what they should, and leak nothing',
  async () => {
    const verdicts = await playAll(scenarios, { workers: 4, speed: 30 });
    const failures = verdicts.filter((verdict) => !isPassed(verdict)).map(drawFailure);
    expect(failures.join('\n')).toBe('');
    expect(verdicts).toHaveLength(scenarios.length);
  },
  TEN_MINUTES_MS,
);
