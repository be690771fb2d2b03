/** Leaves a message on a machine that answered our call, and ends the call when it has been played. */
import { z } from 'zod';
import { defineTool } from '../tool.ts';

export const leaveVoicemail = defineTool({
  name: 'leave_voicemail',
  description:
    'A machine has answered our call: say the voicemail message that you were given, word for word, in the same reply before calling this tool. The line closes when it has been played. With a person on the line, never.',
  effect: 'terminal',
  level: 0,
  arguments: z.object({}),
  async run(_, { session }) {
    if (session.direction !== 'outbound') {
      return {
        success: false,
        error: 'not_found',
        message: 'The caller phoned us: there is no machine to leave a message on. Go on talking.',
      };
    }
    return { success: true, data: {}, message: 'The call ends when your message has been played.' };
  },
});
