import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { loadDemoWorld } from '../../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { openDispatcher, ROBERT, SARAH, STRANGER } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

const lookUp = async (phone: string | null, asked: string | null) =>
  (await openDispatcher(database.db, { phone })).use('lookup_customer', { phone_number: asked });

describe('looking up a customer', () => {
  it.each([null, ROBERT, '217-555-0102', '(217) 555 0102'])(
    'by their own number, written as %s, gives first name and cars and nothing else',
    async (asked) => {
      const result = await lookUp(ROBERT, asked);
      expect(result).toEqual({
        success: true,
        data: {
          found: true,
          customer: {
            first_name: 'Robert',
            vehicles: [
              { vehicle: 'V1', year: 2016, make: 'Honda', model: 'CR-V' },
              { vehicle: 'V2', year: 2011, make: 'Ford', model: 'F-150' },
            ],
          },
        },
        message: expect.any(String),
      });
    },
  );

  it.each([ROBERT, STRANGER, null])(
    'by another number answers the same whether it is on file or not (caller %s)',
    async (phone) => {
      const answers = await Promise.all(
        [SARAH, '217 555 0101', '+12175550177', '911', 'Sarah Mitchell', ''].map((asked) =>
          lookUp(phone, asked),
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]).toMatchObject({ success: true, data: { found: false } });
    },
  );

  it.each([STRANGER, null])(
    'by an own number that is not on file finds nobody (caller %s)',
    async (phone) => {
      expect(await lookUp(phone, null)).toMatchObject({ success: true, data: { found: false } });
    },
  );
});
