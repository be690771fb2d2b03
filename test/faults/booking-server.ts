/** The application in a process of its own that dies, with no chance to clean up, at one step of a booking. */
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { createClock } from '../../src/lib/clock.ts';

export const STEPS = ['before the tool', 'inside the transaction', 'after the commit', 'never'] as const;
type Step = (typeof STEPS)[number];

const [step = 'never', speed = '4', now = ''] = process.argv.slice(2);
const isStep = (name: Step) => name === step;
const die = () => process.kill(process.pid, 'SIGKILL');
const BOOKING = 'book_appointment';
/** Real milliseconds; the test's trigger keeps the transaction open longer. */
const INSIDE_MS = 150;

const app = await buildApp(readConfig(process.env), {
  clock: createClock({ startAt: Date.parse(now), speed: Number(speed) }),
  interceptTool(call) {
    if (call.name !== BOOKING) return undefined;
    if (isStep('before the tool')) die();
    if (isStep('inside the transaction')) setTimeout(die, INSIDE_MS);
    return undefined;
  },
  onEvent(_callSid, event) {
    const isBooked =
      event.type === 'turn.settled' && event.turn.speaker === 'tool' && event.turn.record.name === BOOKING;
    if (isBooked && isStep('after the commit')) die();
  },
});
await app.listen();
process.stdout.write('ready\n');
