import { describe, expect, it } from 'vitest';
import { connectStream, dial, hangUp, sayAndHangUp } from '../../../src/adapters/twilio/twiml.ts';

const opening = '<?xml version="1.0" encoding="UTF-8"?><Response>';
const connection = {
  streamUrl: 'wss://h/media-stream',
  actionUrl: 'https://h/after-stream',
  statusUrl: 'https://h/stream-status',
  parameters: { token: 'abc & "q"' },
};

describe('the TwiML we answer with', () => {
  it('connects the caller to our stream and says where to go on', () => {
    expect(connectStream(connection)).toBe(
      `${opening}<Connect action="https://h/after-stream">` +
        '<Stream url="wss://h/media-stream" statusCallback="https://h/stream-status">' +
        '<Parameter name="token" value="abc &amp; &quot;q&quot;"/></Stream></Connect></Response>',
    );
  });

  it('speaks first when asked to', () => {
    expect(connectStream({ ...connection, say: 'One moment.' })).toContain(
      '<Response><Say>One moment.</Say><Connect',
    );
  });

  it('hangs up, with or without a last word', () => {
    expect(hangUp()).toBe(`${opening}<Hangup/></Response>`);
    expect(sayAndHangUp('Goodbye.')).toBe(`${opening}<Say>Goodbye.</Say><Hangup/></Response>`);
  });

  it('dials with our number shown and a ring time in whole seconds', () => {
    const transfer = { number: '+15551230000', callerId: '+15550001111', actionUrl: '/t', ringMs: 19_500 };
    expect(dial(transfer)).toBe(
      `${opening}<Dial callerId="+15550001111" action="/t" timeout="20">+15551230000</Dial></Response>`,
    );
  });

  it('stays well formed whatever a caller is called', () => {
    const hostile = '<Dial>+1900</Dial>\u0000\u001b\ud800"\'&';
    expect(sayAndHangUp(hostile)).toBe(
      `${opening}<Say>&lt;Dial&gt;+1900&lt;/Dial&gt;"'&amp;</Say><Hangup/></Response>`,
    );
    expect(connectStream({ ...connection, parameters: { from: hostile } })).not.toContain('<Dial>');
  });
});
