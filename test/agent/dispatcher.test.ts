import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, type Tool, type ToolResult } from '../../src/agent/tool.ts';
import { ALL_TOOLS } from '../../src/agent/tools/all.ts';
import type { Database } from '../../src/db/connect.ts';
import { demoId, loadDemoWorld } from '../../src/dealership/demo-world.ts';
import { openTestDatabase } from '../support/database.ts';
import { booking, openDispatcher, ROBERT, readResult, SARAH, STRANGER } from './open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  await loadDemoWorld(database.db);
});
afterAll(() => database.close());

let calls = 0;
const open = (options: Parameters<typeof openDispatcher>[1] = {}) => {
  calls += 1;
  return openDispatcher(database.db, { callSid: `CA-dispatcher-${calls}`, ...options });
};

const OK: ToolResult = { success: true, data: {}, message: 'Done.' };

/** A write whose work the test decides. */
function writeTool(work: (n: number) => Promise<ToolResult>, level: 0 | 1 = 0): Tool {
  return defineTool({
    name: 'write',
    description: 'Writes.',
    effect: 'write',
    level,
    arguments: z.object({ n: z.number(), note: z.string().nullable() }),
    run: ({ n }) => work(n),
  });
}

async function countAppointments(vehicle: string): Promise<number> {
  const { rows } = await database.db.execute<{ count: number }>(
    sql`select count(*)::int as count from appointments where vehicle_id = ${demoId(vehicle)}`,
  );
  return rows[0]?.count ?? -1;
}

describe('arguments that make no sense', () => {
  const deep = '['.repeat(2_000) + ']'.repeat(2_000);
  it.each([
    ['nothing', ''],
    ['cut-off JSON', '{"date":"2026-05-26","service'],
    ['prose', 'please book Tuesday'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['a wrong type', { date: 20260526, service_type: 'oil_change', period: null, near: null }],
    ['a missing key', { date: '2026-05-26', service_type: 'oil_change', period: null }],
    [
      'a choice that does not exist',
      { date: '2026-05-26', service_type: 'oil_change', period: 'night', near: null },
    ],
    [
      'an extra key',
      { date: '2026-05-26', service_type: 'oil_change', period: null, near: null, customer_id: 'x' },
    ],
    [
      'the prototype',
      '{"__proto__":{"level":1},"date":"2026-05-26","service_type":"oil_change","period":null,"near":null}',
    ],
    ['a nest of two thousand lists', deep],
    ['a nest too deep to read', `${'['.repeat(100_000)}`],
    ['a megabyte', { date: 'x'.repeat(1_000_000), service_type: 'oil_change', period: null, near: null }],
  ])('such as %s are refused, and the tool does not run', async (_, args) => {
    const call = await open({ phone: SARAH });
    for (const name of ['get_available_slots', 'book_appointment', 'create_customer']) {
      expect(await call.use(name, args)).toMatchObject({ success: false, error: 'invalid_args' });
    }
    expect(call.faults).toEqual([]);
    expect(Object.hasOwn(Object.prototype, 'level')).toBe(false);
  });

  it('may be repaired twice; the third time the model is told to stop', async () => {
    const call = await open();
    const messages = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      messages.push((await call.use('get_available_slots', { attempt })).message);
    }
    expect(messages.map((message) => /do not try this tool again/i.test(message))).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('are forgotten after the first good ones', async () => {
    const call = await open();
    await call.use('get_available_slots', {});
    await call.use('get_available_slots', {});
    expect(await call.use('lookup_customer', { phone_number: null })).toMatchObject({ success: true });
    expect((await call.use('get_available_slots', {})).message).not.toMatch(/again/);
  });
});

describe('who may do what', () => {
  it.each(['book', 'drop_tables', 'constructor', '__proto__', ''])(
    'a tool that does not exist (%s) is not found',
    async (name) => {
      const call = await open({ phone: SARAH });
      const { record, effect } = await call.dispatch(name);
      expect(readResult(record.result)).toMatchObject({ success: false, error: 'not_found' });
      expect(effect).toBe('none');
    },
  );

  const atLevel = (level: number) => ALL_TOOLS.filter((tool) => tool.level === level).map(({ name }) => name);
  it.each(atLevel(1))('%s is refused to a caller who is not on file', async (name) => {
    for (const phone of [STRANGER, null]) {
      const call = await open({ phone });
      expect(await call.use(name, booking())).toMatchObject({ error: 'verification_required' });
    }
  });

  it.each(atLevel(2))('%s is refused to a caller known by the number only', async (name) => {
    for (const phone of [STRANGER, null, SARAH]) {
      const call = await open({ phone });
      const { record, effect } = await call.dispatch(name, { appointment: 'A1', vehicle: 'V1' });
      expect(readResult(record.result)).toMatchObject({ error: 'verification_required' });
      expect(effect).toBe('none');
    }
  });

  it('tells what is on file, and changes it, only at the level that is meant', () => {
    expect(atLevel(1)).toEqual(
      expect.arrayContaining(['create_vehicle', 'get_vehicle_info', 'book_appointment']),
    );
    expect(atLevel(2).toSorted()).toEqual([
      'cancel_appointment',
      'confirm_appointment',
      'get_appointment',
      'get_service_history',
      'get_upcoming_appointments',
      'reschedule_appointment',
    ]);
  });

  it("answers somebody else's vehicle exactly as one that does not exist", async () => {
    const call = await open({ phone: SARAH });
    const answers = [];
    for (const vehicle of ['V2', 'V99', demoId('V2'), demoId('V1'), 'Robert', "V1' or '1'='1", '']) {
      answers.push((await call.dispatch('book_appointment', booking({ vehicle }))).record.result);
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('"error":"not_found"');
  });
});

describe('one write asked more than once', () => {
  it('in parallel is one row and one answer, whatever the order of its keys', async () => {
    const call = await open({ phone: ROBERT });
    const before = await countAppointments('V2');
    const asked = booking({ customer_concerns: 'squeaks' });
    const turned = Object.fromEntries(Object.entries(asked).toReversed());
    const answers = await Promise.all([
      call.use('book_appointment', asked),
      call.use('book_appointment', turned),
      call.use('book_appointment', asked),
    ]);
    expect(answers.map(({ success }) => success)).toEqual([true, true, true]);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await countAppointments('V2')).toBe(before + 1);
  });

  it('later is not done again', async () => {
    let ran = 0;
    const call = await open({
      tools: [
        writeTool(async () => {
          ran += 1;
          return OK;
        }),
      ],
    });
    await call.use('write', { n: 1, note: null });
    await call.use('write', '{ "note": null, "n": 1.0 }');
    expect(ran).toBe(1);
  });

  it('may be tried again after a refusal', async () => {
    const answers: ToolResult[] = [{ success: false, error: 'slot_unavailable', message: 'Taken.' }, OK];
    const call = await open({ tools: [writeTool(async () => answers.shift() ?? OK)] });
    expect((await call.use('write', { n: 1, note: null })).success).toBe(false);
    expect((await call.use('write', { n: 1, note: null })).success).toBe(true);
  });

  it('is not begun again while it is late, and its answer is had when it comes', async () => {
    const gate = Promise.withResolvers<ToolResult>();
    let ran = 0;
    const call = await open({
      tools: [
        writeTool(() => {
          ran += 1;
          return gate.promise;
        }),
      ],
    });
    const first = call.use('write', { n: 1, note: null });
    call.clock.pass(5_000);
    expect(await first).toMatchObject({ success: false, error: 'unavailable' });
    const second = call.use('write', { n: 1, note: null });
    gate.resolve(OK);
    expect(await second).toMatchObject({ success: true });
    expect(ran).toBe(1);
  });

  it('waits for another write that is under way, and sees what that one did', async () => {
    const call = await open({ phone: '+13095550001' });
    const person = { last_name: 'Doe', phone_number: null, email: null };
    const answers = await Promise.all([
      call.use('create_customer', { ...person, first_name: 'Jo' }),
      call.use('create_customer', { ...person, first_name: 'Joe', phone_number: '+13095550002' }),
      call.use('create_vehicle', {
        year: 2020,
        make: 'Kia',
        model: 'Soul',
        vin: null,
        license_plate: null,
        mileage: null,
      }),
      call.use('book_appointment', booking({ scheduled_at: '2026-06-04T09:00' })),
    ]);
    expect(answers.map(({ data }) => data)).toMatchObject([
      { status: 'created' },
      { status: 'exists' },
      { vehicle: 'V1' },
      { vehicle: '2020 Kia Soul' },
    ]);
  });

  it('is limited to four different ones in a call', async () => {
    const call = await open({ tools: [writeTool(async () => OK)] });
    const answers = [];
    for (let n = 1; n <= 6; n++) answers.push((await call.use('write', { n, note: null })).error);
    expect(answers).toEqual([undefined, undefined, undefined, undefined, 'limit_reached', 'limit_reached']);
  });
});

describe('a tool in trouble', () => {
  it('that does not answer in five seconds is given up, and nobody says it was done', async () => {
    const call = await open({ tools: [writeTool(() => new Promise(() => undefined))] });
    const answer = call.use('write', { n: 1, note: null });
    call.clock.pass(4_999);
    call.clock.pass(1);
    expect(await answer).toMatchObject({
      success: false,
      error: 'unavailable',
      message: expect.stringContaining('not known whether'),
    });
  });

  it('that throws tells neither the model nor the log what the error said', async () => {
    const secret = 'insert into customers values ($1) params: 1985-06-15';
    const call = await open({
      tools: [
        writeTool(async () => {
          throw new Error(secret, { cause: new Error(secret) });
        }),
      ],
    });
    const { record, spoken } = await call.dispatch('write', { n: 1, note: null });
    expect(readResult(record.result)).toMatchObject({ success: false, error: 'unavailable' });
    expect(JSON.stringify([record, spoken, call.faults])).not.toContain('insert');
    expect(call.faults).toEqual(['write: Error']);
  });

  it('whose database is gone answers so, for every tool', async () => {
    const gone = await openTestDatabase();
    await loadDemoWorld(gone.db);
    const call = await openDispatcher(gone.db, { phone: ROBERT });
    await gone.close();
    const asked: [string, unknown][] = [
      ['lookup_customer', { phone_number: null }],
      ['get_available_slots', { date: '2026-05-26', service_type: 'oil_change', period: null, near: null }],
      ['book_appointment', booking()],
      [
        'create_vehicle',
        { year: 2020, make: 'Kia', model: 'Soul', vin: null, license_plate: null, mileage: null },
      ],
    ];
    for (const [name, args] of asked) {
      const { record } = await call.dispatch(name, args);
      expect(readResult(record.result)).toMatchObject({ success: false, error: 'unavailable' });
      expect(record.result).not.toMatch(/select|insert|\$1|pool|12175550102/i);
    }
    expect(call.faults.join()).not.toMatch(/select|insert|12175550102/i);
  });
});

describe('the session', () => {
  it('keeps what happened while a late tool ran', async () => {
    const gate = Promise.withResolvers<void>();
    const late = defineTool({
      name: 'late',
      description: 'Late.',
      effect: 'read',
      level: 0,
      arguments: z.object({}),
      async run(_, { setSession }) {
        await gate.promise;
        setSession((current) => ({ ...current, firstName: 'Late' }));
        return OK;
      },
    });
    const call = await open({ phone: ROBERT, tools: [late, ...ALL_TOOLS] });
    const running = call.use('late', {});
    expect(
      await call.use('create_vehicle', {
        year: 2020,
        make: 'Kia',
        model: 'Soul',
        vin: null,
        license_plate: null,
        mileage: null,
      }),
    ).toMatchObject({ success: true, data: { vehicle: 'V3' } });
    gate.resolve();
    await running;
    expect(call.dispatcher.session).toMatchObject({ firstName: 'Late' });
    expect(call.dispatcher.session.vehicles).toHaveLength(3);
    expect(call.sessions).toHaveLength(2);
  });
});
