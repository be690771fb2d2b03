import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shortenHistory } from '../../src/agent/shorten-history.ts';
import type { HistoryEntry } from '../../src/call/history.ts';

const caller = (text: string): HistoryEntry => ({ speaker: 'caller', text });
const agent = (text: string): HistoryEntry => ({ speaker: 'agent', text, isInterrupted: false });
const tool = (name: string, message: string, size = 0, isSuccess = true): HistoryEntry => ({
  speaker: 'tool',
  record: {
    callId: 'c',
    name,
    arguments: '{}',
    result: JSON.stringify({ message, pad: 'x'.repeat(size) }),
    isSuccess,
    tookMs: 1,
  },
});
const turn = (index: number) => [
  caller(`question ${index}`),
  tool('get_available_slots', `free on day ${index}`, 1_500),
  agent(`answer ${index}`),
];

describe('A conversation that grows', () => {
  it('is left alone while it is short', () => {
    const entries = [agent('Hello.'), ...turn(1), ...turn(2)];
    expect(shortenHistory(entries)).toEqual({ summary: undefined, entries });
  });

  it('is shortened at the beginning of a turn of the caller, and says what was done before', () => {
    const entries = [
      agent('Hello.'),
      caller('I need an oil change'),
      tool('book_appointment', 'Booked: oil change.'),
      tool('cancel_appointment', 'No.', 0, false),
      ...Array.from({ length: 30 }, (_, index) => turn(index)).flat(),
    ];
    const { summary, entries: left } = shortenHistory(entries);
    expect(left[0]?.speaker).toBe('caller');
    expect(left.at(-1)).toEqual(entries.at(-1));
    expect(summary).toContain('book_appointment succeeded: Booked: oil change.');
    expect(summary).toContain('cancel_appointment failed: No.');
    expect(summary).toContain('the caller said: question');
    expect(summary?.length).toBeLessThanOrEqual(4_000);
  });

  it('keeps its cut while it grows, so that what was sent before stays a prefix', () => {
    const entries = Array.from({ length: 60 }, (_, index) => turn(index)).flat();
    let changes = 0;
    let previous: string | undefined;
    for (let length = 1; length <= entries.length; length++) {
      const { summary } = shortenHistory(entries.slice(0, length));
      if (summary !== previous) changes++;
      previous = summary;
    }
    expect(changes).toBeGreaterThan(0);
    expect(changes).toBeLessThan(12);
  });

  it('never begins with a tool whose question was cut off, and never grows beyond what one turn holds', () => {
    const entry = fc.oneof(
      fc.string({ maxLength: 300 }).map(caller),
      fc.string({ maxLength: 300 }).map(agent),
      fc.nat(4_000).map((size) => tool('lookup_customer', 'found', size)),
    );
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 80 }), (entries) => {
        const { summary, entries: left } = shortenHistory(entries);
        expect(entries.slice(entries.length - left.length)).toEqual(left);
        if (summary !== undefined) expect(left[0]?.speaker).toBe('caller');
      }),
    );
  });
});
