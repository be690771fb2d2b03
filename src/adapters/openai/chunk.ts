/** Reads the records of a streamed answer and puts tool calls back together from their fragments. */
import { z } from 'zod';
import type { TokenUsage, ToolCall } from '../../agent/ports.ts';

const fragmentSchema = z.object({
  index: z.int().nonnegative(),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});

const chunkSchema = z.object({
  model: z.string().nullish(),
  choices: z.array(
    z.object({
      delta: z.object({
        content: z.string().nullish(),
        refusal: z.string().nullish(),
        tool_calls: z.array(fragmentSchema).nullish(),
      }),
      finish_reason: z.string().nullish(),
    }),
  ),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      prompt_tokens_details: z.object({ cached_tokens: z.number().nullish() }).nullish(),
    })
    .nullish(),
});

type Fragment = z.infer<typeof fragmentSchema>;

export interface Chunk {
  /** Which model answers, as the vendor names it: often a dated version of the one asked for. */
  model: string | undefined;
  /** Words to say; the model's own words of refusal are said like any other. */
  words: string;
  fragments: Fragment[];
  finishReason: string | undefined;
  usage: TokenUsage | undefined;
}

/** Undefined when the record is not what the API promises. The usage record has no choices at all. */
export function readChunk(record: unknown): Chunk | undefined {
  const parsed = chunkSchema.safeParse(record);
  if (!parsed.success) return undefined;
  const { choices, usage } = parsed.data;
  const choice = choices[0];
  return {
    model: parsed.data.model || undefined,
    words: (choice?.delta.content ?? '') + (choice?.delta.refusal ?? ''),
    fragments: choice?.delta.tool_calls ?? [],
    finishReason: choice?.finish_reason ?? undefined,
    usage: usage
      ? {
          promptTokens: usage.prompt_tokens,
          cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
          completionTokens: usage.completion_tokens,
        }
      : undefined,
  };
}

export interface CallAssembly {
  add(fragments: readonly Fragment[]): void;
  /** The calls in the model's order; undefined when one never got its id or name. */
  finish(): ToolCall[] | undefined;
}

/** Fragments belong together by `index`; only the first of a call carries id and name. */
export function assembleCalls(): CallAssembly {
  const byIndex = new Map<number, ToolCall>();
  return {
    add(fragments) {
      for (const { index, id, function: part } of fragments) {
        const call = byIndex.get(index) ?? { id: '', name: '', arguments: '' };
        byIndex.set(index, {
          id: call.id || (id ?? ''),
          name: call.name || (part?.name ?? ''),
          arguments: call.arguments + (part?.arguments ?? ''),
        });
      }
    },
    finish() {
      const calls = [...byIndex].sort(([a], [b]) => a - b).map(([, call]) => call);
      return calls.every((call) => call.id !== '' && call.name !== '') ? calls : undefined;
    },
  };
}
