import { describe, expect, it, vi } from 'vitest';
import { createParkedCalls } from '../../src/http/parked-calls.ts';
import { createManualClock } from '../support/manual-clock.ts';

function open() {
  const clock = createManualClock(0);
  const faults: string[] = [];
  const ended: string[] = [];
  const calls = createParkedCalls<string>({ clock, onFault: (_, callSid) => faults.push(callSid) });
  const park = (callSid: string, value = callSid, ms = 1_000) =>
    calls.park(callSid, value, ms, async () => void ended.push(value));
  return { clock, calls, park, ended, faults };
}

describe('a parked call', () => {
  it('is handed out once, and is then nobody’s to give up', () => {
    const { clock, calls, park, ended } = open();
    park('a');
    expect(calls.take('a')).toBe('a');
    expect(calls.take('a')).toBeUndefined();
    clock.advance(5_000);
    expect(ended).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('is given up when its time is over, once', () => {
    const { clock, calls, park, ended } = open();
    park('a');
    clock.advance(999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(['a']);
    expect(calls.get('a')).toBeUndefined();
  });

  it('is replaced when it is parked again: only the last end runs', () => {
    const { clock, park, ended } = open();
    park('a', 'first');
    park('a', 'second', 3_000);
    clock.advance(2_000);
    expect(ended).toEqual([]);
    clock.advance(1_000);
    expect(ended).toEqual(['second']);
  });

  it('makes room for newer ones: the oldest of five hundred is given up', () => {
    const { calls, park, ended } = open();
    for (let index = 0; index <= 500; index++) park(`c${index}`);
    expect(ended).toEqual(['c0']);
    expect(calls.get('c1')).toBe('c1');
  });

  it('is given up at the end of the process, and a failure keeps none of the others', async () => {
    const { clock, calls, park, ended, faults } = open();
    calls.park('bad', 'bad', 1_000, () => Promise.reject(new Error('no database')));
    park('b');
    await calls.close();
    expect(ended).toEqual(['b']);
    await vi.waitFor(() => expect(faults).toEqual(['bad']));
    expect(clock.waiting).toBe(0);
  });
});
