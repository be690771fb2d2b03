/** The conversation as it was heard, put into the messages a model expects. Pure. */
import type { HistoryEntry } from '../call/history.ts';
import type { ModelMessage, ToolCall } from './ports.ts';

/** What callers and records say is data: longer than this it is cut. Characters. */
const MAX_TEXT = 2_000;

export function toMessages(
  persona: string,
  context: string,
  entries: readonly HistoryEntry[],
): ModelMessage[] {
  const messages: ModelMessage[] = [
    { role: 'system', text: persona },
    { role: 'system', text: context },
  ];
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index];
    if (!entry) break;
    if (entry.speaker === 'caller') {
      messages.push({ role: 'user', text: entry.text.slice(0, MAX_TEXT) });
    } else if (entry.speaker === 'agent') {
      messages.push({ role: 'assistant', text: entry.text, toolCalls: [] });
      if (entry.isInterrupted) {
        messages.push({
          role: 'user',
          text: `[The caller interrupted; of your last reply they heard: "${entry.text}"]`,
        });
      }
    } else {
      // Tools that ran one after the other were asked for in one breath, with the words right before them.
      const records = [entry.record];
      for (let next = entries[index + 1]; next?.speaker === 'tool'; next = entries[index + 1]) {
        records.push(next.record);
        index++;
      }
      const toolCalls: ToolCall[] = records.map(({ callId, name, arguments: args }) => ({
        id: callId,
        name,
        arguments: args,
      }));
      const last = messages.at(-1);
      if (last?.role === 'assistant' && last.toolCalls.length === 0) {
        messages[messages.length - 1] = { ...last, toolCalls };
      } else messages.push({ role: 'assistant', text: '', toolCalls });
      for (const { callId, result } of records) messages.push({ role: 'tool', callId, text: result });
    }
  }
  return messages;
}
