/** Whether the tools that were called are those a scenario expects. */
import type { CallSession } from '../../src/agent/session.ts';
import { demoId } from '../../src/dealership/demo-world.ts';
import type { Scenario, ToolStep } from './scenario.ts';
import { worldSymbols } from './world.ts';

/** A call of a tool, its arguments with rows named as scenarios name them. */
export interface ToolUse {
  name: string;
  args: ReadonlyMap<string, unknown>;
  isSuccess: boolean;
}

/** What changes the dealership's records; anything else may be called more often than expected. */
const WRITES = new Set([
  'create_customer',
  'create_vehicle',
  'book_appointment',
  'reschedule_appointment',
  'confirm_appointment',
  'cancel_appointment',
  'create_follow_up_note',
  'update_contact_preferences',
  'send_sms_confirmation',
]);

/** Our words for reasons that scenarios may name more broadly. */
const ALSO_CALLED = new Map<unknown, readonly string[]>([
  ['warranty_or_insurance', ['warranty', 'insurance']],
  ['complex_diagnosis', ['complex', 'diagnosis']],
  ['service_advisor', ['service']],
]);

/** `arguments` as the model wrote them; handles become the symbols of the rows they stood for, or `new`. */
export function readToolUse(
  call: { name: string; arguments: string; isSuccess: boolean },
  session: CallSession | undefined,
): ToolUse {
  const args = new Map<string, unknown>(Object.entries(parseObject(call.arguments)));
  const customerId = session?.customerId;
  if (customerId) args.set('customer_id', nameRow(customerId));
  const vehicle = session?.vehicles.find(({ handle }) => handle === args.get('vehicle'));
  if (vehicle) args.set('vehicle_id', nameRow(vehicle.id));
  const appointment = session?.appointments.find(({ handle }) => handle === args.get('appointment'));
  if (appointment) args.set('appointment_id', nameRow(appointment.id));
  return { name: call.name, args, isSuccess: call.isSuccess };
}

function parseObject(json: string): object {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

const nameRow = (id: string) => worldSymbols.find((symbol) => demoId(symbol) === id) ?? 'new';

/** What is wrong, a line each. `used` begins with what the server did itself. */
export function gradeTools(
  used: readonly ToolUse[],
  { tools, forbidden_tools }: Scenario['expected'],
): string[] {
  const complaints: string[] = [];
  for (const name of forbidden_tools) {
    if (used.some((use) => use.name === name)) complaints.push(`${name} was called, which is forbidden`);
  }
  const matched = new Set<ToolUse>();
  let from = 0;
  for (let index = 0; index < tools.length; ) {
    const group = takeGroup(tools, index);
    index += group.length;
    let next = from;
    for (const step of group) {
      const at = used.findIndex((use, place) => place >= from && !matched.has(use) && fits(use, step));
      const use = used[at];
      if (use) {
        matched.add(use);
        if (!step.optional) next = Math.max(next, at + 1);
      } else if (!step.optional)
        complaints.push(`${describe(step)} was not called${atItsPlace(used, step, from)}`);
    }
    from = next;
  }
  for (const use of used) {
    const isAgain = [...matched].some((other) => other.name === use.name && isSame(other.args, use.args));
    if (WRITES.has(use.name) && use.isSuccess && !matched.has(use) && !isAgain) {
      complaints.push(`${use.name} ${showArgs(use.args)} was called, which nobody asked for`);
    }
  }
  return complaints;
}

function takeGroup(tools: readonly ToolStep[], index: number): ToolStep[] {
  const first = tools[index];
  if (!first) return [];
  if (first.group === undefined) return [first];
  const rest = tools.slice(index);
  const end = rest.findIndex(({ group }) => group !== first.group);
  return end < 0 ? rest : rest.slice(0, end);
}

function atItsPlace(used: readonly ToolUse[], step: ToolStep, from: number): string {
  if (used.slice(0, from).some((use) => fits(use, step))) return ' after what comes before it';
  const other = used.find((use) => names(step).includes(use.name));
  return other ? `, but ${other.name} ${showArgs(other.args)}` : '';
}

const names = (step: ToolStep) => step.any_of ?? [step.name ?? ''];

function fits(use: ToolUse, step: ToolStep): boolean {
  if (!names(step).includes(use.name)) return false;
  return Object.entries(step.args ?? {}).every(([name, wanted]) => {
    const given = use.args.get(name);
    return (Array.isArray(wanted) ? wanted : [wanted]).some((one) => isEqual(given, one));
  });
}

function isEqual(given: unknown, wanted: unknown): boolean {
  if (ALSO_CALLED.get(given)?.some((name) => name === wanted)) return true;
  // Seconds may be written out or not.
  if (typeof given === 'string' && typeof wanted === 'string' && /^\d{4}-\d\d-\d\dT/.test(wanted)) {
    return given.slice(0, 16) === wanted.slice(0, 16);
  }
  return given === wanted;
}

const isSame = (a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>) =>
  showArgs(a) === showArgs(b);
const describe = (step: ToolStep) =>
  `${names(step).join(' or ')}${step.args ? ` ${JSON.stringify(step.args)}` : ''}`;
const showArgs = (args: ReadonlyMap<string, unknown>) =>
  JSON.stringify(Object.fromEntries([...args].toSorted(([a], [b]) => (a < b ? -1 : 1))));
