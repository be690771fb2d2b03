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
  --live            a live model as the agent and another as the caller (OPENAI_API_KEY)
  --times <n>       how often each is played with --live (1)
  --json            the verdicts as JSON
  --verbose         the conversation of every scenario, not only of the failed ones
`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    folder: { type: 'string', default: fileURLToPath(new URL('../test/scenarios', import.meta.url)) },
    workers: { type: 'string', default: '6' },
    speed: { type: 'string' },
    live: { type: 'boolean', default: false },
    times: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const [workers, times] = [Number(values.workers), Number(values.times)];
// A live model cannot be hurried.
const speed = Number(values.speed ?? (values.live ? 1 : 30));
if (!(Number.isInteger(workers) && workers > 0 && workers <= 16 && speed > 0 && speed <= 50)) {
  process.stderr.write('--workers must be a number from 1 to 16, --speed from above 0 to 50.\n');
  process.exit(1);
}

const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseUrl, OPENAI_MODEL: model = 'gpt-4o' } = process.env;
if (values.live && !apiKey) {
  process.stderr.write('--live needs OPENAI_API_KEY.\n');
  process.exit(1);
}
if (!(Number.isInteger(times) && times > 0 && times <= 100)) {
  process.stderr.write('--times must be a number from 1 to 100.\n');
  process.exit(1);
}
const live = values.live && apiKey ? { apiKey, baseUrl, model } : undefined;

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
// A hostile or failing model is a script; a live one has only goals.
const plays = live
  ? scenarios
      .filter((scenario) => !scenario.model)
      .flatMap((scenario) => Array.from({ length: times }, () => scenario))
  : scenarios;
const verdicts = await playAll(plays, {
  ...(live ? { live } : {}),
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
