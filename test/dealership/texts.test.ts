/** The line of texts: what goes into it, what is taken from it, and what is never sent. */
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/db/connect.ts';
import { textMessages } from '../../src/db/desk-schema.ts';
import { appointments, customers } from '../../src/db/schema.ts';
import type { TextOutcome } from '../../src/dealership/ports.ts';
import { setContactPreferences } from '../../src/dealership/preferences.ts';
import { composeConfirmation } from '../../src/dealership/text-wording.ts';
import { claimText, giveUpLostTexts, queueConfirmation, recordOutcome } from '../../src/dealership/texts.ts';
import { openTestDatabase } from '../support/database.ts';
import { addOwner, demo, NOW, type Owner, profileWith } from './world.ts';

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

const TUESDAY_NINE = new Date('2026-05-26T09:00:00-05:00');
let owner: Owner;
let appointmentId: string;
let bay = 0;

beforeEach(async () => {
  await database.db.delete(textMessages);
  owner = await addOwner(database.db);
  appointmentId = await addAppointment();
});

async function addAppointment(changes: Partial<typeof appointments.$inferInsert> = {}): Promise<string> {
  bay += 1;
  const scheduledAt = changes.scheduledAt ?? TUESDAY_NINE;
  const id = randomUUID();
  await database.db.insert(appointments).values({
    id,
    ...owner,
    scheduledAt,
    endsAt: new Date(scheduledAt.getTime() + 30 * 60_000),
    durationMinutes: 30,
    serviceType: 'oil_change',
    bay,
    ...changes,
  });
  return id;
}

const queue = (changes: Partial<Parameters<typeof queueConfirmation>[2]> = {}) =>
  queueConfirmation(database.db, demo, { appointmentId, customerId: owner.customerId, now: NOW, ...changes });
const claim = async () => {
  const claimed = await claimText(database.db, demo, NOW);
  if (!claimed.ok) throw new Error('The database was busy.');
  return claimed.value;
};
/** Takes the only text in line, and hears this of it. */
const send = async (outcome: TextOutcome) => {
  const text = await claim();
  if (typeof text !== 'object') throw new Error('There is no text in line.');
  await recordOutcome(database.db, text.id, outcome);
  return text;
};
const rows = () => database.db.select().from(textMessages).orderBy(textMessages.createdAt);
const statuses = async () => (await rows()).map(({ kind, status }) => `${kind} ${status}`);
const phoneOf = async () => {
  const [row] = await database.db.select().from(customers).where(eq(customers.id, owner.customerId));
  return row?.phoneNumber;
};
const accepted: TextOutcome = { status: 'accepted', messageSid: 'SM1' };
const withError = (status: 'refused' | 'not_sent' | 'unknown'): TextOutcome => ({
  status,
  error: new Error('test'),
});

describe('the words of a confirmation', () => {
  it('name the dealership, the service, the local day and time, the phone, and the way out', () => {
    expect(composeConfirmation(demo, { serviceType: 'oil_change', scheduledAt: TUESDAY_NINE })).toBe(
      "Otto's Auto: Your appointment for oil change is on Tuesday, May 26 at 9:00 AM. To change it, call 217-555-0100. Reply STOP to opt out.",
    );
  });

  it.each([
    ['2026-05-26T12:00:00-05:00', 'Tuesday, May 26 at 12:00 PM'],
    ['2026-05-26T00:05:00-05:00', 'Tuesday, May 26 at 12:05 AM'],
    ['2026-11-02T13:30:00-06:00', 'Monday, November 2 at 1:30 PM'],
  ])('say %s as %s', (at, words) => {
    expect(composeConfirmation(demo, { serviceType: 'oil_change', scheduledAt: new Date(at) })).toContain(
      words,
    );
  });

  it.each(['other', 'no_longer_on_the_menu'])(
    'name no service that has no name to say: %s',
    (serviceType) => {
      expect(composeConfirmation(demo, { serviceType, scheduledAt: TUESDAY_NINE })).toContain(
        'Your service appointment is on',
      );
    },
  );

  it('stay below two parts of a text, in letters that phones count once, for the longest names', () => {
    const [service] = demo.services;
    if (!service) throw new Error('The menu is empty.');
    const longest = profileWith({
      name: `Otto’s “Auto” – ${'Service '.repeat(20)}`,
      mainPhone: '+999123456789012',
      services: [{ ...service, say: 'lube '.repeat(40) }],
    });
    const text = composeConfirmation(longest, {
      serviceType: service.code,
      scheduledAt: new Date('2026-09-30T22:30:00-05:00'),
    });
    expect(text.length).toBeLessThan(320);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(text).toMatch(/Reply STOP to opt out\.$/);
  });
});

describe('putting a confirmation in line', () => {
  it('stores it for the number on file before anything is sent', async () => {
    expect(await queue()).toEqual({ ok: true, value: { isNew: true } });
    expect(await rows()).toMatchObject([
      { kind: 'confirmation', status: 'queued', toPhone: await phoneOf(), appointmentId, sentAt: null },
    ]);
  });

  it('again changes nothing while it waits, and sends nothing twice after it went', async () => {
    await queue();
    await queue();
    expect(await statuses()).toEqual(['confirmation queued']);
    await send(accepted);
    expect(await queue()).toEqual({ ok: true, value: { isNew: false } });
    expect(await statuses()).toEqual(['confirmation sent']);
    expect(await claim()).toBeUndefined();
  });

  it('twice at once stores one', async () => {
    await Promise.all([queue(), queue(), queue()]);
    expect(await statuses()).toEqual(['confirmation queued']);
  });

  it('after a move sends the new time once, and no third text', async () => {
    await queue();
    await send(accepted);
    const move = (at: string) =>
      database.db
        .update(appointments)
        .set({ scheduledAt: new Date(at), endsAt: new Date(Date.parse(at) + 30 * 60_000) })
        .where(eq(appointments.id, appointmentId));
    await move('2026-05-27T10:00:00-05:00');
    expect(await queue()).toEqual({ ok: true, value: { isNew: true } });
    expect(await send(accepted)).toMatchObject({
      body: expect.stringContaining('Wednesday, May 27 at 10:00 AM'),
    });
    expect(await queue()).toEqual({ ok: true, value: { isNew: false } });
    await move('2026-05-28T10:00:00-05:00');
    expect(await queue()).toEqual({ ok: false, refusal: { code: 'limit_reached' } });
    expect(await statuses()).toEqual(['confirmation sent', 'moved sent']);
  });

  it('is refused for what is not theirs, over, cancelled or no appointment, in one and the same way', async () => {
    const notFound = { ok: false, refusal: { code: 'not_found' } };
    const other = await addOwner(database.db);
    expect(await queue({ customerId: other.customerId })).toEqual(notFound);
    expect(await queue({ appointmentId: randomUUID() })).toEqual(notFound);
    expect(await queue({ appointmentId: 'A1' })).toEqual(notFound);
    expect(await queue({ now: TUESDAY_NINE.getTime() })).toEqual(notFound);
    const cancelled = await addAppointment({ status: 'cancelled', cancellationReason: 'other' });
    expect(await queue({ appointmentId: cancelled })).toEqual(notFound);
    expect(await rows()).toEqual([]);
  });

  it('is refused to who does not want to hear from us', async () => {
    await setContactPreferences(database.db, { customerId: owner.customerId, receiveReminders: false });
    expect(await queue()).toEqual({ ok: false, refusal: { code: 'opted_out' } });
    expect(await rows()).toEqual([]);
  });

  it.each(['opted_out', 'bad_number'] as const)(
    'is refused for ever to a number that was %s, also for another appointment, until there is another number',
    async (status) => {
      await queue();
      await send({ status });
      expect(await queue()).toEqual({ ok: false, refusal: { code: 'unreachable' } });
      const next = await addAppointment({ scheduledAt: new Date('2026-05-27T09:00:00-05:00') });
      expect(await queue({ appointmentId: next })).toEqual({ ok: false, refusal: { code: 'unreachable' } });
      await database.db
        .update(customers)
        .set({ phoneNumber: `+1312777${String(1000 + bay)}` })
        .where(eq(customers.id, owner.customerId));
      expect(await queue()).toEqual({ ok: true, value: { isNew: true } });
      expect(await send(accepted)).toMatchObject({ to: `+1312777${String(1000 + bay)}` });
    },
  );
});

describe('taking a text from the line', () => {
  it('gives the oldest first, each once', async () => {
    await queue();
    const second = await addAppointment({ scheduledAt: new Date('2026-05-27T09:00:00-05:00') });
    await queue({ appointmentId: second });
    expect(await claim()).toMatchObject({ to: await phoneOf(), body: expect.stringContaining('May 26') });
    expect(await claim()).toMatchObject({ body: expect.stringContaining('May 27') });
    expect(await claim()).toBeUndefined();
    expect(await statuses()).toEqual(['confirmation sending', 'confirmation sending']);
  });

  it('says the time as it is now, also when it was moved while the text waited', async () => {
    await queue();
    await database.db
      .update(appointments)
      .set({
        scheduledAt: new Date('2026-05-29T14:00:00-05:00'),
        endsAt: new Date('2026-05-29T14:30:00-05:00'),
      })
      .where(eq(appointments.id, appointmentId));
    expect(await claim()).toMatchObject({ body: expect.stringContaining('Friday, May 29 at 2:00 PM') });
    expect(await rows()).toMatchObject([{ body: expect.stringContaining('Friday, May 29 at 2:00 PM') }]);
  });

  it('drops what is cancelled', async () => {
    await queue();
    await database.db
      .update(appointments)
      .set({ status: 'cancelled', cancellationReason: 'other' })
      .where(eq(appointments.id, appointmentId));
    expect(await claim()).toBe('dropped');
    expect(await claim()).toBeUndefined();
    expect(await statuses()).toEqual(['confirmation dropped']);
  });

  it('drops what is for somebody who has just said no, and lets a new yes bring it back', async () => {
    await queue();
    const { customerId } = owner;
    await setContactPreferences(database.db, { customerId, receiveReminders: false });
    expect(await statuses()).toEqual(['confirmation dropped']);
    await setContactPreferences(database.db, { customerId, receiveReminders: true });
    expect(await claim()).toBeUndefined();
    expect(await queue()).toEqual({ ok: true, value: { isNew: true } });
    expect(await claim()).toMatchObject({ to: await phoneOf() });
  });

  it('drops a text in line when the row of the customer alone says no', async () => {
    await queue();
    await database.db
      .update(customers)
      .set({ receiveReminders: false })
      .where(eq(customers.id, owner.customerId));
    expect(await claim()).toBe('dropped');
  });
});

describe('what became of a text', () => {
  it.each([
    ['accepted', accepted, 'sent', true],
    ['opted_out', { status: 'opted_out' }, 'refused', false],
    ['bad_number', { status: 'bad_number' }, 'bad_number', false],
    ['refused', withError('refused'), 'failed', false],
    ['unknown', withError('unknown'), 'unknown', false],
    ['not_sent', withError('not_sent'), 'queued', false],
  ] as const)('%s is written down', async (_, outcome, status, isConfirmed) => {
    await queue();
    await send(outcome);
    expect(await rows()).toMatchObject([
      { status, messageSid: outcome.status === 'accepted' ? 'SM1' : null },
    ]);
    const [appointment] = await database.db
      .select()
      .from(appointments)
      .where(eq(appointments.id, appointmentId));
    expect(appointment?.confirmationSent).toBe(isConfirmed);
    expect(typeof (await claim())).toBe(status === 'queued' ? 'object' : 'undefined');
  });

  it('that nobody knows is never tried again, however often it is asked for', async () => {
    await queue();
    await send(withError('unknown'));
    expect(await queue()).toEqual({ ok: true, value: { isNew: false } });
    expect(await claim()).toBeUndefined();
  });

  it('is unknown when its sender has been gone for five minutes, and not before', async () => {
    await queue();
    const text = await claim();
    expect(await giveUpLostTexts(database.db)).toBe(0);
    await database.db.update(textMessages).set({ sentAt: new Date(Date.now() - 6 * 60_000) });
    expect(await giveUpLostTexts(database.db)).toBe(1);
    expect(await statuses()).toEqual(['confirmation unknown']);
    expect(await claim()).toBeUndefined();
    // The sender was only slow: what it knows is better than what we thought.
    if (typeof text === 'object') await recordOutcome(database.db, text.id, accepted);
    expect(await statuses()).toEqual(['confirmation sent']);
  });
});
