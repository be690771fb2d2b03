/** The conversation as it was heard, put into the messages a model expects. Pure. */
import type { ToolRecord } from '../call/events.ts';
import type { HistoryEntry } from '../call/history.ts';
import type { ModelMessage, ToolCall } from './ports.ts';
import { shortenHistory } from './shorten-history.ts';

/** What callers and records say is data: longer than this it is cut. Characters. */
const MAX_TEXT = 2_000;
/** The API's own limit on the name of a function. */
const MAX_NAME = 64;

/**
 * Persona and context first, then the entries in order. Each tool call is answered exactly once, before anybody else
 * speaks, whatever the entries hold: one message that breaks that rule would fail every request of the call from then on.
 */
export function toMessages(
  persona: string,
  context: string,
  history: readonly HistoryEntry[],
): ModelMessage[] {
  const { summary, entries } = shortenHistory(history);
  const messages: ModelMessage[] = [
    { role: 'system', text: persona },
    { role: 'system', text: context },
  ];
  // In the caller's place, never the system's: it holds what callers and records say.
  if (summary) messages.push({ role: 'user', text: `[Earlier in this call, from the record:\n${summary}]` });
  const usedIds = new Set<string>();
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (!entry) break;
    if (entry.speaker === 'caller') {
      messages.push({ role: 'user', text: cut(entry.text) });
    } else if (entry.speaker === 'agent') {
      messages.push({ role: 'assistant', text: entry.text, toolCalls: [] });
      if (entry.isInterrupted) {
        messages.push({
          role: 'user',
          text: `[The caller interrupted; of your last reply they heard: "${cut(entry.text)}"]`,
        });
      }
    } else {
      // Tools that ran one after the other were asked for in one breath, with the words right before them.
      const records = [entry.record];
      for (let next = entries[index + 1]; next?.speaker === 'tool'; next = entries[index + 1]) {
        records.push(next.record);
        index++;
      }
      const asked = records.map((record) => ({ call: toCall(record, usedIds), result: record.result }));
      const toolCalls = asked.map(({ call }) => call);
      const last = messages.at(-1);
      if (last?.role === 'assistant' && last.toolCalls.length === 0) {
        messages[messages.length - 1] = { ...last, toolCalls };
      } else messages.push({ role: 'assistant', text: '', toolCalls });
      for (const { call, result } of asked) messages.push({ role: 'tool', callId: call.id, text: result });
    }
  }
  return messages;
}

/** As the model wrote it, but for what the API would refuse: a name with other characters, an id seen before. */
function toCall({ callId, name, arguments: args }: ToolRecord, usedIds: Set<string>): ToolCall {
  let id = callId || 'call';
  for (let copy = 2; usedIds.has(id); copy++) id = `${callId}_${copy}`;
  usedIds.add(id);
  return { id, name: name.replace(/[^\w-]/g, '_').slice(0, MAX_NAME) || 'unknown', arguments: args || '{}' };
}

/** Half a character at the cut would make the whole request unreadable. */
const cut = (text: string) => text.slice(0, MAX_TEXT).toWellFormed();
