import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toolsFor } from '../../../src/agent/tools/all.ts';
import type { Database } from '../../../src/db/connect.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const leave = async (direction: 'inbound' | 'outbound') =>
  (await openDispatcher(database.db, { session: { direction }, callSid: `CA-${direction}` })).dispatch(
    'leave_voicemail',
  );

describe('a message on a machine', () => {
  it('is offered only in calls that we place', () => {
    const names = (direction: 'inbound' | 'outbound') => toolsFor(direction).map(({ name }) => name);
    expect(names('outbound')).toContain('leave_voicemail');
    expect(names('inbound')).not.toContain('leave_voicemail');
    expect(names('outbound').filter((name) => name !== 'leave_voicemail')).toEqual(names('inbound'));
  });

  it('ends a call that we placed', async () => {
    expect(await leave('outbound')).toMatchObject({ effect: 'terminal', record: { isSuccess: true } });
  });

  it('never ends a call of somebody who phoned us, even if the model invents the tool', async () => {
    expect(await leave('inbound')).toMatchObject({ effect: 'none', record: { isSuccess: false } });
  });
});
