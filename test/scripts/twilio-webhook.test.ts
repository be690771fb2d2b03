/** `npm run twilio:webhook` as a process, against the stand-in for Twilio's REST API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from '../../src/lib/clock.ts';
import { startTwilioSandbox, type TwilioSandbox } from '../../src/sandbox/twilio/server.ts';
import { PATIENCE_MS, runScript } from './run-script.ts';

const accountSid = `AC${'1'.repeat(32)}`;
const authToken = 'hunter2-token';
const phoneNumber = '+12175550111';

let twilio: TwilioSandbox;
let live: Record<string, string>;
beforeAll(async () => {
  twilio = await startTwilioSandbox({
    clock: createClock(),
    accountSid,
    authToken,
    phoneNumbers: ['+12175550100', phoneNumber],
  });
  live = {
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_PHONE_NUMBER: phoneNumber,
    TWILIO_BASE_URL: twilio.baseUrl,
    PUBLIC_BASE_URL: 'https://calls.example.com/',
  };
});
afterAll(() => twilio.close());

const pointHere = (changes: Record<string, string> = {}) =>
  runScript('twilio-webhook.ts', { ...live, ...changes });
const urlsOf = (number: string) => {
  const found = twilio.numbers.find((one) => one.phoneNumber === number);
  return [found?.voiceUrl, found?.statusCallback, found?.voiceFallbackUrl];
};

describe('npm run twilio:webhook', { timeout: PATIENCE_MS }, () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['the token is wrong', { TWILIO_AUTH_TOKEN: 'wrong' }, /20003.* as it was\. Check TWILIO_ACCOUNT_SID/],
    [
      'the account does not own the number',
      { TWILIO_PHONE_NUMBER: '+12175550199' },
      /does not own.* as it was\./,
    ],
    ['Twilio does not answer', { TWILIO_BASE_URL: 'http://127.0.0.1:1' }, /running this again is safe/],
    [
      'the address leads nowhere from outside',
      { PUBLIC_BASE_URL: 'http://localhost:3000', TWILIO_BASE_URL: '' },
      /PUBLIC_BASE_URL is an address of this machine/,
    ],
    ['no address is set', { PUBLIC_BASE_URL: '' }, /PUBLIC_BASE_URL must be set/],
    ['half of the keys are set', { TWILIO_AUTH_TOKEN: '' }, /TWILIO_AUTH_TOKEN must be set too/],
    [
      'the telephone is the sandbox',
      { TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '', TWILIO_PHONE_NUMBER: '' },
      /the telephone is the sandbox[\s\S]*TWILIO_ACCOUNT_SID[\s\S]*PUBLIC_BASE_URL/,
    ],
  ])('changes nothing and says why when %s', async (_when, changes, words) => {
    const { code, stdout, stderr } = await pointHere(changes);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(words);
    expect(stderr).not.toMatch(/hunter2|\n {4}at /);
    expect(urlsOf(phoneNumber)).toEqual(['', '', '']);
  });

  it('sends the number here, and only that number, and says so', async () => {
    const { code, stdout, stderr } = await pointHere();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const urls = ['incoming-call', 'call-status', 'fallback'].map(
      (path) => `https://calls.example.com/${path}`,
    );
    expect(urlsOf(phoneNumber)).toEqual(urls);
    expect(urlsOf('+12175550100')).toEqual(['', '', '']);
    for (const part of [phoneNumber, ...urls]) expect(stdout).toContain(part);
    expect(stdout).not.toContain(authToken);
  });
});
