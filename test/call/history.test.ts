import { describe, expect, it } from 'vitest';
import type { SettledTurn, ToolRecord } from '../../src/call/events.ts';
import { History } from '../../src/call/history.ts';

const tool: ToolRecord = {
  callId: 'c1',
  name: 'get_available_slots',
  arguments: '{}',
  result: '{}',
  isSuccess: true,
  tookMs: 5,
};

function openHistory() {
  let now = 100;
  const settled: SettledTurn[] = [];
  const history = new History(
    () => now,
    (turn) => settled.push(turn),
  );
  return { history, settled, at: (ms: number) => (now = ms) };
}

describe('the history of a call', () => {
  it('keeps what was said and done in the order in which it began', () => {
    const { history } = openHistory();
    const greeting = history.agentBegan();
    greeting.add('Hello.');
    greeting.settle('Hello.', false, {});
    history.callerSaid('An oil change.');
    history.agentBegan().add('One moment.');
    history.toolRan(tool);
    expect(history.entries).toMatchObject([
      { speaker: 'agent', text: 'Hello.' },
      { speaker: 'caller', text: 'An oil change.' },
      { speaker: 'agent', text: 'One moment.' },
      { speaker: 'tool', record: tool },
    ]);
  });

  it('tells of each turn once, when it is final, with its place and the time at which it began', () => {
    const { history, settled, at } = openHistory();
    const turn = history.agentBegan();
    turn.add('Hello.');
    at(200);
    history.callerSaid('Hi.');
    expect(settled).toMatchObject([{ position: 2, speaker: 'caller', at: 200 }]);
    at(300);
    turn.settle('Hello.', false, { responseMs: 7 });
    turn.settle('Something else.', true, {});
    expect(settled).toHaveLength(2);
    expect(settled[1]).toEqual({
      position: 1,
      speaker: 'agent',
      text: 'Hello.',
      isInterrupted: false,
      latencies: { responseMs: 7 },
      at: 100,
    });
  });

  it('shows the model only what was heard of a reply that was cut short', () => {
    const { history } = openHistory();
    const turn = history.agentBegan();
    turn.add('We have nine o’clock.');
    turn.add('Or half past ten.');
    expect(history.entries).toMatchObject([{ text: 'We have nine o’clock. Or half past ten.' }]);
    turn.settle('We have nine', true, {});
    turn.add('This came too late.');
    expect(history.entries).toMatchObject([{ text: 'We have nine', isInterrupted: true }]);
    expect(turn.text).toBe('We have nine');
  });

  it('hides a reply of which nothing was heard, and one that has no words yet', () => {
    const { history, settled } = openHistory();
    history.agentBegan();
    const unheard = history.agentBegan();
    unheard.add('Nobody hears this.');
    unheard.settle('', true, {});
    expect(history.entries).toEqual([]);
    expect(settled).toMatchObject([{ position: 2, text: '', isInterrupted: true }]);
  });
});

describe('the history of a call on another stream', () => {
  it('begins with what was said before, tells of it no second time, and counts on', () => {
    const first = openHistory();
    const agent = first.history.agentBegan();
    agent.add('When would you like to come?');
    agent.settle('When would', true, {});
    first.history.toolRan(tool);
    const settled: SettledTurn[] = [];
    const { entries, position } = first.history;
    const history = new History(
      () => 200,
      (turn) => settled.push(turn),
      { entries, position },
    );
    history.callerSaid('Tuesday.');
    expect(history.entries).toMatchObject([
      { speaker: 'agent', text: 'When would', isInterrupted: true },
      { speaker: 'tool', record: tool },
      { speaker: 'caller', text: 'Tuesday.' },
    ]);
    expect(settled).toMatchObject([{ position: 3, speaker: 'caller' }]);
    expect(first.history.entries).toHaveLength(2);
  });
});
