/** Plays the caller's side of a scenario on the simulated telephone. */
import { demoId } from '../../src/dealership/demo-world.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';

/** Silence after which the agent has finished; longer than it takes to look something up between two sentences. */
const GAP_MS = 900;
const TURN_MS = 45_000;
/** How much of a sentence is heard before the caller breaks in. */
const WORDS_BEFORE_BARGE_IN = 5;

const FILLER = /^(one moment, please|thanks for waiting, i am still on it)\W*$/i;

export interface Line {
  who: 'agent' | 'caller';
  text: string;
}

type Waiting = Pick<Clock, 'after'> & { pass(ms: number): Promise<void> };

/**
 * Says the turns one by one, each when the agent has finished, and hangs up after the answer to the last.
 * `beforeTurn` is told which turn comes. Returns the conversation as both heard it.
 */
export async function playCaller(
  call: PhoneCall,
  turns: readonly string[],
  { clock, beforeTurn }: { clock: Waiting; beforeTurn: (turn: number) => void },
): Promise<Line[]> {
  const lines: Line[] = [];
  const hasEnded = () => call.record.endedAt !== undefined;

  async function listen(): Promise<boolean> {
    try {
      for (;;) {
        const text = await call.nextAgentTurn({ gapMs: GAP_MS, deadlineMs: TURN_MS });
        lines.push({ who: 'agent', text });
        // Nobody answers a request for patience; the reply follows.
        if (!FILLER.test(text)) return true;
      }
    } catch (error) {
      if (hasEnded()) return false;
      throw error;
    }
  }

  for (const [turn, text] of turns.entries()) {
    beforeTurn(turn);
    const { token, argument, words } = readTurn(text);
    if (token === 'barge-in') {
      await hearSome(call, clock);
      lines.push({ who: 'caller', text: `(breaking in) ${words}` });
      await call.say(words);
      const saidAt = call.atMs;
      // What was cut short, and then the answer; one that is not cut short goes on until it is done.
      while (!hasEnded() && (call.heard.at(-1)?.startMs ?? 0) <= saidAt) if (!(await listen())) break;
      continue;
    }
    if (turn === 0 || lines.at(-1)?.who === 'caller') if (!(await listen())) break;
    if (hasEnded()) break;
    if (token === 'silence') {
      lines.push({ who: 'caller', text: `(silent for ${argument})` });
      await Promise.race([clock.pass(Number.parseFloat(argument) * 1_000), call.ended]);
    } else if (token === 'press') {
      lines.push({ who: 'caller', text: `(presses ${argument})` });
      for (const digit of argument) call.press(digit);
    } else if (token === 'hang-up') {
      call.hangUp();
      break;
    } else {
      lines.push({ who: 'caller', text: words });
      await call.say(words);
    }
  }
  if (!hasEnded() && lines.at(-1)?.who === 'caller') await listen();
  // A goodbye hangs up by itself, a moment after it was heard.
  await Promise.race([call.ended, clock.pass(3_000)]);
  // Whoever is being put through stays on the line, and talks to the one who answers.
  if (call.dialled.length > 0) {
    await Promise.race([call.ended, clock.pass(60_000)]);
  }
  call.hangUp();
  return lines;
}

function readTurn(text: string): { token: string; argument: string; words: string } {
  const [, token = '', argument = '', words = text] = /^\[([a-z-]+) ?([^\]]*)\] ?(.*)$/s.exec(text) ?? [];
  return { token, argument, words: words.replace(/\{\{(\w+)\}\}/g, (_, symbol: string) => demoId(symbol)) };
}

/** Resolves when the agent is in the middle of a sentence, or has finished a short one, or will say nothing. */
async function hearSome(call: PhoneCall, clock: Waiting): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let heard = 0;
  const stop = call.onHeard(() => {
    heard += 1;
    if (heard === WORDS_BEFORE_BARGE_IN) resolve();
  });
  const quiet = (async () => {
    for (let silentMs = 0; silentMs < 8_000; silentMs += 200) {
      await clock.pass(200);
      if (heard > 0 && !call.isAgentSpeaking) return;
      if (call.isAgentSpeaking) silentMs = 0;
    }
  })();
  await Promise.race([promise, quiet, call.ended]);
  stop();
}
