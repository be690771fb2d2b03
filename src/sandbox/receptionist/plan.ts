/** What the receptionist means to do next: words, tool calls, and what it will have asked once the words are heard. */

import type { ChatAnswer, ChatRequest } from '../openai/chat.ts';
import type { Memory, Question } from './memory.ts';
import { sayPhone } from './saying.ts';

type ToolCall = ChatAnswer['toolCalls'][number];

export interface Plan {
  text: string;
  toolCalls: ToolCall[];
  /** Takes effect only if the words are found in the conversation, for they may never have been said. */
  asked?: Question;
  offered?: string[];
  readBack?: { key: string; start: string };
  transfer?: { department: string; reason: string };
  /** What is counted so that the same thing is put differently the next time. */
  sentence: string;
  /** Further remarks in the words that are made once and not again. */
  told?: string[];
}

export interface Desk {
  memory: Memory;
  /** The tools that may be called now. */
  tools: ChatRequest['tools'];
}

/** Refusals for want of proof after which a tool is left alone. */
const MOST_LEVEL_REFUSALS = 2;

export const canCall = ({ memory, tools }: Desk, name: string): boolean =>
  tools.some((tool) => tool.name === name) && (memory.levelRefusals[name] ?? 0) < MOST_LEVEL_REFUSALS;

export const call = (name: string, args: Record<string, unknown>): Plan => ({
  text: '',
  toolCalls: [{ name, arguments: args }],
  sentence: name,
});

export const say = (text: string, sentence: string, more: Partial<Plan> = {}): Plan => ({
  text,
  toolCalls: [],
  sentence,
  ...more,
});

/** The wording for this time: another one than last time. */
export function vary(
  memory: Memory,
  sentence: string,
  wordings: readonly [string, string, ...string[]],
): string {
  return wordings[(memory.said[sentence] ?? 0) % wordings.length] ?? wordings[0];
}

/** The desk's telephone number in words, or plain advice where none is known. */
export function deskNumber(memory: Memory): string {
  return memory.context.phone === '' ? 'our main number' : sayPhone(memory.context.phone);
}

/** A goodbye that hangs up, where hanging up is offered. */
export function hangUp(desk: Desk, text: string, reason: string): Plan {
  const toolCalls = canCall(desk, 'end_call') ? [{ name: 'end_call', arguments: { reason } }] : [];
  return { text, toolCalls, sentence: 'goodbye' };
}
