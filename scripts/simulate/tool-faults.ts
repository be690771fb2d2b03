/** Makes tools fail as a scenario says, in front of the dispatcher. */
import type { InterceptTool } from '../../src/agent/dispatcher.ts';
import type { ScenarioFault } from './scenario.ts';

type ToolFault = Extract<ScenarioFault, { tool: string }>;
type Refusal = NonNullable<ReturnType<InterceptTool>>;

/** Refusals as the tools word them; any other error is thrown, as a broken dependency would. */
const REFUSALS = new Map<string, Refusal>([
  [
    'slot_unavailable',
    {
      success: false,
      error: 'slot_unavailable',
      message: 'That time has just been taken. Nothing was booked. Say so and offer another time.',
    },
  ],
  [
    'limit_reached',
    { success: false, error: 'limit_reached', message: 'No more can be booked for this vehicle.' },
  ],
]);

export function createToolFaults(faults: readonly ScenarioFault[]): InterceptTool {
  const left = faults.filter((fault): fault is ToolFault => 'tool' in fault).map((fault) => ({ ...fault }));
  return ({ name, args }) => {
    const fault = left.find(
      ({ tool, when, times }) => (tool === name || tool === '*') && times > 0 && holds(args, when ?? {}),
    );
    if (!fault) return undefined;
    fault.times -= 1;
    const refusal = REFUSALS.get(fault.error);
    if (refusal) return refusal;
    throw new Error(fault.error);
  };
}

function holds(args: unknown, when: Record<string, unknown>): boolean {
  const given = new Map(typeof args === 'object' && args !== null ? Object.entries(args) : []);
  return Object.entries(when).every(([name, value]) => String(given.get(name)).startsWith(String(value)));
}
