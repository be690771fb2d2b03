/** `npm run simulate`: plays the scenarios over the real media stream and grades them. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { playAll } from './simulate/pool.ts';
import { drawFailure, drawSummary, drawVerdict, isPassed } from './simulate/report.ts';
import { readScenarios } from './simulate/scenario.ts';

const HELP = `npm run simulate -- [options]
  --only <text>     only scenarios whose id or tag contains it; may be given several times
  --folder <path>   where the .jsonl files are (test/scenarios)
  --workers <n>     calls at the same time (6)
  --speed <n>       how many times faster than real (30)
  --json            the verdicts as JSON
  --verbose         the conversation of every scenario, not only of the failed ones
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: fileURLToPath(new URL('../test/scenarios', import.meta.url)) },
    workers: { type: 'string', default: '6' },
    speed: { type: 'string', default: '30' },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [workers, speed] = [Number(values.workers), Number(values.speed)];
if (!(Number.isInteger(workers) && workers > 0 && workers <= 16 && speed > 0 && speed <= 50)) {
  process.stderr.write('--workers must be a number from 1 to 16, --speed from above 0 to 50.\n');
  process.exit(1);
}

const startedAt = performance.now();
const scenarios = (await readScenarios(values.folder)).filter(
  ({ id, tags }) =>
    values.only.length === 0 || values.only.some((text) => id.includes(text) || tags.includes(text)),
);
if (scenarios.length === 0) {
  process.stderr.write('No scenario fits.\n');
  process.exit(1);
}
const width = process.stdout.columns ?? 160;
const print = (text: string) => {
  if (!values.json) process.stdout.write(`${text}\n`);
};
const verdicts = await playAll(scenarios, {
  workers,
  speed,
  onVerdict: (verdict) => print(drawVerdict(verdict, width)),
});
const wallMs = performance.now() - startedAt;
print('');
for (const verdict of verdicts) if (values.verbose || !isPassed(verdict)) print(drawFailure(verdict));
print(drawSummary(verdicts, wallMs));
if (values.json) process.stdout.write(`${JSON.stringify({ wallMs, verdicts }, null, 2)}\n`);
process.exit(verdicts.every(isPassed) ? 0 : 1);
