/** Whether we may call or text the customer on our own account. No is taken from whoever has their phone; yes only from them. */
import { z } from 'zod';
import { setContactPreferences } from '../../dealership/preferences.ts';
import { defineTool } from '../tool.ts';

const OFF = 'No more reminder calls or texts from us to this customer.';

export const updateContactPreferences = defineTool({
  name: 'update_contact_preferences',
  description:
    'Switch reminder calls and texts off or on. When the caller says to stop calling or texting, in whatever words, switch them off at once, without asking why. To switch them on again the caller must be verified.',
  effect: 'write',
  isRepeatable: true,
  level: 1,
  arguments: z.object({ receive_reminders: z.boolean() }),
  async run({ receive_reminders }, { db, session, forgetCustomer }) {
    if (!session.customerId) {
      return {
        success: false,
        error: 'verification_required',
        message: 'There is no customer in this call.',
      };
    }
    if (receive_reminders && session.level < 2) {
      return {
        success: false,
        error: 'verification_required',
        message: 'Not changed: switching reminders on needs the caller to be verified first.',
      };
    }
    const stored = await setContactPreferences(db, {
      customerId: session.customerId,
      receiveReminders: receive_reminders,
    });
    if (!stored.ok) {
      return {
        success: false,
        error: stored.refusal.code === 'busy' ? 'unavailable' : 'not_found',
        message: 'Not stored. Try once more; if it fails again, leave a follow-up note and say honestly so.',
      };
    }
    await forgetCustomer(stored.value.phoneNumber);
    return {
      success: true,
      data: { receive_reminders },
      message: receive_reminders ? 'Reminders are on.' : `${OFF} It is in force now: confirm it.`,
      spoken: receive_reminders
        ? 'Reminders are on again. Is there anything else I can do for you?'
        : "That's done: we won't call or text you with reminders any more. Is there anything else I can do for you?",
    };
  },
});
