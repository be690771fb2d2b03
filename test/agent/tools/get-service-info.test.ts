import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/connect.ts';
import { profileWith } from '../../dealership/world.ts';
import { openTestDatabase } from '../../support/database.ts';
import { demo, openDispatcher } from '../open-dispatcher.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const ask = async (
  topic: string,
  changes: { service_type?: string | null; date?: string | null } = {},
  profile = demo,
) =>
  (await openDispatcher(database.db, { phone: null, profile })).use('get_service_info', {
    topic,
    service_type: null,
    date: null,
    ...changes,
  });

describe('what anybody may know of a service', () => {
  it('is how long it takes, its price as a range, and whether one may wait', async () => {
    const answer = await ask('service', { service_type: 'Oil Change' });
    expect(answer).toMatchObject({
      success: true,
      data: {
        service_type: 'oil_change',
        duration_minutes: 30,
        price_min: 40,
        price_max: 80,
        can_wait: true,
      },
    });
    expect(answer.message).toMatch(/between 40 and 80 dollars.*not a quote/);
  });

  it('is found by what callers call it, and comes with its note', async () => {
    expect(await ask('service', { service_type: 'check engine light' })).toMatchObject({
      data: { service_type: 'engine_diagnostics', note: expect.stringContaining('advisor') },
    });
  });

  it('has no figure where the price needs an inspection, and none where there is no charge', async () => {
    const repair = await ask('service', { service_type: 'repair' });
    expect(repair).toMatchObject({ data: { price_min: null, price_max: null } });
    expect(repair.message).toBe('The price needs an inspection first: give no figure at all.');
    expect((await ask('service', { service_type: 'recall' })).message).toMatch(/no charge/);
  });

  it.each(demo.services.map(({ code }) => [code]))('is never an exact price: %s', async (code) => {
    const { message } = await ask('service', { service_type: code });
    expect(message).not.toMatch(/(costs?|price is|exactly) \$?\d/);
    expect(message).toMatch(/between \d+ and \d+ dollars|no charge|no figure/);
  });

  it('stays vague where the dealership has one price only', async () => {
    const [first] = demo.services;
    if (!first) throw new Error('The menu is empty.');
    const flat = profileWith({ services: [{ ...first, price: { min: 50, max: 50 } }] });
    const { message } = await ask('service', { service_type: first.code }, flat);
    expect(message).toMatch(/around 50 dollars.*not a quote/);
  });

  it('that is not offered is nothing to guess at: the list comes instead', async () => {
    expect(await ask('service', { service_type: 'car wash' })).toMatchObject({
      success: false,
      error: 'not_found',
      data: { services: demo.services.map(({ say }) => say) },
    });
  });

  it('without a name is the list', async () => {
    expect(await ask('service')).toMatchObject({
      success: true,
      data: { services: expect.arrayContaining(['oil change', 'recall repair']) },
    });
  });
});

describe('the hours', () => {
  it('of an open day are from when to when', async () => {
    const answer = await ask('hours', { date: '2026-05-23' });
    expect(answer).toMatchObject({ data: { is_open: true, opens: '09:00', closes: '15:00' } });
    expect(answer.message).toBe(
      'On Saturday, May twenty-third, we are open from nine in the morning to three in the afternoon.',
    );
  });

  it.each([
    ['2026-05-25', 'Memorial Day', '2026-05-26'],
    ['2026-05-24', 'we are closed on Sundays', '2026-05-26'],
  ])('of a closed day, %s, are the reason and the next open day', async (date, reason, next) => {
    const answer = await ask('hours', { date });
    expect(answer).toMatchObject({
      data: { is_open: false, closed_reason: reason, next_open_date: next },
    });
    expect(answer.message).toContain(`(${reason}). The next day we are open is Tuesday, May twenty-sixth.`);
  });

  it('without a date are the week, whether it is open now, and the closures to come', async () => {
    expect(await ask('hours')).toMatchObject({
      data: {
        is_open_now: true,
        hours: { sunday: 'closed', saturday: { open: '09:00', close: '15:00' } },
        closures: [{ date: '2026-05-25', reason: 'Memorial Day' }],
      },
    });
  });

  it.each(['2026-02-30', 'tomorrow', ''])('of %j, which is no day, are refused', async (date) => {
    expect(await ask('hours', { date })).toMatchObject({ success: false, error: 'invalid_args' });
  });
});

describe('the dealership', () => {
  it('says where it is, by what number it is reached, and how to part with the car', async () => {
    expect(await ask('address')).toMatchObject({
      data: { street: '123 Main Street', spoken: demo.address.spoken },
    });
    expect(await ask('phone')).toMatchObject({ data: { main_phone: '+12175550100' } });
    expect(await ask('transport')).toMatchObject({
      data: { transport: ['drop_off', 'waiter', 'shuttle'], waiter_max_minutes: 60 },
      message: expect.stringContaining('drop the car off, or wait here, or take our shuttle'),
    });
  });

  it('knows no other topic', async () => {
    expect(await ask('staff')).toMatchObject({ success: false, error: 'invalid_args' });
  });
});
