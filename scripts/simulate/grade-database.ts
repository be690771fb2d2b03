/** Whether the database has changed as a scenario expects, and in no other way. */
import { calendarEventId } from '../../src/dealership/booking.ts';
import { demoId } from '../../src/dealership/demo-world.ts';
import { matchesPattern } from './patterns.ts';
import type { DatabaseRule } from './scenario.ts';
import type { Row, Snapshot } from './snapshot.ts';
import { worldSymbols } from './world.ts';

/** The record of the call itself, and the book of who tried to prove who they are. */
const CALL_RECORDS = new Set(['call_logs', 'call_turns', 'verification_attempts']);

export interface Change {
  before: Snapshot;
  after: Snapshot;
  /** The calendar's events by event id, before and after; undefined where no calendar is kept. */
  calendar?: { before: ReadonlyMap<string, string>; after: ReadonlyMap<string, string> };
}

export function gradeDatabase(change: Change, rules: readonly DatabaseRule[]): string[] {
  return rules.map((rule) => judge(change, rule)).filter((complaint) => complaint !== undefined);
}

function judge(change: Change, rule: DatabaseRule): string | undefined {
  if ('table' in rule) return judgeCount(change, rule);
  if ('unchanged' in rule) return judgeUnchanged(change, rule.unchanged);
  if ('no_writes' in rule) return judgeNoWrites(change);
  if ('calendar' in rule) return judgeCalendar(change, rule);
  return judgeText(change.after, rule);
}

function judgeCount(
  { before, after }: Change,
  { table, where, count }: { table: string; where: Record<string, unknown>; count: number | string },
): string | undefined {
  const found = table
    .split('|')
    .flatMap((name) => (after.get(name) ?? []).filter((row) => holds(before, row, where))).length;
  const isRight =
    typeof count === 'number'
      ? found === count
      : count.startsWith('>=')
        ? found >= Number(count.slice(2))
        : found <= Number(count.slice(2));
  if (isRight) return undefined;
  return `${found} rows of ${table} with ${JSON.stringify(where)}, expected ${count}`;
}

function holds(before: Snapshot, row: Row, where: Record<string, unknown>): boolean {
  return Object.entries(where).every(([columns, wanted]) =>
    columns.split('|').some((column) => isWanted(before, row, column, wanted)),
  );
}

function isWanted(before: Snapshot, row: Row, column: string, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return wanted.some((one) => isWanted(before, row, column, one));
  const name = column === 'customer' || column === 'vehicle' ? `${column}_id` : column;
  const value = row[name];
  if (wanted === 'new' && name.endsWith('_id')) {
    const table = `${name.slice(0, -3)}s`;
    return typeof value === 'string' && !(before.get(table) ?? []).some(({ id }) => id === value);
  }
  if (typeof wanted === 'string' && wanted.startsWith('~')) {
    return matchesPattern(wanted.slice(1), showValue(value));
  }
  if (typeof wanted === 'string' && worldSymbols.includes(wanted)) return value === demoId(wanted);
  if (typeof wanted === 'number') return Number(value) === wanted;
  return value === wanted;
}

const showValue = (value: unknown) =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

function judgeUnchanged({ before, after }: Change, symbols: readonly string[]): string | undefined {
  const changed = symbols.filter((symbol) => {
    const id = demoId(symbol);
    return showRow(findRow(before, id)) !== showRow(findRow(after, id));
  });
  return changed.length > 0 ? `${changed.join(', ')} changed` : undefined;
}

function findRow(snapshot: Snapshot, id: string): Row | undefined {
  for (const table of ['customers', 'vehicles', 'appointments']) {
    const row = snapshot.get(table)?.find((one) => one['id'] === id);
    if (row) return row;
  }
  return undefined;
}

const showRow = (row: Row | undefined) => JSON.stringify(row);

function judgeNoWrites({ before, after }: Change): string | undefined {
  const written = [...after].flatMap(([table, rows]) => {
    if (CALL_RECORDS.has(table)) return [];
    const old = new Set((before.get(table) ?? []).map(showRow));
    const isSame = rows.length === old.size && rows.every((row) => old.has(showRow(row)));
    return isSame ? [] : [table];
  });
  return written.length > 0 ? `${written.join(', ')} changed, and nothing should have` : undefined;
}

function judgeCalendar(
  { calendar }: Change,
  {
    calendar: symbol,
    moved,
    deleted,
  }: { calendar: string; moved?: boolean | undefined; deleted?: boolean | undefined },
): string | undefined {
  if (!calendar) return `the calendar of ${symbol} cannot be seen`;
  const id = calendarEventId(demoId(symbol));
  const [was, is] = [calendar.before.get(id), calendar.after.get(id)];
  if (deleted && is !== undefined) return `${symbol} is still in the calendar at ${is}`;
  if (moved && (is === undefined || is === was))
    return `${symbol} was not moved in the calendar: ${is ?? 'gone'}`;
  return undefined;
}

function judgeText(
  after: Snapshot,
  rule: { no_text_match: string; in: string | string[] },
): string | undefined {
  for (const place of [rule.in].flat()) {
    const [table = '', column] = place.split('.');
    for (const row of after.get(table) ?? []) {
      const text = column ? JSON.stringify(row[column] ?? '') : JSON.stringify(row);
      if (matchesPattern(rule.no_text_match, text)) return `${place} holds /${rule.no_text_match}/`;
    }
  }
  return undefined;
}
