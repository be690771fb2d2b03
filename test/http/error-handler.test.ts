import { connect } from 'node:net';
import { Writable } from 'node:stream';
import Fastify, { type FastifyBaseLogger } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { registerErrorHandler } from '../../src/http/error-handler.ts';
import { createLog } from '../../src/telemetry/log.ts';
import { startTestApp, type TestApp } from '../support/app.ts';

const SECRET = 'select from customers where phone = 2175550101';

async function answerTo(thrown: unknown) {
  const lines: string[] = [];
  const log: FastifyBaseLogger = createLog(
    'info',
    false,
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        lines.push(chunk.toString());
        done();
      },
    }),
  );
  const app = Fastify({ loggerInstance: log });
  registerErrorHandler(app);
  app.get('/', () => Promise.reject(thrown));
  const { statusCode, body } = await app.inject('/');
  await app.close();
  return { statusCode, body, log: lines.join('') };
}

describe('an error inside', () => {
  it.each([
    ['an error', new Error(SECRET)],
    ['one that calls itself a success', Object.assign(new Error(SECRET), { statusCode: 200 })],
    ['one with a redirect for a status', Object.assign(new Error(SECRET), { statusCode: 302 })],
    ['one with no status at all', Object.assign(new Error(SECRET), { statusCode: 42 })],
    ['one with a status of its own', Object.assign(new Error(SECRET), { statusCode: 503 })],
    ['one whose status is a word', Object.assign(new Error(SECRET), { statusCode: '400' })],
    ['one with a cause', new Error('outer', { cause: new Error(SECRET) })],
  ])('leaves as a bare 500 and is logged: %s', async (_, thrown) => {
    const { statusCode, body, log } = await answerTo(thrown);
    expect(statusCode).toBe(500);
    expect(JSON.parse(body)).toEqual({
      error: 'internal_error',
      message: 'Something went wrong on our side.',
    });
    expect(log).toContain('a request failed');
  });

  it('tells of a refusal its code and its sentence, and nothing of the cause', async () => {
    const { statusCode, body } = await answerTo(
      new AppError('not_today', 409, 'Not today.', new Error(SECRET)),
    );
    expect(statusCode).toBe(409);
    expect(JSON.parse(body)).toEqual({ error: 'not_today', message: 'Not today.' });
  });

  it('does not repeat what a refused request said', async () => {
    const { statusCode, body } = await answerTo(Object.assign(new Error(SECRET), { statusCode: 415 }));
    expect(statusCode).toBe(415);
    expect(body).not.toContain(SECRET);
  });
});

describe('the application, asked for what it does not have', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ world: false });
  });
  afterAll(() => app.close());

  it.each([
    ['GET', '/nothing'],
    ['GET', '/..%2f..%2fetc%2fpasswd'],
    ['GET', '/.env'],
    ['GET', '/incoming-call/'],
    ['POST', '/'],
    ['DELETE', '/incoming-call'],
    ['GET', '/<script>alert(1)</script>'],
  ])('says so in the same words: %s %s', async (method, path) => {
    const response = await fetch(app.baseUrl + path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: 'not_found',
      message: 'There is nothing at this address.',
    });
  });

  it('answers an address that cannot be decoded with 400, without a stack', async () => {
    const response = await fetch(`${app.baseUrl}/%zz`);
    expect(response.status).toBe(400);
    expect(await response.text()).not.toMatch(/ at |node_modules|file:/);
  });

  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nTransfer-Encoding: chunked, x\r\n\r\n',
  ])('cuts off what is not HTTP: %j', async (bytes) => {
    const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1');
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      socket.setEncoding('utf8');
      socket.on('data', (chunk) => {
        text += String(chunk);
      });
      socket.on('error', reject);
      socket.on('close', () => resolve(text));
      socket.end(bytes);
    });
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect(answer).not.toMatch(/ at |node_modules|file:/);
  });
});
