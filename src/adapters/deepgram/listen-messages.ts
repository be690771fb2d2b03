/** What live transcription sends, checked at the border. */
import { z } from 'zod';

const Results = z.object({
  type: z.literal('Results'),
  /** Seconds of audio on this connection. */
  start: z.number().nonnegative(),
  duration: z.number().nonnegative(),
  is_final: z.boolean(),
  speech_final: z.boolean().default(false),
  channel: z.object({ alternatives: z.array(z.object({ transcript: z.string() })) }),
});

const ListenMessage = z.discriminatedUnion('type', [
  Results,
  z.object({ type: z.literal('SpeechStarted') }),
  z.object({ type: z.literal('UtteranceEnd') }),
  z.object({ type: z.literal('Metadata') }),
]);

export type ListenMessage = z.infer<typeof ListenMessage>;

/** Undefined for anything else: no JSON, another type, a shape we do not know. */
export function parseListenMessage(data: string): ListenMessage | undefined {
  try {
    return ListenMessage.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}
