import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAgent } from '../../src/agent/agent.ts';
import type { ToolCall } from '../../src/agent/ports.ts';
import { defineTool, type Tool } from '../../src/agent/tool.ts';
import { bookAppointmentTool } from '../../src/agent/tools/book-appointment.ts';
import { endCall } from '../../src/agent/tools/end-call.ts';
import type { HistoryEntry } from '../../src/call/history.ts';
import type { ReplyPart } from '../../src/call/ports.ts';
import type { Database } from '../../src/db/connect.ts';
import { loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../support/database.ts';
import { createScriptedModel, type Step, toolCall } from '../support/scripted-model.ts';
import { booking, openDispatcher, ROBERT } from './open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

/** A tool that only notes that it ran; a gate holds it until it is opened. */
function noteTool(name: string, effect: Tool['effect'], ran: string[], gate = Promise.resolve()): Tool {
  return defineTool({
    name,
    description: name,
    effect,
    level: 0,
    arguments: z.object({ n: z.number() }),
    async run({ n }) {
      await gate;
      ran.push(`${name} ${n}`);
      return { success: true, data: { n }, message: 'Noted for the model.', spoken: `I noted ${n}.` };
    },
  });
}

const HISTORY: HistoryEntry[] = [{ speaker: 'caller', text: 'Hi.' }];
const hears = (text: string): HistoryEntry[] => [{ speaker: 'caller', text }];

async function openAgent(answers: readonly (readonly Step[])[], { gate = Promise.resolve() } = {}) {
  const ran: string[] = [];
  const model = createScriptedModel(answers);
  const call = await openDispatcher(database.db, {
    phone: ROBERT,
    callSid: crypto.randomUUID(),
    tools: [
      noteTool('look', 'read', ran, gate),
      noteTool('write', 'write', ran, gate),
      bookAppointmentTool,
      endCall,
    ],
  });
  const agent = createAgent({
    model,
    dispatcher: call.dispatcher,
    persona: 'persona',
    context: () => 'context',
    cacheKey: 'key',
  });
  const controller = new AbortController();
  return {
    ...call,
    model,
    ran,
    controller,
    /** One reply, whole: its parts, its words, the tools that ran. */
    async reply(history = HISTORY) {
      const parts: ReplyPart[] = [];
      for await (const part of agent.reply(history, controller.signal)) parts.push(part);
      return {
        parts,
        kinds: parts.map(({ type }) => type).filter((type) => type !== 'usage'),
        words: parts.flatMap((part) => (part.type === 'words' ? [part.text] : [])).join(''),
        records: parts.flatMap((part) => (part.type === 'tool' ? [part.record] : [])),
        close: parts.find((part) => part.type === 'close'),
      };
    },
    /** The parts as they come. */
    stream: () => agent.reply(HISTORY, controller.signal),
  };
}

const look = (n = 1): { calls: ToolCall[] } => ({ calls: [toolCall('look', { n })] });
const write = (n = 1): { calls: ToolCall[] } => ({ calls: [toolCall('write', { n })] });
const ends = { calls: [toolCall('end_call', { reason: 'completed' })] };
const books = (changes = {}) => ({ calls: [toolCall('book_appointment', booking(changes))] });

describe('a reply', () => {
  it('is the words of the model, as they come', async () => {
    const agent = await openAgent([['Good ', 'morning.']]);
    const { kinds, words } = await agent.reply();
    expect(words).toBe('Good morning.');
    expect(kinds).toEqual(['words', 'words']);
  });

  it('is nothing at all when the model says nothing', async () => {
    const agent = await openAgent([[]]);
    expect((await agent.reply()).kinds).toEqual([]);
  });

  it('runs a tool and shows the model its result, with the words before it', async () => {
    const agent = await openAgent([['One moment. ', look()], ['Nine is free.']]);
    const { kinds, records } = await agent.reply();
    expect(kinds).toEqual(['words', 'working', 'tool', 'words', 'words']);
    const [, second] = agent.model.requests;
    expect(second?.messages.slice(2)).toEqual([
      { role: 'user', text: 'Hi.' },
      {
        role: 'assistant',
        text: 'One moment. ',
        toolCalls: [expect.objectContaining({ name: 'look', arguments: '{"n":1}' })],
      },
      { role: 'tool', callId: records[0]?.callId, text: records[0]?.result },
    ]);
  });

  it('never shows the model what is meant for the caller', async () => {
    const agent = await openAgent([[write()], ['Done.']]);
    await agent.reply();
    expect(JSON.stringify(agent.model.requests)).not.toContain('I noted');
  });

  it('asks for words after three rounds of tools, and runs no fourth', async () => {
    const agent = await openAgent([[look(1)], [look(2)], [look(3)], ['Here is all I know.', look(4)]]);
    const { words } = await agent.reply();
    expect(agent.model.requests.map(({ toolChoice }) => toolChoice)).toEqual([
      'auto',
      'auto',
      'auto',
      'none',
    ]);
    expect(agent.ran).toEqual(['look 1', 'look 2', 'look 3']);
    expect(words).toBe('Here is all I know.');
  });

  it('goes on with the results of several tools at once, in their order', async () => {
    const agent = await openAgent([[{ calls: [...look(1).calls, ...write(2).calls] }], ['Done.']]);
    const { records } = await agent.reply();
    expect(agent.ran).toEqual(['look 1', 'write 2']);
    expect(records.map(({ name }) => name)).toEqual(['look', 'write']);
    expect(agent.model.requests).toHaveLength(2);
  });
});

describe('ending the call', () => {
  it('happens when the model asks for it, after its goodbye', async () => {
    const agent = await openAgent([['Goodbye.', ends]]);
    const { kinds, close } = await agent.reply();
    expect(kinds).toEqual(['words', 'working', 'tool', 'close']);
    expect(close).toEqual({ type: 'close', reason: 'agent_end' });
  });

  it('never happens without a goodbye', async () => {
    const agent = await openAgent([[ends]]);
    const { words, kinds } = await agent.reply();
    expect(words).toMatch(/goodbye/i);
    expect(kinds.at(-1)).toBe('close');
  });

  it('does not happen when the caller spoke meanwhile', async () => {
    const agent = await openAgent([['Goodbye. ', ends]]);
    const seen: string[] = [];
    for await (const part of agent.stream()) {
      seen.push(part.type);
      if (part.type === 'tool') agent.controller.abort();
    }
    expect(seen).not.toContain('close');
  });

  it('waits when something else failed in the same breath', async () => {
    const failing = toolCall('book_appointment', booking({ vehicle: 'V9' }));
    const agent = await openAgent([['Bye.', { calls: [failing, ...ends.calls] }], ['That did not work.']]);
    const { kinds, words } = await agent.reply();
    expect(kinds).not.toContain('close');
    expect(words).toContain('That did not work.');
  });
});

describe('a caller who interrupts', () => {
  it('ends the stream, and no tool begins', async () => {
    const agent = await openAgent([['One moment. ', () => agent.controller.abort(), write()]]);
    const { kinds } = await agent.reply();
    expect(kinds).toEqual(['words']);
    expect(agent.ran).toEqual([]);
  });

  it('does not stop a write that has begun: its record still comes, and nothing after it', async () => {
    const gate = Promise.withResolvers<void>();
    const agent = await openAgent([[{ calls: [...write(1).calls, ...write(2).calls] }]], {
      gate: gate.promise,
    });
    const seen: string[] = [];
    for await (const part of agent.stream()) {
      seen.push(part.type);
      if (part.type !== 'working') continue;
      // The generator starts the write when it is asked for the next part; the caller speaks while it runs.
      queueMicrotask(() => {
        agent.controller.abort();
        gate.resolve();
      });
    }
    expect(seen).toEqual(['usage', 'working', 'tool']);
    expect(agent.ran).toEqual(['write 1']);
  });

  it('hears no apology for a model that failed because of it', async () => {
    const agent = await openAgent([['Well, ', () => agent.controller.abort(), { fails: 'unavailable' }]]);
    expect((await agent.reply()).kinds).toEqual(['words']);
  });
});

describe('a model that fails', () => {
  it('before the first word makes the agent ask to hear it again', async () => {
    const agent = await openAgent([[{ fails: 'timeout' }]]);
    const { kinds, words } = await agent.reply();
    expect(kinds).toEqual(['fault', 'words']);
    expect(words).toContain('Could you say it again');
    expect(agent.model.requests).toHaveLength(1);
  });

  it('twice in a row ends the call with a goodbye', async () => {
    const agent = await openAgent([[{ fails: 'timeout' }], [{ fails: 'timeout' }]]);
    await agent.reply();
    const { words, close } = await agent.reply();
    expect(words).toContain('Goodbye');
    expect(close).toEqual({ type: 'close', reason: 'llm_error' });
  });

  it('twice with a good reply between does not', async () => {
    const agent = await openAgent([[{ fails: 'timeout' }], ['Nine.'], [{ fails: 'timeout' }]]);
    await agent.reply();
    await agent.reply();
    expect((await agent.reply()).close).toBeUndefined();
  });

  it('twice, each time after its tools, ends the call as well', async () => {
    const agent = await openAgent([[look()], [{ fails: 'timeout' }], [look()], [{ fails: 'timeout' }]]);
    await agent.reply();
    expect((await agent.reply()).close).toBeDefined();
  });

  it('after a write says what was done and never asks the model to act again', async () => {
    const agent = await openAgent([[write(7)], [{ fails: 'unavailable' }]]);
    const { words, close } = await agent.reply();
    expect(words.trim()).toBe('I noted 7.');
    expect(words).not.toContain('for the model');
    expect(close).toBeUndefined();
    expect(agent.ran).toEqual(['write 7']);
    expect(agent.model.requests).toHaveLength(2);
  });

  it('after a booking tells the caller the booking', async () => {
    const agent = await openAgent([[books()], [{ fails: 'unavailable' }]]);
    const { words } = await agent.reply();
    expect(words.trim()).toBe(
      "You're booked: oil change for the 2016 Honda CR-V, Tuesday, May twenty-sixth, at nine in the morning. Is there anything else I can do for you?",
    );
  });

  it('by a bug of ours is not hidden', async () => {
    const agent = await openAgent([[{ fails: new TypeError('a bug') }]]);
    await expect(agent.reply()).rejects.toThrow('a bug');
  });
});

describe('an answer that breaks off after some words', () => {
  it('is gone on with from the last whole word, once, without an apology', async () => {
    const agent = await openAgent([
      ['I have ', 'nine or te', { fails: 'truncated' }],
      ['ten on Tuesday. ', 'Which one?'],
    ]);
    const { words, kinds } = await agent.reply();
    expect(words).toBe('I have nine or ten on Tuesday. Which one?');
    expect(kinds).toContain('fault');
    const [first, second] = agent.model.requests;
    expect(second?.messages.slice(0, -2)).toEqual(first?.messages);
    expect(second?.messages.slice(-2)).toEqual([
      { role: 'assistant', text: 'I have nine or ', toolCalls: [] },
      { role: 'system', text: expect.stringContaining('broke off') },
    ]);
  });

  it('is not said twice when the model begins its sentence again', async () => {
    const agent = await openAgent([
      ["Sure. We're open ", 'until', { fails: 'truncated' }],
      ["We're open ", 'until six. Anything else?'],
    ]);
    expect((await agent.reply()).words).toBe("Sure. We're open until six. Anything else?");
  });

  it('may go on to a tool, and is remembered as one message', async () => {
    const agent = await openAgent([
      ['Let me look ', { fails: 'timeout' }],
      ['that up. ', look()],
      ['Nine is free.'],
    ]);
    await agent.reply();
    expect(agent.model.requests[2]?.messages.at(-2)).toMatchObject({
      role: 'assistant',
      text: 'Let me look that up. ',
      toolCalls: [{ name: 'look' }],
    });
  });

  it('is apologised for when the second one fails too', async () => {
    const agent = await openAgent([
      ['I have nine ', { fails: 'truncated' }],
      ['or ten ', { fails: 'truncated' }],
    ]);
    const { words } = await agent.reply();
    expect(words).toMatch(/^I have nine or ten {2}I'm sorry/);
    expect(agent.model.requests).toHaveLength(2);
  });

  it('is not asked for again when another try cannot help', async () => {
    const agent = await openAgent([['I have nine ', { fails: 'invalid' }]]);
    expect((await agent.reply()).words).toContain('Could you say it again');
    expect(agent.model.requests).toHaveLength(1);
  });

  it('loses the false claim that it held back', async () => {
    const agent = await openAgent([["You're booked for ", { fails: 'truncated' }], ['Shall I book nine?']]);
    expect((await agent.reply()).words).toBe('Shall I book nine?');
  });
});

describe('a booking that was never made', () => {
  it('is not claimed to the caller, and the model sees what was said instead', async () => {
    const agent = await openAgent([
      ["You're booked for ", 'Tuesday at nine. ', look()],
      ['Shall I book it?'],
    ]);
    const { words } = await agent.reply(hears('Yes please.'));
    expect(words).toBe("That isn't booked yet. Shall I book it?");
    const asked = agent.model.requests[1]?.messages.find(({ role }) => role === 'assistant');
    expect(asked).toMatchObject({ text: "That isn't booked yet. " });
  });

  it('does not end with hanging up on the caller', async () => {
    const agent = await openAgent([["You're all set for Tuesday. Goodbye.", ends]]);
    const { words, kinds } = await agent.reply();
    expect(words).toBe("That isn't booked yet. Goodbye. Would you like me to do that?");
    expect(kinds).not.toContain('close');
    expect(kinds).not.toContain('tool');
  });

  it('is left out when the model books in the same breath, and said once it is true', async () => {
    const agent = await openAgent([
      ["Perfect. You're booked for Tuesday.", books({ scheduled_at: '2026-05-27T10:00', vehicle: 'V2' })],
      ["You're booked for Wednesday at ten."],
    ]);
    const { words } = await agent.reply();
    expect(words).toBe("Perfect. You're booked for Wednesday at ten.");
  });

  it('is not claimed after the booking failed', async () => {
    const agent = await openAgent([[books({ vehicle: 'V9' })], ["Great news, you're all set for Tuesday."]]);
    expect((await agent.reply()).words).toBe("Great news, that isn't booked yet.");
  });
});
