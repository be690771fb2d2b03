/** A language model as the caller: it is told the goal and the facts of a scenario, and answers what it hears. */
import { createLanguageModel } from '../../src/adapters/openai/language-model.ts';
import type { ModelMessage } from '../../src/agent/ports.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { PhoneCall } from '../../src/sandbox/twilio/phone.ts';
import type { Line } from './caller.ts';
import type { Scenario } from './scenario.ts';

export interface LiveModel {
  apiKey: string;
  /** Ends in /v1; undefined: OpenAI itself. */
  baseUrl: string | undefined;
  model: string;
}

/** A caller who has not reached the goal by then gives up. */
const MAX_TURNS = 20;
const TURN_MS = 60_000;
const THINKING_MS = 20_000;
const HANGS_UP = /\[hang up\]/i;
const OPENING = 'You play a person who phones a car dealership.';

function persona({ user_goal: goal, user_facts: facts, turns }: Scenario): string {
  return [
    `${OPENING} An agent answers; each message is what you heard it say. Answer with what you say next and nothing else: one or two short spoken sentences, no stage directions.`,
    `Your goal: ${goal}`,
    `Facts, to be told only when asked, one at a time: ${JSON.stringify(facts)}`,
    `How this person spoke another time, for what they want and their manner: ${JSON.stringify(turns)}`,
    'Never invent facts. When the goal is reached, or clearly cannot be, say goodbye and add [hang up].',
  ].join('\n');
}

/** Talks until the goal is reached, and hangs up. Rejects when the model or the line does not answer. */
export async function playLiveCaller(
  call: PhoneCall,
  scenario: Scenario,
  { clock, model: { apiKey, baseUrl, model } }: { clock: Clock; model: LiveModel },
): Promise<Line[]> {
  const caller = createLanguageModel({ apiKey, model, ...(baseUrl ? { baseUrl } : {}) });
  const lines: Line[] = [];
  const isOver = () => call.record.endedAt !== undefined;
  try {
    for (let turn = 0; turn < MAX_TURNS && !isOver(); turn++) {
      try {
        lines.push({ who: 'agent', text: await call.nextAgentTurn({ gapMs: 1_500, deadlineMs: TURN_MS }) });
      } catch (error) {
        if (isOver()) break;
        throw error;
      }
      const answer = await think(caller, persona(scenario), lines, scenario.id);
      const words = answer.replace(HANGS_UP, '').trim();
      if (words) {
        lines.push({ who: 'caller', text: words });
        await call.say(words);
      }
      if (HANGS_UP.test(answer)) break;
    }
    // The agent may say goodbye, too.
    const { promise: late, resolve } = Promise.withResolvers<void>();
    clock.after(call.dialled.length > 0 ? 60_000 : 5_000, resolve);
    await Promise.race([call.ended, late]);
    call.hangUp();
    return lines;
  } finally {
    await caller.close();
  }
}

async function think(
  caller: ReturnType<typeof createLanguageModel>,
  system: string,
  lines: readonly Line[],
  cacheKey: string,
): Promise<string> {
  const messages: ModelMessage[] = [
    { role: 'system', text: system },
    ...lines.map(
      ({ who, text }): ModelMessage =>
        who === 'agent' ? { role: 'user', text } : { role: 'assistant', text, toolCalls: [] },
    ),
  ];
  let text = '';
  const request = { messages, tools: [], toolChoice: 'none' as const, cacheKey };
  for await (const event of caller.stream(request, AbortSignal.timeout(THINKING_MS))) {
    if (event.type === 'words') text += event.text;
  }
  return text;
}
