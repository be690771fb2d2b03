/** The calendar under a whole application: a call books, and the event is there; what others entered is not offered. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

const SARAH = '+12175550101';
const ROBERT = '+12175550102';
let test: TestApp;
beforeAll(async () => {
  test = await startTestApp();
});
afterAll(() => test.close());

const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: 15_000, interval: 50 });
const google = () => {
  const { google: sandbox } = test.app.sandbox;
  if (!sandbox) throw new Error('The stand-in for Google does not run.');
  return sandbox;
};

describe('a call and the calendar', () => {
  it('does not offer a time that somebody has taken in the calendar a moment ago', async () => {
    google().events.insert({
      id: 'training',
      start: { dateTime: '2026-05-26T07:00:00-05:00' },
      end: { dateTime: '2026-05-26T12:00:00-05:00' },
    });
    const call = await test.dial(SARAH);
    const heard = await test.converse(call, ['I need an oil change Tuesday at nine']);
    call.hangUp();
    expect(heard.at(-1)).toMatch(/isn't available.*noon/);
  });

  it('leads from a booking to an event with no more than a first name', { timeout: 60_000 }, async () => {
    const call = await test.dial(SARAH);
    await test.converse(call, ['I need an oil change Wednesday at nine', 'yes']);
    call.hangUp();
    await eventually(() =>
      expect(
        google()
          .events.all()
          .filter(({ id }) => id.startsWith('apt')),
      ).toHaveLength(1),
    );
    const [event] = google()
      .events.all()
      .filter(({ id }) => id.startsWith('apt'));
    expect(event?.summary).toMatch(/^Oil change – Sarah \(Honda Accord\)$/);
    expect(JSON.stringify(event)).not.toMatch(/Mitchell|2175550101/);
  });

  it('books on when Google takes our permission back, and /health says so', { timeout: 60_000 }, async () => {
    google().faults.next('any', 'unauthorized', 1_000);
    google().faults.next('token', 'invalid-grant', 1_000);
    const call = await test.dial(ROBERT);
    const heard = await test.converse(call, [
      'I need an oil change for my Honda next Thursday at ten in the morning',
      'yes',
    ]);
    call.hangUp();
    expect(heard.at(-1)).toContain("You're booked");
    await eventually(async () => {
      const health = await (await fetch(`${test.baseUrl}/health`)).json();
      expect(health).toMatchObject({ status: 'ok', alarms: [expect.stringContaining('google:token')] });
    });
  });
});
