import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLogs } from '../../../src/db/schema.ts';
import { profileWith } from '../../dealership/world.ts';
import { openTestDatabase, type TestDatabase } from '../../support/database.ts';
import { type CallOptions, openDispatcher, readResult } from '../open-dispatcher.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const EVERYBODY = ['service_advisor', 'service_manager', 'sales', 'parts'];
const CLOSED = profileWith({ closures: [{ date: '2026-05-21', reason: 'Stocktaking' }] });
const wish = (changes: Record<string, unknown> = {}) => ({
  department: 'service_advisor',
  reason: 'caller_request',
  summary: 'Wants to talk about\n brakes.',
  ...changes,
});
let calls = 0;

async function ask(args: unknown, options: CallOptions = {}) {
  const callSid = `CAtransfer${++calls}`;
  const opened = await openDispatcher(database.db, { reachableDepartments: EVERYBODY, callSid, ...options });
  const dispatched = await opened.dispatch('transfer_to_human', args);
  const [row] = await database.db.select().from(callLogs).where(eq(callLogs.callSid, callSid));
  const { transfer } = opened.dispatcher.session;
  return { ...dispatched, result: readResult(dispatched.record.result), row, transfer };
}

describe('transfer_to_human', () => {
  it('lets the line move, and keeps for the advisor what it is about', async () => {
    const { result, ending, spoken, row, transfer } = await ask(wish());
    expect(result).toMatchObject({ success: true, data: { status: 'bridging' } });
    expect(ending).toBe('transferred');
    expect(spoken).toMatch(/put you through to a service advisor/);
    const summary = 'Wants to talk about brakes.';
    expect(transfer).toEqual({ department: 'service_advisor', reason: 'caller_request', summary, tried: 1 });
    expect(row).toMatchObject({ requiredHumanTransfer: true, summary, endedAt: null });
  });

  it('sends a caller to an advisor when the department has no number', async () => {
    const { transfer } = await ask(wish({ department: 'sales' }), {
      reachableDepartments: ['service_advisor'],
    });
    expect(transfer).toMatchObject({ department: 'service_advisor' });
  });

  it.each<[string, CallOptions, string]>([
    ['closed', { profile: CLOSED }, 'closed'],
    ['not reachable by phone', { reachableDepartments: [] }, 'unavailable'],
  ])('keeps the call with the agent when the dealership is %s', async (_, options, status) => {
    const { result, ending, row, transfer } = await ask(wish(), options);
    expect(result).toMatchObject({ success: true, data: { status } });
    expect(result.message).toMatch(/offer to take a note/);
    expect(ending).toBe('none');
    expect(transfer).toBeNull();
    expect(row).toMatchObject({ requiredHumanTransfer: true });
  });

  it('does not ring the desk again and again: after three times a note is left', async () => {
    const transfer = { department: 'parts', reason: 'other', summary: 'x' };
    const third = await ask(wish(), { session: { transfer: { ...transfer, tried: 2 } } });
    expect(third.ending).toBe('transferred');
    const fourth = await ask(wish(), { session: { transfer: { ...transfer, tried: 3 } } });
    expect(fourth.result).toMatchObject({ success: true, data: { status: 'unavailable' } });
    expect(fourth.ending).toBe('none');
  });

  it.each<[string, unknown]>([
    ['a number of the model’s own', wish({ number: '+19005550100' })],
    ['a number for a department', wish({ department: '+19005550100' })],
    ['a department that every object has', wish({ department: 'constructor' })],
    ['nothing', {}],
  ])('is refused with %s', async (_, args) => {
    const { result, ending, transfer } = await ask(args);
    expect(result).toMatchObject({ success: false, error: 'invalid_args' });
    expect(ending).toBe('none');
    expect(transfer).toBeNull();
  });

  it('never shows a number to the model', async () => {
    const { record } = await ask(wish());
    expect(record.result).not.toMatch(/\d{4}/);
    expect(record.result).not.toMatch(/ending|spoken/);
  });
});
