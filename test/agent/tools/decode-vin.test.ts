import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_TOOLS } from '../../../src/agent/tools/all.ts';
import type { Database } from '../../../src/db/connect.ts';
import { loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { booking, openDispatcher, SARAH } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

const decode = async (vin: string) =>
  (await openDispatcher(database.db, { phone: null })).use('decode_vin', { vin });

describe('reading out a VIN', () => {
  it('tells make and year, to be confirmed, and asks for the model', async () => {
    expect(await decode('1HG CM826 33A 004352')).toEqual({
      success: true,
      data: { valid_check_digit: true, make: 'Honda', year: 2003, model: null, suggestion: null },
      message: 'The VIN belongs to a 2003 Honda. Ask whether that is right, and for the model.',
    });
  });

  it('misheard by one character offers what was meant, to be asked and not assumed', async () => {
    const answer = await decode('1HGCM82633A004B52');
    expect(answer).toMatchObject({
      success: true,
      data: { valid_check_digit: false, make: null, year: null, suggestion: '1HGCM82633A004352' },
    });
    expect(answer.message).toMatch(/only after a yes/);
  });

  it.each([
    ['1HGPM82633A004352', 'cannot be right as heard'],
    ['1HGCM82633A00435', '16 were heard'],
    ['', '0 were heard'],
  ])('that cannot be mended (%s) is no error, and never stands in the way', async (vin, why) => {
    const answer = await decode(vin);
    expect(answer).toMatchObject({ success: true, data: { valid_check_digit: false, suggestion: null } });
    expect(answer.message).toContain(why);
    expect(answer.message).toContain('the booking does not need it');
  });

  it('that is wrong leaves the booking as possible as before', async () => {
    const call = await openDispatcher(database.db, { phone: SARAH, callSid: 'CA-vin' });
    for (let tries = 0; tries < 5; tries += 1) await call.use('decode_vin', { vin: 'WRONG' });
    expect(await call.use('book_appointment', booking({ scheduled_at: '2026-06-02T13:00' }))).toMatchObject({
      success: true,
    });
  });

  it('says nothing of recalls but that the advisor looks', async () => {
    for (const vin of ['1HGCM82633A004352', '1HGCM82633A004B52', 'x']) {
      const { data, message } = await decode(vin);
      expect(JSON.stringify([data, message])).not.toMatch(/recall/i);
    }
    const tool = ALL_TOOLS.find(({ name }) => name === 'decode_vin');
    expect(tool?.description).toContain('nothing about recalls');
  });
});
