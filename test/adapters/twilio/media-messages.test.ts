import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMessageWriter, readMessage } from '../../../src/adapters/twilio/media-messages.ts';

const frame = Buffer.alloc(160, 0xff);
const format = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
const start = (body: Record<string, unknown>) => ({
  event: 'start',
  sequenceNumber: '1',
  streamSid: 'MZ1',
  start: {
    accountSid: 'AC1',
    streamSid: 'MZ1',
    callSid: 'CA1',
    tracks: ['inbound'],
    mediaFormat: format,
    ...body,
  },
});
const media = (payload: unknown, sequenceNumber: unknown = '3') => ({
  event: 'media',
  sequenceNumber,
  streamSid: 'MZ1',
  media: { track: 'inbound', chunk: '1', timestamp: '5', payload },
});
const ids = { streamSid: 'MZ1', callSid: 'CA1', accountSid: 'AC1' };
const unusable = { event: 'media', sequence: 3, audio: undefined };

describe('a message from Twilio', () => {
  it.each([
    ['connected', { event: 'connected', protocol: 'Call', version: '1.0.0' }, { event: 'connected' }],
    [
      'a start with parameters',
      start({ customParameters: { callId: 'abc' } }),
      { event: 'start', info: { ...ids, customParameters: { callId: 'abc' } } },
    ],
    ['a start without parameters', start({}), { event: 'start', info: { ...ids, customParameters: {} } }],
    [
      'a start in another encoding',
      start({ mediaFormat: { ...format, encoding: 'audio/l16' } }),
      { event: 'unusable-start' },
    ],
    ['a start without a call', start({ callSid: '' }), { event: 'unusable-start' }],
    ['audio', media(frame.toString('base64')), { event: 'media', sequence: 3, audio: frame }],
    [
      'audio numbered nonsense',
      media('/w==', 'NaN'),
      { event: 'media', sequence: undefined, audio: Buffer.from([255]) },
    ],
    [
      'audio numbered below one',
      media('/w==', '-4'),
      { event: 'media', sequence: undefined, audio: Buffer.from([255]) },
    ],
    ['audio that is empty', media(''), unusable],
    ['audio that is not base64', media('%%%%'), unusable],
    ['audio that breaks off', media('abcde'), unusable],
    ['audio that goes on after its padding', media('/w==/w=='), unusable],
    ['audio that is not text', media(7), unusable],
    ['audio longer than two seconds', media(Buffer.alloc(16_001).toString('base64')), unusable],
    [
      'our own audio',
      { ...media('/w=='), media: { track: 'outbound', payload: '/w==' } },
      { event: 'ignored' },
    ],
    [
      'a key',
      { event: 'dtmf', streamSid: 'MZ1', dtmf: { track: 'inbound_track', digit: '#' } },
      { event: 'dtmf', digit: '#' },
    ],
    ['a key no telephone has', { event: 'dtmf', dtmf: { digit: 'A' } }, { event: 'ignored' }],
    ['two keys at once', { event: 'dtmf', dtmf: { digit: '99' } }, { event: 'ignored' }],
    ['a key in another script', { event: 'dtmf', dtmf: { digit: '٣' } }, { event: 'ignored' }],
    [
      'a mark',
      { event: 'mark', sequenceNumber: '4', streamSid: 'MZ1', mark: { name: 'g1:m2' } },
      { event: 'mark', name: 'g1:m2' },
    ],
    ['the stop', { event: 'stop', sequenceNumber: '9', streamSid: 'MZ1', stop: {} }, { event: 'stop' }],
    ['something new', { event: 'weather' }, { event: 'ignored' }],
    ['null', null, { event: 'garbage' }],
    ['a list', [], { event: 'garbage' }],
    ['a number', 7, { event: 'garbage' }],
  ])('is understood: %s', (_, message, expected) => {
    expect(readMessage(JSON.stringify(message))).toEqual(expected);
  });

  it('is garbage when it is not JSON, however deep', () => {
    for (const text of ['', '{', 'hello', '['.repeat(10_000)])
      expect(readMessage(text)).toEqual({ event: 'garbage' });
  });

  it('never throws, and changes nothing global', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('media', 'start', 'dtmf', 'mark', 'stop'), (json, event) => {
        readMessage(json);
        readMessage(`{"event":"${event}","${event}":${json},"__proto__":{"polluted":true}}`);
      }),
    );
    expect('polluted' in {}).toBe(false);
  });
});

describe('a message to Twilio', () => {
  const writer = createMessageWriter('MZ"1');
  it('is the JSON Twilio documents, also for names that need escaping', () => {
    expect(JSON.parse(writer.media(new Uint8Array([255, 0])))).toEqual({
      event: 'media',
      streamSid: 'MZ"1',
      media: { payload: '/wA=' },
    });
    expect(JSON.parse(writer.mark('a"\n'))).toEqual({
      event: 'mark',
      streamSid: 'MZ"1',
      mark: { name: 'a"\n' },
    });
    expect(JSON.parse(writer.clear())).toEqual({ event: 'clear', streamSid: 'MZ"1' });
  });
});
