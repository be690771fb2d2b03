/** Ends the call once the goodbye in the same reply has been heard. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';

export const endCall = defineTool({
  name: 'end_call',
  description:
    'End the call. Say goodbye in the same reply, in words before this call of the tool. The line closes when the goodbye has been heard.',
  effect: 'terminal',
  level: 0,
  arguments: z.object({
    reason: z.enum(['completed', 'caller_request', 'no_input', 'wrong_number', 'abuse']),
  }),
  async run({ reason }) {
    return { success: true, data: { reason }, message: 'The call ends when your goodbye has been heard.' };
  },
});
