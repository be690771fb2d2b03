/** Puts the caller through to a person, if one can be reached now. The model names a department, never a number. */
import { z } from 'zod';
import { cleanSummary, findDepartment, noteNeedOfPerson } from '../../dealership/transfer.ts';
import { defineTool } from '../tool.ts';

/** In one call. Whom three attempts have not reached is better called back than rung up again. */
const MAX_TRANSFERS = 3;

export const transferToHuman = defineTool({
  name: 'transfer_to_human',
  description:
    'Put the caller through to a person. Say in the same reply, before this call of the tool, that you are putting them through ("I\'ll put you through to a service advisor now"); the line moves when that has been heard. Status bridging: it moves. Status closed or unavailable: nobody can be reached now; offer to take a call-back note. The summary is for the advisor: who, which car, what they want, in two sentences.',
  effect: 'terminal',
  level: 0,
  arguments: z.object({
    department: z.enum(['service_advisor', 'service_manager', 'sales', 'parts']),
    reason: z.enum([
      'caller_request',
      'angry',
      'complaint',
      'warranty_or_insurance',
      'complex_diagnosis',
      'discount',
      'safety',
      'other',
    ]),
    summary: z.string(),
  }),
  async run(
    { department, reason, summary },
    { db, profile, session, setSession, now, reachableDepartments },
  ) {
    const cleaned = cleanSummary(summary);
    await noteNeedOfPerson(db, session.callLogId, cleaned);
    const tried = session.transfer?.tried ?? 0;
    const reachable = tried < MAX_TRANSFERS ? (reachableDepartments ?? []) : [];
    const reach = findDepartment(profile, { department, reachable, now });
    if (reach.status === 'bridging') {
      setSession((current) => ({
        ...current,
        transfer: { department: reach.department, reason, summary: cleaned, tried: tried + 1 },
      }));
      return {
        success: true,
        data: { status: 'bridging', department: reach.department },
        message: 'The line moves when your words have been heard.',
        spoken: `I'll put you through to ${NAMES[reach.department] ?? 'a colleague'} now. One moment, please.`,
        ending: 'transferred',
      };
    }
    const why =
      reach.status === 'unavailable'
        ? 'Nobody can be reached by phone from here.'
        : `We are closed now${reach.opens ? ` and open again ${reach.opens}` : ''}.`;
    return {
      success: true,
      data: {
        status: reach.status,
        ...(reach.status === 'closed' && reach.opens ? { opens: reach.opens } : {}),
      },
      message: `${why} Say so, and offer to take a note so that somebody calls back.`,
      ending: 'none',
    };
  },
});

const NAMES: Readonly<Record<string, string>> = {
  service_advisor: 'a service advisor',
  service_manager: 'the service manager',
  sales: 'our sales team',
  parts: 'our parts department',
};
