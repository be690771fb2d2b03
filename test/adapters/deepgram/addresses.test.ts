/** Where requests go without a base URL: to Deepgram itself. Caught at the socket, so nothing leaves the machine. */
import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import tls from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSpeechToText } from '../../../src/adapters/deepgram/speech-to-text.ts';
import { createTextToSpeech } from '../../../src/adapters/deepgram/text-to-speech.ts';
import { createClock } from '../../../src/lib/clock.ts';
import type { VendorError } from '../../../src/lib/vendor-error.ts';

const clock = createClock();
/** Host and port that were dialled over TLS. */
let dialled: string[];
let requests: {
  method: string | undefined;
  url: URL;
  authorization: string | undefined;
  host: string | undefined;
}[];
const catcher = createServer();

function record(request: IncomingMessage): void {
  const { authorization, host } = request.headers;
  requests.push({
    method: request.method,
    url: new URL(request.url ?? '', 'https://caught'),
    authorization,
    host,
  });
}

catcher.on('request', (request, response) => {
  record(request);
  response.writeHead(401, { connection: 'close' }).end();
});
catcher.on('upgrade', (request, socket) => {
  record(request);
  socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
});

const realConnect = tls.connect;

/** Every TLS connection of this process goes, in the clear, to the catcher. */
function divertTls(port: number): void {
  const value = (options: tls.ConnectionOptions) => {
    dialled.push(`${options.servername || options.host}:${options.port}`);
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => socket.emit('secureConnect'));
    return socket;
  };
  Object.defineProperty(tls, 'connect', { value, configurable: true, writable: true, enumerable: true });
}

beforeAll(async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  catcher.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = catcher.address();
  if (address !== null && typeof address === 'object') divertTls(address.port);
});
beforeEach(() => {
  dialled = [];
  requests = [];
});
afterAll(() => {
  Object.defineProperty(tls, 'connect', {
    value: realConnect,
    configurable: true,
    writable: true,
    enumerable: true,
  });
  catcher.closeAllConnections();
  catcher.close();
});

function listenOnce(model: string, keyterms: string[]): Promise<VendorError> {
  const { promise, resolve } = Promise.withResolvers<VendorError>();
  createSpeechToText({ apiKey: 'my-key', model, language: 'en-US', keyterms, clock }).listen({
    heard: () => {},
    failed: resolve,
  });
  return promise;
}

describe('without a base URL', () => {
  it('listens at wss://api.deepgram.com/v1/listen', async () => {
    await expect(listenOnce('nova-2-phonecall', ['Silverado', 'oil change'])).resolves.toMatchObject({
      fault: 'refused',
    });
    expect(dialled).toEqual(['api.deepgram.com:443']);
    expect(requests).toMatchObject([{ authorization: 'Token my-key', host: 'api.deepgram.com' }]);
    expect(requests[0]?.url.pathname).toBe('/v1/listen');
    const query = requests[0]?.url.searchParams ?? new URLSearchParams();
    expect(query.getAll('keywords')).toEqual(['Silverado', 'oil change']);
    query.delete('keywords');
    expect(Object.fromEntries(query)).toEqual({
      model: 'nova-2-phonecall',
      encoding: 'mulaw',
      sample_rate: '8000',
      channels: '1',
      interim_results: 'true',
      endpointing: '300',
      utterance_end_ms: '1000',
      smart_format: 'true',
      vad_events: 'true',
      language: 'en-US',
    });
  });

  it('gives the newer model its terms under the name it knows', async () => {
    await listenOnce('nova-3', ['Silverado']);
    expect(requests[0]?.url.searchParams.getAll('keyterm')).toEqual(['Silverado']);
    expect(requests[0]?.url.searchParams.has('keywords')).toBe(false);
  });

  it('speaks at wss://api.deepgram.com/v1/speak', async () => {
    const { promise, resolve } = Promise.withResolvers<VendorError>();
    createTextToSpeech({ apiKey: 'my-key', model: 'aura-2-thalia-en', clock }).open({
      audio: () => {},
      delivered: () => {},
      finished: () => {},
      failed: resolve,
    });
    await expect(promise).resolves.toMatchObject({ fault: 'refused' });
    expect(dialled).toEqual(['api.deepgram.com:443']);
    expect(requests).toMatchObject([
      { method: 'GET', authorization: 'Token my-key', host: 'api.deepgram.com' },
    ]);
    expect(requests[0]?.url.pathname).toBe('/v1/speak');
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toEqual({
      model: 'aura-2-thalia-en',
      encoding: 'mulaw',
      sample_rate: '8000',
    });
  });

  it('renders at https://api.deepgram.com/v1/speak', async () => {
    const speech = createTextToSpeech({ apiKey: 'my-key', model: 'aura-2-thalia-en', clock });
    await expect(speech.render('Hello.', AbortSignal.timeout(5000))).rejects.toMatchObject({
      fault: 'refused',
    });
    expect(dialled).toEqual(['api.deepgram.com:443']);
    expect(requests).toMatchObject([
      { method: 'POST', authorization: 'Token my-key', host: 'api.deepgram.com' },
    ]);
    expect(requests[0]?.url.pathname).toBe('/v1/speak');
    expect(Object.fromEntries(requests[0]?.url.searchParams ?? [])).toEqual({
      model: 'aura-2-thalia-en',
      encoding: 'mulaw',
      sample_rate: '8000',
      container: 'none',
    });
  });
});
