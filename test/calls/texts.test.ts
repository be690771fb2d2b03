/** A text under a whole application: it is asked for in a call, and arrives on the phone that is on file. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { textMessages } from '../../src/db/desk-schema.ts';
import { appointments } from '../../src/db/schema.ts';
import { demoId } from '../../src/dealership/demo-world.ts';
import { queueConfirmation } from '../../src/dealership/texts.ts';
import type { Brain } from '../../src/sandbox/openai/chat.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

const ROBERT = '+12175550102';
const eventually = (check: () => void | Promise<void>) =>
  vi.waitFor(check, { timeout: 20_000, interval: 50 });

const SCRIPT = [
  {
    name: 'book_appointment',
    arguments: {
      vehicle: 'V1',
      scheduled_at: '2026-06-09T09:00',
      service_type: 'oil_change',
      customer_concerns: null,
      transport: null,
    },
  },
  { name: 'send_sms_confirmation', arguments: { appointment: null } },
];

/** Books and texts, one after the other, whatever is said. */
const brain: Brain = ({ messages }) => {
  const next = SCRIPT[messages.filter(({ role }) => role === 'tool').length];
  return next
    ? { text: '', toolCalls: [next] }
    : { text: 'You will have a text in a moment.', toolCalls: [] };
};

const inbox = (test: TestApp) => test.app.sandbox.twilio?.messages ?? [];

describe('a text that is asked for in a call', () => {
  let test: TestApp;
  beforeAll(async () => {
    test = await startTestApp({ brain });
  }, 60_000);
  afterAll(() => test.close());

  it('is on its way right after, once, and is noted on the appointment', { timeout: 60_000 }, async () => {
    const call = await test.dial(ROBERT);
    await test.converse(call, ['Book it and text me.']);
    call.hangUp();
    await eventually(async () => {
      const rows = await test.app.database.db.select().from(textMessages);
      expect(rows).toMatchObject([{ status: 'sent', toPhone: ROBERT, messageSid: inbox(test)[0]?.sid }]);
    });
    expect(inbox(test)).toMatchObject([
      { to: ROBERT, from: '+12175550100', body: expect.stringContaining('Tuesday, June 9 at 9:00 AM') },
    ]);
    const booked = await test.app.database.db.select().from(appointments);
    expect(booked.filter(({ confirmationSent }) => confirmationSent)).toHaveLength(1);
    expect(test.logText()).not.toContain(ROBERT);
  });
});

describe('a text that a process left behind', () => {
  it('is sent within a minute by the next one', { timeout: 60_000 }, async () => {
    const test = await startTestApp({ speed: 60 });
    try {
      const queued = await queueConfirmation(test.app.database.db, test.app.profile, {
        appointmentId: demoId('A1'),
        customerId: demoId('C1'),
        now: test.app.clock.now(),
      });
      expect(queued).toMatchObject({ ok: true });
      await eventually(() => expect(inbox(test)).toHaveLength(1));
    } finally {
      await test.close();
    }
  });
});
