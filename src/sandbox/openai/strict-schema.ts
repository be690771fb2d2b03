/** The rules a strict tool schema must keep, as the API enforces them before the model sees anything. */
import { z } from 'zod';

const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

/** Returns what is wrong with a JSON Schema meant for `strict: true`, or undefined. Root must be an object. */
export function findSchemaFault(schema: unknown, path: readonly string[] = []): string | undefined {
  const context = `In context=(${path.map((step) => `'${step}'`).join(', ')})`;
  const parsed = nodeSchema.safeParse(schema);
  if (!parsed.success) return `${context}, schema is not an object.`;
  const node = parsed.data;
  const types = [node.type ?? []].flat();
  if (path.length === 0 && !types.includes('object')) return `${context}, schema must be of type 'object'.`;
  if (types.includes('object')) {
    if (node.additionalProperties !== false) {
      return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const required = new Set(node.required);
    const missing = Object.keys(node.properties ?? {}).find((key) => !required.has(key));
    if (missing !== undefined) {
      return `${context}, 'required' is required to include every key in properties. Missing '${missing}'.`;
    }
  }
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const fault = findSchemaFault(child, [...path, 'properties', key]);
    if (fault) return fault;
  }
  for (const [index, child] of (node.anyOf ?? []).entries()) {
    const fault = findSchemaFault(child, [...path, 'anyOf', String(index)]);
    if (fault) return fault;
  }
  return node.items === undefined ? undefined : findSchemaFault(node.items, [...path, 'items']);
}
