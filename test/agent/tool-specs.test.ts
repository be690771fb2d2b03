import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAgent } from '../../src/agent/agent.ts';
import { inboundContext, inboundPersona } from '../../src/agent/briefings/inbound.ts';
import { ALL_TOOLS } from '../../src/agent/tools/all.ts';
import type { Database } from '../../src/db/connect.ts';
import { loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { findSchemaFault } from '../../src/sandbox/openai/strict-schema.ts';
import { openTestDatabase } from '../support/database.ts';
import { createScriptedModel } from '../support/scripted-model.ts';
import { demo, openDispatcher, ROBERT, SARAH, STRANGER } from './open-dispatcher.ts';

/** What strict mode refuses or older models ignore (OpenAI, Structured Outputs, unsupported keywords). */
const FORBIDDEN = new Set(
  '$schema default pattern format minLength maxLength minimum maximum minItems maxItems allOf oneOf not'.split(
    ' ',
  ),
);

function collectKeywords(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(collectKeywords);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    // Below `properties` stand names of arguments, not keywords.
    key === 'properties' && typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(collectKeywords)
      : [key, ...collectKeywords(value)],
  );
}

describe.each(ALL_TOOLS.map((tool) => [tool.name, tool] as const))('%s', (_, tool) => {
  it('has a schema that strict mode takes', () => {
    expect(findSchemaFault(tool.parameters)).toBeUndefined();
    expect(collectKeywords(tool.parameters).filter((key) => FORBIDDEN.has(key))).toEqual([]);
  });

  it('requires every key and allows no other', () => {
    const { properties, required, additionalProperties } = tool.parameters;
    expect(required).toEqual(Object.keys(properties ?? {}));
    expect(additionalProperties).toBe(false);
  });

  it('has a name that the API takes, and says what it is for', () => {
    expect(tool.name).toMatch(/^[a-z_]{1,64}$/);
    expect(tool.description.length).toBeGreaterThan(20);
  });

  it('lets the model name no customer, no level and no row', () => {
    expect(JSON.stringify(tool.parameters)).not.toMatch(/customer_id|_id"|"level"|uuid/);
  });
});

describe('the prefix of every request', () => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    await loadDemoWorld(database.db);
  });
  afterAll(() => database.close());

  it('is the same to the byte for every caller at every time, so that the vendor can cache it', async () => {
    const prefixes = new Set<string>();
    const contexts = new Set<string>();
    for (const [index, phone] of [SARAH, ROBERT, STRANGER, null].entries()) {
      const { dispatcher, clock } = await openDispatcher(database.db, { phone });
      clock.pass(index * 86_400_000);
      const model = createScriptedModel([['Hello.']]);
      const agent = createAgent({
        model,
        dispatcher,
        persona: inboundPersona(demo),
        context: () => inboundContext(demo, dispatcher.session, clock.now()),
        cacheKey: 'key',
      });
      const history = [{ speaker: 'caller' as const, text: `I am number ${index}.` }];
      for await (const _ of agent.reply(history, new AbortController().signal));
      const [request] = model.requests;
      prefixes.add(JSON.stringify([request?.tools, request?.messages[0]]));
      contexts.add(JSON.stringify(request?.messages[1]));
    }
    expect(prefixes.size).toBe(1);
    expect(contexts.size).toBe(4);
  });
});
