import { describe, expect, it } from 'vitest';
import { connectStream, dial, hangUp, sayAndHangUp } from '../../../src/adapters/twilio/twiml.ts';
import { readTwiml } from '../../../src/sandbox/twilio/twiml.ts';

const stream = {
  streamUrl: 'wss://h/media-stream',
  actionUrl: 'https://h/after?a=1&b=2',
  statusUrl: 'https://h/status',
  parameters: { token: '<&"\'>', callId: '7' },
};

describe('the TwiML reader', () => {
  it.each([
    [
      'a stream with an announcement',
      connectStream({ ...stream, say: 'Hello & welcome' }),
      [
        { verb: 'say', text: 'Hello & welcome' },
        {
          verb: 'stream',
          url: stream.streamUrl,
          parameters: stream.parameters,
          actionUrl: stream.actionUrl,
          statusUrl: stream.statusUrl,
        },
      ],
    ],
    ['a hang-up', hangUp(), [{ verb: 'hangup' }]],
    ['a last word', sayAndHangUp('Bye'), [{ verb: 'say', text: 'Bye' }, { verb: 'hangup' }]],
    [
      'a transfer',
      dial({ number: '+15551230000', callerId: '+15550001111', actionUrl: '/t', ringMs: 20_000 }),
      [{ verb: 'dial', number: '+15551230000', callerId: '+15550001111', actionUrl: '/t', ringMs: 20_000 }],
    ],
    [
      'verbs written by hand',
      "<Response> <!-- no --> <Pause length='2'/><Redirect>/x?a=1&amp;b=2</Redirect></Response>",
      [
        { verb: 'pause', ms: 2000 },
        { verb: 'redirect', url: '/x?a=1&b=2' },
      ],
    ],
    ['nothing to do', '<Response/>', []],
  ])('reads %s', (_, source, verbs) => {
    expect(readTwiml(source)).toEqual(verbs);
  });

  it.each([
    '',
    'hello',
    '<Response>',
    '<Response></Reponse>',
    '<Say/>',
    '<Response/><Response/>',
    '<Response><Sing/></Response>',
  ])('refuses %j', (source) => expect(() => readTwiml(source)).toThrow());
});
