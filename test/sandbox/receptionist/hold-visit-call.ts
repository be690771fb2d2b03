/** Plays a whole call about more than a booking, written down as data, and checks what was done and said. */

import { expect } from 'vitest';
import { type CallOptions, INBOUND_TOOLS, onFile, startCall } from './practice-call.ts';
import { SARAH_FILE } from './practice-file.ts';

export interface VisitCall {
  title: string;
  options: CallOptions;
  turns: string[];
  /** The tools that were run to success, in order, looks at the calendar left out, with a part of their arguments. */
  done: [string, Record<string, unknown>?][];
  says?: RegExp[];
  neverSays?: RegExp[];
}

export const LISA_CALLS = { caller: onFile('Lisa', 'V1 2020 Volkswagen Jetta') };
export const SARAH_CALLS = { caller: onFile('Sarah', 'V1 2019 Honda Accord'), file: SARAH_FILE };

/** Speaks every turn with all the tools of an inbound call, then compares what was done and said. */
export function holdVisitCall({ options, turns, done, says = [], neverSays = [] }: VisitCall): void {
  const call = startCall({ tools: INBOUND_TOOLS, ...options });
  for (const turn of turns) call.say(turn);
  const said = call.spoken.join('\n');
  const ran = call.runs.filter(({ name, isDone }) => isDone && name !== 'get_available_slots');

  expect(ran.map(({ name, args }) => [name, args])).toEqual(
    done.map(([name, args = {}]) => [name, expect.objectContaining(args)]),
  );
  for (const pattern of says) expect(said).toMatch(pattern);
  for (const pattern of neverSays) expect(said).not.toMatch(pattern);
}
