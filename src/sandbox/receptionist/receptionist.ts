/**
 * The rule-based receptionist that stands in for the language model in the sandbox: no model, no randomness, no memory
 * of its own. It goes through the conversation from the beginning each time and decides what comes next.
 */

import type { ChatAnswer, ChatMessage, ChatRequest } from '../openai/chat.ts';
import { type CallContext, readCallContext } from './call-context.ts';
import { decide } from './decide.ts';
import { hear, hearNobody, saysNobody } from './hearing.ts';
import { beginMemory, type Memory } from './memory.ts';
import type { Plan } from './plan.ts';
import { sayWeekday } from './saying.ts';
import { learn } from './tool-results.ts';

const letters = (text: string) => text.toLowerCase().replace(/[^\p{L}]/gu, '');

/** What the call says of its own accord while tools run. */
const FILLERS = /^((one moment,? please|thanks for waiting[^.]*)\.\s*)+/i;

/** Whether `said`, which may have been cut short, is the plan's text. */
function isPlanSaid(plan: Plan, said: string): boolean {
  const [planned, heard] = [letters(plan.text), letters(said.replace(FILLERS, ''))];
  const isPart = planned.startsWith(heard) || heard.startsWith(planned) || heard.endsWith(planned);
  return heard !== '' && planned !== '' && isPart;
}

/** Lets the words that were said take effect. Words of others (a re-prompt, an apology) leave the open question open. */
function commit(memory: Memory, plan: Plan, said: string): void {
  memory.lastText = said;
  if (memory.firstName !== undefined && said.includes(memory.firstName)) memory.isGreeted = true;
  const isOurs = isPlanSaid(plan, said);
  memory.isQuestionStale = !isOurs || plan.asked === undefined;
  if (plan.sentence !== 'repeat') delete memory.draft.readBack;
  if (!isOurs) return;
  memory.said[plan.sentence] = (memory.said[plan.sentence] ?? 0) + 1;
  if (!memory.turn.isUnderstood) {
    const sentence = memory.misses > 1 ? 'misses' : 'miss';
    memory.said[sentence] = (memory.said[sentence] ?? 0) + 1;
  }
  for (const told of plan.told ?? []) {
    // An offer that was talked over is no offer: a yes means something else then.
    if (told === 'text-offer' && !/\btext you\b/.test(said)) continue;
    memory.said[told] = (memory.said[told] ?? 0) + 1;
  }
  if (plan.asked !== undefined) memory.asked = plan.asked;
  if (plan.offered !== undefined) memory.draft.offered = plan.offered;
  if (plan.transfer !== undefined) memory.transfer = plan.transfer;
  if (plan.readBack !== undefined && said.includes(sayWeekday(plan.readBack.start.slice(0, 10)))) {
    memory.draft.readBack = plan.readBack.key;
  }
}

function follow(memory: Memory, messages: readonly ChatMessage[], tools: ChatRequest['tools']): void {
  const calls = new Map<string, { name: string; arguments: string }>();
  for (const message of messages) {
    if (message.role === 'user') hear(memory, message.content);
    else if (message.role === 'tool') {
      const made = calls.get(message.toolCallId ?? '');
      if (made) learn(memory, made.name, made.arguments, message.content);
    } else if (message.role === 'assistant') {
      if (message.content.trim() !== '') {
        const plan = decide({ memory, tools });
        const isWordless = plan.text === '' && plan.toolCalls.length > 0;
        const said = message.content.trim();
        const meant = isWordless ? decide({ memory, tools: [] }) : plan;
        if (saysNobody(said) && !isPlanSaid(meant, said)) hearNobody(memory);
        else commit(memory, meant, said);
      }
      for (const made of message.toolCalls ?? []) calls.set(made.id, made);
    }
  }
}

/**
 * The context tells how things stand now; the conversation is gone through from its beginning, where nothing was
 * proved yet. What verify_customer answered stands in the messages.
 */
function asAtFirst(context: CallContext, messages: readonly ChatMessage[]): CallContext {
  const proofs = messages
    .flatMap(({ toolCalls = [] }) => toolCalls)
    .filter(({ name }) => name === 'verify_customer');
  if (proofs.length === 0) return context;
  const wasUnknown = proofs.some(({ arguments: args }) => /"phone_on_file"\s*:\s*"/.test(args));
  if (!wasUnknown) return { ...context, isVerified: false };
  const { firstName: _, ...rest } = context;
  const caller = context.caller === 'known' ? 'new' : context.caller;
  return { ...rest, isVerified: false, caller, vehicles: [] };
}

const BROKE_OFF = /\bbroke off\b|\bgo on from exactly\b/i;

/** An answer that broke off, when the last message asks to go on from there, and the conversation before it. */
function withoutBroken(messages: readonly ChatMessage[]): {
  messages: readonly ChatMessage[];
  brokenOff?: string;
} {
  const [said, note] = messages.slice(-2);
  const isNote =
    note && (note.role === 'system' || note.role === 'developer') && BROKE_OFF.test(note.content);
  if (!isNote || said?.role !== 'assistant') return { messages };
  return { messages: messages.slice(0, -2), brokenOff: said.content };
}

/** What of `text` is left to say after `said`, letter for letter; all of it when it begins otherwise. */
function restOf(text: string, said: string): string {
  const heard = letters(said);
  if (!letters(text).startsWith(heard)) return text;
  let at = 0;
  for (let count = 0; at < text.length && count < heard.length; at += 1)
    count += letters(text.charAt(at)).length;
  const tail = /^[^\p{L}\p{N}\s]*/u.exec(text.slice(at))?.[0] ?? '';
  const hasTail = tail !== '' && said.trimEnd().endsWith(tail);
  return text.slice(hasTail ? at + tail.length : at);
}

const NO_CONTEXT = "I'm sorry, I can't see our schedule right now. Please call again a little later.";

/**
 * The receptionist's answer to a conversation. The same request always gets the same answer; nothing thrown.
 * It calls only tools that the request offers, and none when `toolChoice` is "none".
 */
export function answer(request: ChatRequest): ChatAnswer {
  const context = readCallContext(request.messages);
  if (!context) return { text: NO_CONTEXT, toolCalls: [] };
  const { messages, brokenOff } = withoutBroken(request.messages);
  const offers = new Set(request.tools.map(({ name }) => name));
  const memory = beginMemory(asAtFirst(context, messages), offers);
  follow(memory, messages, request.tools);
  const { text, toolCalls } = decide({ memory, tools: request.toolChoice === 'none' ? [] : request.tools });
  return { text: brokenOff === undefined ? text : restOf(text, brokenOff), toolCalls };
}
