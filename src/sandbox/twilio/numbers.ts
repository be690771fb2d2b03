/** The account's own phone numbers and where their calls go. */
import { randomUUID } from 'node:crypto';
import { page, RestRefusal } from './rest-answer.ts';

export interface OwnNumber {
  sid: string;
  phoneNumber: string;
  voiceUrl: string;
  voiceFallbackUrl: string;
  statusCallback: string;
}

function resource(number: OwnNumber, accountSid: string): Record<string, unknown> {
  return {
    sid: number.sid,
    account_sid: accountSid,
    api_version: '2010-04-01',
    phone_number: number.phoneNumber,
    friendly_name: number.phoneNumber,
    voice_url: number.voiceUrl,
    voice_method: 'POST',
    voice_fallback_url: number.voiceFallbackUrl,
    voice_fallback_method: 'POST',
    status_callback: number.statusCallback,
    status_callback_method: 'POST',
    capabilities: { voice: true, sms: true, mms: true },
    uri: `/2010-04-01/Accounts/${accountSid}/IncomingPhoneNumbers/${number.sid}.json`,
  };
}

export function createNumbers(accountSid: string, phoneNumbers: readonly string[]) {
  const numbers: OwnNumber[] = phoneNumbers.map((phoneNumber) => ({
    sid: `PN${randomUUID().replaceAll('-', '')}`,
    phoneNumber,
    voiceUrl: '',
    voiceFallbackUrl: '',
    statusCallback: '',
  }));
  return {
    numbers,
    list(fields: URLSearchParams): Record<string, unknown> {
      const wanted = fields.get('PhoneNumber');
      const found = numbers.filter(({ phoneNumber }) => !wanted || phoneNumber === wanted);
      return page(
        'incoming_phone_numbers',
        found.map((number) => resource(number, accountSid)),
      );
    },
    /** Throws a RestRefusal. */
    update(sid: string, fields: URLSearchParams): Record<string, unknown> {
      const number = numbers.find((one) => one.sid === sid);
      if (!number) throw new RestRefusal(404, 20_404, `The requested resource ${sid} was not found`);
      number.voiceUrl = fields.get('VoiceUrl') ?? number.voiceUrl;
      number.voiceFallbackUrl = fields.get('VoiceFallbackUrl') ?? number.voiceFallbackUrl;
      number.statusCallback = fields.get('StatusCallback') ?? number.statusCallback;
      return resource(number, accountSid);
    },
  };
}
