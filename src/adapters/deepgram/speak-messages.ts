/** What streamed speech sends besides audio, checked at the border. */
import { z } from 'zod';

const SpeakMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('Metadata') }),
  z.object({ type: z.literal('Flushed') }),
  z.object({ type: z.literal('Cleared') }),
  z.object({ type: z.literal('Warning'), code: z.string().optional() }),
]);

export type SpeakMessage = z.infer<typeof SpeakMessage>;

/** Undefined for anything else: no JSON, another type, a shape we do not know. */
export function parseSpeakMessage(data: string): SpeakMessage | undefined {
  try {
    return SpeakMessage.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
