import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toMessages } from '../../src/agent/messages.ts';
import type { ModelMessage } from '../../src/agent/ports.ts';
import type { HistoryEntry } from '../../src/call/history.ts';

const caller = (text: string): HistoryEntry => ({ speaker: 'caller', text });
const agent = (text: string, isInterrupted = false): HistoryEntry => ({
  speaker: 'agent',
  text,
  isInterrupted,
});
const tool = (
  callId: string,
  name = 'find',
  args = '{"a":1}',
  result = `{"of":"${callId}"}`,
): HistoryEntry => ({
  speaker: 'tool',
  record: { callId, name, arguments: args, result, isSuccess: true, tookMs: 1 },
});
const user = (text: string) => ({ role: 'user', text });
const says = (text: string, ...ids: string[]) => ({
  role: 'assistant',
  text,
  toolCalls: ids.map((id) => ({ id, name: 'find', arguments: '{"a":1}' })),
});
const answers = (callId: string) => ({ role: 'tool', callId, text: `{"of":"${callId}"}` });

/** The messages after persona and context. */
const rest = (entries: readonly HistoryEntry[]) => toMessages('persona', 'context', entries).slice(2);

describe('the messages for the model', () => {
  it('begin with the persona and the context, in that order', () => {
    expect(toMessages('persona', 'context', [])).toEqual([
      { role: 'system', text: 'persona' },
      { role: 'system', text: 'context' },
    ]);
  });

  const table: [behaviour: string, entries: HistoryEntry[], expected: unknown[]][] = [
    [
      'keep the turns in order',
      [agent('Hello.'), caller('Hi.'), agent('Yes?')],
      [says('Hello.'), user('Hi.'), says('Yes?')],
    ],
    [
      'merge words and the tool they led to into one message',
      [caller('Hi.'), agent('Let me look.'), tool('a'), agent('Nine is free.')],
      [user('Hi.'), says('Let me look.', 'a'), answers('a'), says('Nine is free.')],
    ],
    [
      'give a tool without words a message of its own',
      [caller('Hi.'), tool('a')],
      [user('Hi.'), says('', 'a'), answers('a')],
    ],
    [
      'put tools in a row into one message and answer them in order',
      [caller('Hi.'), agent('Let me look.'), tool('a'), tool('b'), agent('Done.')],
      [user('Hi.'), says('Let me look.', 'a', 'b'), answers('a'), answers('b'), says('Done.')],
    ],
    [
      'keep rounds with words between them apart',
      [agent('One.'), tool('a'), agent('Two.'), tool('b')],
      [says('One.', 'a'), answers('a'), says('Two.', 'b'), answers('b')],
    ],
    [
      'note what was heard of a reply that was cut short',
      [agent('I have nine', true), caller('Ten.')],
      [
        says('I have nine'),
        user('[The caller interrupted; of your last reply they heard: "I have nine"]'),
        user('Ten.'),
      ],
    ],
    [
      'keep the note between the words and a write that finished after them',
      [agent('One mom', true), tool('a'), caller('Wait.')],
      [
        says('One mom'),
        user('[The caller interrupted; of your last reply they heard: "One mom"]'),
        says('', 'a'),
        answers('a'),
        user('Wait.'),
      ],
    ],
    [
      'tell two calls with one id apart',
      [caller('Hi.'), tool('a'), agent('Hm.'), tool('a')],
      [
        user('Hi.'),
        says('', 'a'),
        answers('a'),
        says('Hm.', 'a_2'),
        { ...answers('a_2'), text: '{"of":"a"}' },
      ],
    ],
  ];
  it.each(table)('%s', (_, entries, expected) => {
    expect(rest(entries)).toEqual(expected);
  });

  it('repair an invented name that the API would refuse for the rest of the call', () => {
    const names = ['functions.book', 'no such', 'x'.repeat(80), ''].map((name) => tool('a', name));
    const calls = rest(names).flatMap((message) => (message.role === 'assistant' ? message.toolCalls : []));
    expect(calls.map(({ name }) => name)).toEqual(['functions_book', 'no_such', 'x'.repeat(64), 'unknown']);
  });

  it('cut what a caller says at 2,000 characters, never through the middle of one', () => {
    const [message] = rest([caller(`${'x'.repeat(1_999)}😀 and on and on`)]);
    expect(message?.role === 'user' && message.text).toBe(`${'x'.repeat(1_999)}\uFFFD`);
  });
});

/** The API's rule, written down independently: returns what breaks it. */
function findFault(messages: readonly ModelMessage[]): string | undefined {
  const open: string[] = [];
  const seen = new Set<string>();
  for (const [index, message] of messages.entries()) {
    if (message.role === 'tool') {
      const at = open.indexOf(message.callId);
      if (at < 0) return `${index}: answers a call that is not open`;
      open.splice(at, 1);
      continue;
    }
    if (open.length > 0) return `${index}: somebody speaks before ${open.join()} was answered`;
    if (message.role !== 'assistant') continue;
    if (message.text === '' && message.toolCalls.length === 0) return `${index}: an empty message`;
    for (const { id, name } of message.toolCalls) {
      if (seen.has(id)) return `${index}: ${id} is used twice`;
      if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return `${index}: the name is no name`;
      seen.add(id);
      open.push(id);
    }
  }
  return open.length > 0 ? `${open.join()} is never answered` : undefined;
}

describe('any history', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  const id = fc.oneof(fc.constantFrom('a', 'b', 'a_2', ''), fc.string({ maxLength: 8 }));
  const entry: fc.Arbitrary<HistoryEntry> = fc.oneof(
    text.map(caller),
    fc.tuple(text, fc.boolean()).map(([words, isCut]) => agent(words, isCut)),
    fc.tuple(id, fc.string(), fc.string()).map(([callId, name, args]) => tool(callId, name, args)),
  );

  it('answers each tool call exactly once before anybody else speaks', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        expect(findFault(toMessages('persona', 'context', entries))).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('is told whole: every word and every result, in order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const told = rest(entries).flatMap((message) => {
          if (message.role === 'user' && message.text.startsWith('[The caller interrupted')) return [];
          return message.text === '' ? [] : [message.text];
        });
        const expected = entries.map((one) => (one.speaker === 'tool' ? one.record.result : one.text));
        expect(told).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
