/** A conversation as data: the shape of a line of a scenario file, and how the files are read. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const worldRows = z.record(z.string(), z.unknown());
const oneOrMore = <T extends z.ZodType>(schema: T) => z.union([schema, z.array(schema)]);

const faultSchema = z.union([
  z.strictObject({
    /** `*`: whichever comes. */
    tool: z.string(),
    /** Only calls whose arguments hold these. */
    when: z.record(z.string(), z.unknown()).optional(),
    error: z.string(),
    times: z.int(),
  }),
  z.strictObject({
    vendor: z.literal('openai'),
    kind: z.enum([
      'rate-limited',
      'server-error',
      'no-headers',
      'silence',
      'stall',
      'drop',
      'eof',
      'malformed',
    ]),
    times: z.int(),
    /** Before which caller turn it is set, counted from 0; default 0. */
    turn: z.int().default(0),
  }),
  z.strictObject({
    vendor: z.literal('deepgram'),
    kind: z.enum([
      'close-listen',
      'refuse-listen',
      'mute',
      'refuse-speak',
      'stall-speak',
      'close-speak',
      'nonsense',
    ]),
    times: z.int().default(1),
    turn: z.int().default(0),
  }),
  z.strictObject({
    vendor: z.literal('twilio'),
    kind: z.enum([
      'duplicate-media',
      'duplicate-webhooks',
      'ignore-marks',
      'drop-socket',
      'refuse-rest',
      'no-answer',
      'busy',
    ]),
    times: z.int().default(1),
    turn: z.int().default(0),
  }),
]);
export type ScenarioFault = z.infer<typeof faultSchema>;

const callSchema = z.object({
  name: z.string(),
  args: z.union([z.record(z.string(), z.unknown()), z.string()]),
});

/** What the scripted model answers in one caller turn: an answer to each request in order, words and tool calls. */
const modelStepSchema = z.object({ say: z.string().default(''), call: z.array(callSchema).default([]) });
export type ModelStep = z.infer<typeof modelStepSchema>;

const toolStepSchema = z.object({
  name: z.string().optional(),
  any_of: z.array(z.string()).optional(),
  args: z.record(z.string(), z.unknown()).optional(),
  group: z.int().optional(),
  optional: z.boolean().optional(),
});
export type ToolStep = z.infer<typeof toolStepSchema>;

const databaseRuleSchema = z.union([
  z.strictObject({
    table: z.string(),
    where: z.record(z.string(), z.unknown()).default({}),
    count: z.union([z.int(), z.string().regex(/^(>=|<=)\d+$/)]),
  }),
  z.strictObject({ unchanged: z.array(z.string()) }),
  z.strictObject({ no_writes: z.literal(true) }),
  z.strictObject({ calendar: z.string(), moved: z.boolean().optional(), deleted: z.boolean().optional() }),
  z.strictObject({ no_text_match: z.string(), in: oneOrMore(z.string()) }),
]);
export type DatabaseRule = z.infer<typeof databaseRuleSchema>;

const scenarioSchema = z.object({
  id: z.string(),
  flow: z.string(),
  direction: z.enum(['inbound', 'outbound']),
  caller_context: z.object({
    /** E.164 or `anonymous`. */
    phone: z.string(),
    known_customer: z.boolean(),
    now: z.iso.datetime({ offset: true }),
    fixture: z.strictObject({
      base: z.literal('F0'),
      open_slots: z.record(z.iso.date(), z.array(z.string())).default({}),
      add: z
        .strictObject({
          customers: z.array(worldRows).default([]),
          vehicles: z.array(worldRows).default([]),
          appointments: z.array(worldRows).default([]),
        })
        .optional(),
      patch: z.record(z.string(), worldRows).default({}),
      faults: z.array(faultSchema).default([]),
      call: z.record(z.string(), z.unknown()).optional(),
      answered_by: z.string().optional(),
    }),
  }),
  user_goal: z.string(),
  user_facts: z.record(z.string(), z.unknown()),
  turns: z.array(z.string()).min(1),
  /** The model's turns beside the caller's; without it the rule-based receptionist plays the model. */
  model: z.array(z.array(modelStepSchema)).optional(),
  expected: z.object({
    tools: z.array(toolStepSchema),
    forbidden_tools: z.array(z.string()),
    db: z.array(databaseRuleSchema),
    must_say: z.array(oneOrMore(z.string())),
    must_not_say: z.array(z.string()),
    outcome: oneOrMore(z.string()),
  }),
  tags: z.array(z.string()),
  notes: z.string().optional(),
});
export type Scenario = z.infer<typeof scenarioSchema>;

/** Every scenario of the `.jsonl` files in a folder, in the order of the files' names. Throws naming file and line. */
export async function readScenarios(folder: string): Promise<Scenario[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).toSorted();
  const scenarios: Scenario[] = [];
  for (const name of names) {
    const lines = (await readFile(join(folder, name), 'utf8')).split('\n');
    for (const [index, line] of lines.entries()) {
      if (line.trim() === '') continue;
      scenarios.push(readScenario(line, `${name}:${index + 1}`));
    }
  }
  const twice = scenarios.filter(({ id }, index) => scenarios.findIndex((one) => one.id === id) !== index);
  if (twice.length > 0) throw new Error(`Two scenarios are called ${twice.map(({ id }) => id).join(', ')}.`);
  return scenarios;
}

export function readScenario(line: string, place: string): Scenario {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new Error(`${place} is not JSON.`);
  }
  const parsed = scenarioSchema.safeParse(json);
  if (!parsed.success) throw new Error(`${place} is no scenario:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
