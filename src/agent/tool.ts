/** What a tool is: its name and arguments for the model, and for the dispatcher who may use it and what it does. */
import { z } from 'zod';
import type { Db } from '../db/connect.ts';
import type { KnownCustomer } from '../dealership/customers.ts';
import type { BusyTime, Outbox } from '../dealership/ports.ts';
import type { DealershipProfile } from '../dealership/profile.ts';
import type { VinDecoder } from '../dealership/vin-decoder.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallSession } from './session.ts';

/** Stable codes the model can act on. */
export type ToolError =
  | 'invalid_args'
  | 'not_found'
  | 'verification_required'
  | 'number_on_file'
  | 'not_changeable'
  | 'slot_unavailable'
  | 'outside_hours'
  | 'closed'
  | 'in_past'
  | 'too_far_ahead'
  | 'limit_reached'
  | 'unavailable'
  | 'internal_error';

/** What a terminal tool brings about once its reply has been heard; `none`: the call goes on after all. */
export type Ending = 'agent_end' | 'transferred' | 'none';

/**
 * `message` is for the model: one plain sentence about what is true now. Never a stack trace, never another person's data.
 * `spoken` is for the caller, in case the model fails right after a write: what was done, and how to go on. The model
 * never sees it. After a terminal tool it is the goodbye of a reply that had no words of its own. `ending` is for a
 * terminal tool; without it the call ends.
 */
export type ToolResult =
  | { success: true; data: Record<string, unknown>; message: string; spoken?: string; ending?: Ending }
  | { success: false; error: ToolError; message: string; data?: Record<string, unknown> };

export interface ToolContext {
  db: Db;
  profile: DealershipProfile;
  /** As it stood when the tool began. */
  session: CallSession;
  /** Changes the session as it stands now, which another tool may have changed meanwhile; returns it. */
  setSession: (change: (current: CallSession) => CallSession) => CallSession;
  /** The dealership's present, epoch milliseconds. */
  now: number;
  clock: Clock;
  /** The same write asked again in this call has the same key. */
  idempotencyKey: string;
  findCustomer: (phone: string) => Promise<KnownCustomer | undefined>;
  forgetCustomer: (phone: string) => Promise<void>;
  calendarSync: 'pending' | 'off';
  vinDecoder: VinDecoder;
  /** Texts were put in line and committed: they may be sent now. */
  wakeTexts: () => void;
  /** Is handed what is owed to the calendar, in the transaction of the write. */
  outbox?: Outbox;
  /** Other people's times as the calendar has them now, in a second at most; without it, what is on record decides. */
  busyElsewhere?: (from: Date, to: Date) => Promise<BusyTime[]>;
  /** The departments to which a call can be put through now; without it, none. */
  reachableDepartments?: readonly string[];
}

export interface Tool {
  name: string;
  description: string;
  /** `read` may be repeated; `write` is finished once begun and done once; `terminal` ends the call when its reply has been heard. */
  effect: 'read' | 'write' | 'terminal';
  /**
   * A write whose arguments mean something new after another write (reminders off, on, and off again): then it is done
   * again, and must bear that. Any other is done once in a call.
   */
  isRepeatable?: boolean;
  /** The least identity level of the call: 0 anybody, 1 caller ID on file or customer created in this call, 2 proved. */
  level: 0 | 1 | 2;
  /** JSON Schema for the model. */
  parameters: Record<string, unknown>;
  /** Parses untrusted arguments and runs; bad arguments come back as `invalid_args`. */
  run(args: unknown, context: ToolContext): Promise<ToolResult>;
}

/** Builds a tool from a zod object whose keys are all required (use nullable, not optional: strict mode knows no optional keys). */
export function defineTool<Shape extends z.ZodRawShape>(definition: {
  name: string;
  description: string;
  effect: Tool['effect'];
  isRepeatable?: boolean;
  level: Tool['level'];
  arguments: z.ZodObject<Shape>;
  run: (args: z.infer<z.ZodObject<Shape>>, context: ToolContext) => Promise<ToolResult>;
}): Tool {
  const { arguments: schema, run, ...rest } = definition;
  const { $schema: _, ...parameters } = z.toJSONSchema(schema.strict());
  return {
    ...rest,
    // Left out of an empty object's schema, and strict mode wants it.
    parameters: { ...parameters, required: parameters.required ?? [] },
    async run(args, context) {
      const parsed = schema.strict().safeParse(args);
      if (!parsed.success) {
        return { success: false, error: 'invalid_args', message: z.prettifyError(parsed.error) };
      }
      return run(parsed.data, context);
    },
  };
}
