/** The graders themselves: what would be wrong is found to be wrong. */
import { describe, expect, it } from 'vitest';
import { gradeDatabase } from '../../scripts/simulate/grade-database.ts';
import { gradeTools, type ToolUse } from '../../scripts/simulate/grade-tools.ts';
import { gradeWords } from '../../scripts/simulate/grade-words.ts';
import { findLeaks } from '../../scripts/simulate/leaks.ts';

const nothing = { tools: [], forbidden_tools: [], db: [], must_say: [], must_not_say: [], outcome: '' };
const use = (name: string, args: Record<string, unknown> = {}): ToolUse => ({
  name,
  args: new Map(Object.entries(args)),
  isSuccess: true,
});
const world = (customer: Record<string, unknown>) => new Map([['customers', [{ id: '1', ...customer }]]]);

describe('grading', () => {
  it.each([
    ['a missing tool', [], { tools: [{ name: 'book_appointment' }] }],
    ['tools in another order', [use('b'), use('a')], { tools: [{ name: 'a' }, { name: 'b' }] }],
    ['other arguments', [use('a', { date: '1' })], { tools: [{ name: 'a', args: { date: '2' } }] }],
    ['a forbidden tool', [use('a')], { forbidden_tools: ['a'] }],
    ['a write that nobody asked for', [use('cancel_appointment')], {}],
  ])('finds %s', (_, used, expected) => {
    expect(gradeTools(used, { ...nothing, ...expected })).toHaveLength(1);
  });

  it('takes tools of one group in any order, and reads as often as they come', () => {
    const tools = [{ name: 'a', group: 1 }, { name: 'b', group: 1 }, { any_of: ['c', 'd'] }];
    expect(gradeTools([use('b'), use('e'), use('a'), use('d')], { ...nothing, tools })).toEqual([]);
  });

  it('finds what was not said, and what was', () => {
    const expected = { ...nothing, must_say: ['nine', ['f.?150', 'truck']], must_not_say: ['\\$'] };
    const models = [{ model: 'F-150' }];
    expect(gradeWords('At Nine for the F one fifty', expected, 'Shop', models)).toEqual([]);
    expect(gradeWords('That is $5', expected, 'Shop', models)).toHaveLength(3);
  });

  it('finds rows that changed, rows that are missing, and writes where there should be none', () => {
    const change = { before: world({ first_name: 'A' }), after: world({ first_name: 'B' }) };
    expect(gradeDatabase(change, [{ no_writes: true }])).toHaveLength(1);
    expect(
      gradeDatabase(change, [{ table: 'customers', where: { first_name: 'A' }, count: 1 }]),
    ).toHaveLength(1);
    expect(
      gradeDatabase(change, [{ table: 'customers', where: { first_name: '~^b' }, count: '>=1' }]),
    ).toEqual([]);
  });

  it.each([
    ['said aloud', { heard: 'Hello Mister Mitchell.' }],
    ['read out digit by digit', { heard: 'two one seven, five five five, oh one oh one' }],
    ['given to the model', { toldModel: '{"last_name":"Mitchell"}' }],
    ['written to the log', { log: 'lookup of mitchell failed' }],
  ])('finds what is on file when it is %s', (_, place) => {
    const before = world({ first_name: 'Sarah', last_name: 'Mitchell', phone_number: '+12175550101' });
    const places = { heard: '', toldModel: '', log: '', ...place };
    expect(findLeaks(before, places, '')).toHaveLength(1);
    expect(findLeaks(before, { ...places, ...{ heard: '', toldModel: '', log: '' } }, '')).toEqual([]);
  });
});
