/** Keeps a long conversation within what a model is sent: its older part becomes a summary, made by code from the record. Pure. */
import type { HistoryEntry } from '../call/history.ts';

/** About 6,000 and 3,000 tokens: a call of ten minutes is never shortened. Characters. */
const MOST = 24_000;
const KEPT = 12_000;
const SUMMARY = 4_000;
const LINE = 160;

export interface Shortened {
  /** What came before `entries`, or undefined when that is everything. */
  summary: string | undefined;
  entries: readonly HistoryEntry[];
}

/**
 * Cuts only where a caller's turn begins, so that a tool and its answer stay together. The cut stays where it is while
 * the conversation grows to the limit again: what the model was sent before stays a prefix of what it is sent next.
 */
export function shortenHistory(entries: readonly HistoryEntry[]): Shortened {
  let start = 0;
  let size = 0;
  for (const [index, entry] of entries.entries()) {
    size += lengthOf(entry);
    if (size <= MOST) continue;
    for (let next = start + 1; next <= index && size > KEPT; next++) {
      const isTurn = entries[next]?.speaker === 'caller';
      if (!isTurn) continue;
      size -= entries.slice(start, next).reduce((sum, one) => sum + lengthOf(one), 0);
      start = next;
    }
  }
  if (start === 0) return { summary: undefined, entries };
  return { summary: summarise(entries.slice(0, start)), entries: entries.slice(start) };
}

/** What was done comes first and is kept longest; then what the caller said, the latest words last. */
function summarise(entries: readonly HistoryEntry[]): string {
  const done: string[] = [];
  const said: string[] = [];
  for (const entry of entries) {
    if (entry.speaker === 'caller') said.push(`- the caller said: ${cut(entry.text)}`);
    else if (entry.speaker === 'tool') {
      const { name, isSuccess, result } = entry.record;
      done.push(`- ${name} ${isSuccess ? 'succeeded' : 'failed'}: ${cut(messageOf(result))}`);
    }
  }
  const facts = keepLast(done, SUMMARY / 2);
  return [...facts, ...keepLast(said, SUMMARY - facts.join('\n').length)].join('\n');
}

function keepLast(lines: readonly string[], characters: number): string[] {
  const kept: string[] = [];
  let left = characters;
  for (const line of lines.toReversed()) {
    left -= line.length + 1;
    if (left < 0) break;
    kept.unshift(line);
  }
  return kept;
}

function lengthOf(entry: HistoryEntry): number {
  return entry.speaker === 'tool'
    ? entry.record.arguments.length + entry.record.result.length
    : entry.text.length;
}

function messageOf(result: string): string {
  try {
    const parsed: unknown = JSON.parse(result);
    if (
      typeof parsed === 'object' &&
      parsed !== null &&
      'message' in parsed &&
      typeof parsed.message === 'string'
    ) {
      return parsed.message;
    }
  } catch {
    // Not JSON: said as it is.
  }
  return result;
}

const cut = (text: string) => text.replace(/\s+/g, ' ').slice(0, LINE).toWellFormed();
