import twilio from 'twilio';
import { describe, expect, it } from 'vitest';
import { createSignatureCheck } from '../../../src/adapters/twilio/signature.ts';

const authToken = '12345';
const params = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675310',
  Digits: '1234',
  From: '+14158675310',
  To: '+18005551212',
};
const path = '/myapp.php?foo=1&bar=2';
const signature = 'L/OH5YylLD5NRKLltdqwSvS0BnU=';
const check = createSignatureCheck({ authToken, publicBaseUrl: 'https://example.com' });

describe('the signature of a webhook', () => {
  it('is recognised on the published example', () => {
    expect(check.isWebhook(path, params, signature)).toBe(true);
  });

  it('is recognised whether or not the configured address ends in a slash or names the standard port', () => {
    for (const publicBaseUrl of ['https://example.com/', 'https://example.com:443']) {
      expect(createSignatureCheck({ authToken, publicBaseUrl }).isWebhook(path, params, signature)).toBe(
        true,
      );
    }
  });

  const { To: _, ...withoutTo } = params;
  it.each([
    ['a parameter was altered', 'https://example.com', path, { ...params, Digits: '1235' }, signature],
    ['a parameter was added', 'https://example.com', path, { ...params, Extra: '' }, signature],
    ['a parameter was removed', 'https://example.com', path, withoutTo, signature],
    ['the path is another', 'https://example.com', '/other', params, signature],
    ['the host is another', 'https://mycompany.com', path, params, signature],
    ['it was made for http and we are https', 'http://example.com', path, params, signature],
    ['it is missing', 'https://example.com', path, params, undefined],
    ['it is empty', 'https://example.com', path, params, ''],
    ['it is not base64', 'https://example.com', path, params, 'ÿ🙂'],
    ['our own address is not a URL', 'not a url', path, params, signature],
  ])('is refused, not thrown, when %s', (_, publicBaseUrl, at, fields, given) => {
    expect(createSignatureCheck({ authToken, publicBaseUrl }).isWebhook(at, fields, given)).toBe(false);
  });

  it('is refused without a token, since anybody could make it', () => {
    const forged = twilio.getExpectedTwilioSignature('', 'https://example.com/a', {});
    const open = createSignatureCheck({ authToken: '', publicBaseUrl: 'https://example.com' });
    expect(open.isWebhook('/a', {}, forged)).toBe(false);
  });
});

describe('the signature of a WebSocket handshake', () => {
  const sign = (url: string, token = authToken) => twilio.getExpectedTwilioSignature(token, url, {});
  const local = createSignatureCheck({ authToken, publicBaseUrl: 'http://127.0.0.1:3000' });

  it.each([
    'wss://example.com/media-stream',
    'wss://example.com/media-stream/',
    'https://example.com/media-stream',
    'https://example.com/media-stream/',
  ])('is accepted over %s', (url) => {
    expect(check.isUpgrade('/media-stream', sign(url))).toBe(true);
    expect(check.isUpgrade('/media-stream/', sign(url))).toBe(true);
  });

  it.each(['ws://127.0.0.1:3000/media-stream', 'http://127.0.0.1:3000/media-stream/'])(
    'is accepted on a plain address over %s',
    (url) => expect(local.isUpgrade('/media-stream', sign(url))).toBe(true),
  );

  it.each([
    ['another token', sign('wss://example.com/media-stream', 'other')],
    ['another path', sign('wss://example.com/elsewhere')],
    ['another host', sign('wss://example.org/media-stream')],
    ['a plain scheme', sign('ws://example.com/media-stream')],
    ['nothing', undefined],
  ])('is refused over %s', (_, given) => {
    expect(check.isUpgrade('/media-stream', given)).toBe(false);
  });
});
