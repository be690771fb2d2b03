/** Complete mediation: every tool call of the model passes here, and nowhere else. */
import { createHash, randomUUID } from 'node:crypto';
import type { ToolRecord } from '../call/events.ts';
import type { Clock } from '../lib/clock.ts';
import type { ToolCall } from './ports.ts';
import type { CallSession } from './session.ts';
import type { Ending, Tool, ToolContext, ToolResult } from './tool.ts';

/** A tool's own deadline; the database gives up before (statement timeout 3 s, two retries at most). */
const TOOL_DEADLINE_MS = 5_000;
/** Bad arguments the model may repair in a row before it is told to stop. */
const MAX_REPAIRS = 2;
/** Longer arguments are no honest ones; characters. */
const MAX_ARGUMENTS = 4_000;
/** Different writes by one tool in one call. A household books a few cars; whoever wants more is filling the schedule. */
const MAX_WRITES = 4;

/** Stands in front of the tools, for simulations: an answer is given in the tool's place, undefined lets the tool run. */
export type InterceptTool = (call: {
  name: string;
  /** As parsed from the model's JSON, not yet checked. */
  args: unknown;
  session: CallSession;
}) => ToolResult | undefined;

export interface DispatcherOptions {
  tools: readonly Tool[];
  clock: Clock;
  /** Everything a tool needs but what belongs to this one call of it. */
  context: Omit<ToolContext, 'session' | 'setSession' | 'now' | 'clock' | 'idempotencyKey'>;
  session: CallSession;
  /** Told of each new session, to store it. */
  onSession: (session: CallSession) => void;
  onFault: (fault: string) => void;
  intercept?: InterceptTool;
}

export interface Dispatcher {
  readonly tools: readonly Tool[];
  readonly session: CallSession;
  /** Runs one call to its end. Never throws. */
  dispatch(call: ToolCall): Promise<Dispatched>;
}

export interface Dispatched {
  record: ToolRecord;
  effect: Tool['effect'] | 'none';
  /** After a write: what the caller can be told if the model fails now. */
  spoken: string | undefined;
  /** `none` for everything but a terminal tool that succeeded. */
  ending: Ending;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { tools, clock, context, onSession, onFault } = options;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  /** Writes under way or done in this call, by key: the same write asked twice is one write. */
  const writes = new Map<string, Promise<ToolResult>>();
  /** Writes run one after the other: the next one must see what the last one did to the session. */
  let lastWrite: Promise<unknown> = Promise.resolve();
  let session = options.session;

  async function run(tool: Tool, args: unknown, key: string): Promise<ToolResult> {
    if (tool.level > session.level) return tool.level === 2 ? UNPROVED : UNKNOWN_CALLER;
    try {
      const intercepted = options.intercept?.({ name: tool.name, args, session });
      if (intercepted) return intercepted;
      return await tool.run(args, {
        ...context,
        session,
        setSession(change) {
          session = change(session);
          onSession(session);
          return session;
        },
        now: clock.now(),
        clock,
        idempotencyKey: key,
      });
    } catch (error) {
      // The name only: the message may quote a query and its parameters.
      onFault(`${tool.name}: ${error instanceof Error ? error.name : 'failed'}`);
      return UNREACHABLE;
    }
  }

  async function answer(call: ToolCall): Promise<{ tool: Tool | undefined; result: ToolResult }> {
    const tool = byName.get(call.name);
    if (!tool)
      return { tool, result: { success: false, error: 'not_found', message: 'There is no such tool.' } };
    const args = parseJson(call.arguments);
    const result = await (tool.effect === 'write'
      ? once(tool, args)
      : withDeadline(run(tool, args, ''), NO_ANSWER_TO_READ));
    if (!result.success && result.error === 'invalid_args') {
      session = { ...session, badArguments: session.badArguments + 1 };
      if (session.badArguments > MAX_REPAIRS) {
        const message = `${result.message} Do not try this tool again; apologise and ask them to call the main number.`;
        return { tool, result: { ...result, message } };
      }
    } else if (result.success) session = { ...session, badArguments: 0 };
    return { tool, result };
  }

  async function once(tool: Tool, args: unknown): Promise<ToolResult> {
    const hash = createHash('sha256').update(canonical(args)).digest('hex').slice(0, 32);
    const same = `${session.callSid}:${tool.name}:${hash}`;
    const since = [...writes.keys()].filter((other) => !other.startsWith(same)).length;
    const key = tool.isRepeatable ? `${same}:${since}` : same;
    let running = writes.get(key);
    if (!running) {
      const others = [...writes.keys()].filter((other) =>
        other.startsWith(`${session.callSid}:${tool.name}:`),
      );
      if (others.length >= MAX_WRITES) return TOO_MANY;
      // The database must not answer a repeatable one from memory either, also not that of before a line was cut.
      const storedUnder = tool.isRepeatable ? `${key}:${randomUUID()}` : key;
      running = lastWrite.then(() => run(tool, args, storedUnder));
      lastWrite = running;
      writes.set(key, running);
      // A refusal may be asked again (the slot may have come free); a success, or what is still under way, may not.
      void running.then((result) => {
        if (!result.success) writes.delete(key);
      });
    }
    return withDeadline(running, NO_ANSWER_TO_WRITE);
  }

  async function withDeadline(work: Promise<ToolResult>, silence: ToolResult): Promise<ToolResult> {
    const { promise: late, resolve } = Promise.withResolvers<ToolResult>();
    const cancel = clock.after(TOOL_DEADLINE_MS, () => resolve(silence));
    const result = await Promise.race([work, late]);
    cancel();
    return result;
  }

  return {
    tools,
    get session() {
      return session;
    },
    async dispatch(call) {
      const startedAt = clock.elapsed();
      const { tool, result } = await answer(call);
      const { spoken, ending: wished, ...shown } = { spoken: undefined, ending: undefined, ...result };
      const isTerminal = tool?.effect === 'terminal' && result.success;
      return {
        record: {
          callId: call.id,
          name: call.name,
          arguments: call.arguments,
          result: JSON.stringify(shown),
          isSuccess: result.success,
          tookMs: clock.elapsed() - startedAt,
        },
        effect: tool && result.success ? tool.effect : 'none',
        spoken,
        ending: isTerminal ? (wished ?? 'agent_end') : 'none',
      };
    },
  };
}

const unavailable = (message: string): ToolResult => ({ success: false, error: 'unavailable', message });

const UNKNOWN_CALLER: ToolResult = {
  success: false,
  error: 'verification_required',
  message: 'Not possible yet: create the customer first.',
};
const UNPROVED: ToolResult = {
  success: false,
  error: 'verification_required',
  message: 'Not possible yet: the caller must first be verified with verify_customer.',
};
const UNREACHABLE = unavailable(
  'Our schedule cannot be reached right now. Nothing has been confirmed. Say so honestly and ask them to call the main number.',
);
const NO_ANSWER_TO_READ = unavailable('No answer in time. Say so honestly; it may be tried once more.');
const NO_ANSWER_TO_WRITE = unavailable(
  'No answer in time. It is not known whether it was done, so do not say that it was: ask the caller to call the main number to make sure.',
);
const TOO_MANY: ToolResult = {
  success: false,
  error: 'limit_reached',
  message: 'Not done: no more of these can be made in one call. For more, they can call the main number.',
};

/** Undefined for what no tool takes: not JSON, or longer than any honest arguments. */
function parseJson(text: string): unknown {
  if (text.length > MAX_ARGUMENTS) return undefined;
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return undefined;
  }
}

/** The same arguments in another order are the same arguments. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value) ?? 'undefined';
}
