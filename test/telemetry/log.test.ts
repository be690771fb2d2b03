import { Writable } from 'node:stream';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import fc from 'fast-check';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { VendorError } from '../../src/lib/vendor-error.ts';
import { createLog, type Log } from '../../src/telemetry/log.ts';

/** What is written when `write` logs. */
function logged(write: (log: Log) => void, level = 'info'): string {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  write(createLog(level, false, destination));
  for (const line of lines) JSON.parse(line);
  return lines.join('');
}

const CANARY = 'Quimby-Xanthippe';

describe('a private field', () => {
  it.each([
    'phone',
    'callerPhone',
    'phoneNumber',
    'phone_number',
    'email',
    'firstName',
    'last_name',
    'dateOfBirth',
    'address',
    'vin',
    'text',
    'transcript',
    'arguments',
    'params',
    'token',
    'authToken',
    'apiKey',
    'refresh_token',
    'Authorization',
    'password',
    'x-twilio-signature',
  ])('is hidden at every depth, in lists and in a child’s own fields: %s', (name) => {
    const shapes = [
      { [name]: CANARY },
      { call: { [name]: CANARY } },
      { call: { customer: { vehicle: { [name]: CANARY } } } },
      { rows: [{ [name]: CANARY }, { inner: [{ [name]: CANARY }] }] },
      { call: { [name]: { first: CANARY } } },
    ];
    for (const shape of shapes) {
      expect(logged((log) => log.info(shape, 'said'))).not.toContain(CANARY);
      expect(logged((log) => log.child(shape).info('said'))).not.toContain(CANARY);
      expect(logged((log) => log.info(shape, 'said'))).toContain('[private]');
    }
  });

  it('hides nothing else', () => {
    const facts = {
      callSid: `CA${'0'.repeat(32)}`,
      reason: 'agent_end',
      seconds: 61,
      at: new Date(0),
      missing: undefined,
    };
    const line = logged((log) => log.info(facts, 'call ended'));
    expect(JSON.parse(line)).toMatchObject({
      callSid: facts.callSid,
      reason: 'agent_end',
      seconds: 61,
      at: '1970-01-01T00:00:00.000Z',
      msg: 'call ended',
    });
    expect(line).not.toContain('[private]');
  });

  it('does not trip over an object that holds itself', () => {
    const self: Record<string, unknown> = { phone: CANARY };
    self['self'] = self;
    const line = logged((log) => log.info({ self }, 'said'));
    expect(line).toContain('said');
    expect(line).not.toContain(CANARY);
  });
});

describe('personal data in a sentence', () => {
  it.each([
    ['an E.164 number', 'dialled +12175550101 twice', '+12175550101'],
    ['a number with dashes', 'dialled 217-555-0101', '217-555-0101'],
    ['a number with brackets', 'dialled (217) 555-0101.', '555-0101'],
    ['an address of mail', 'sent to ana.lopez+car@mail.example.com now', 'ana.lopez'],
    ['a VIN', 'looked up 1HGCM82633A004352', '1HGCM82633A004352'],
  ])('is hidden wherever it stands: %s', (_, sentence, secret) => {
    for (const line of [
      logged((log) => log.info(sentence)),
      logged((log) => log.info({ fault: sentence }, 'failed')),
      logged((log) => log.error({ err: new Error(sentence) }, 'failed')),
      logged((log) => log.error(new Error(sentence))),
      logged((log) => log.info('%s', sentence)),
    ]) {
      expect(line).not.toContain(secret);
      expect(line).toContain('[private]');
    }
  });

  it.each([
    '2026-05-21T10:00:00.000-05:00',
    '6f9619ff-8b86-4011-b42d-00c04fc964ff',
    `CA${'1234567890abcdef'.repeat(2)}`,
    '127.0.0.1:54321',
    'gpt-4o-2024-08-06',
    'stream-error 31921',
  ])('is not seen where there is none: %s', (harmless) => {
    expect(logged((log) => log.info({ fact: harmless }, harmless))).toContain(
      `"fact":"${harmless}","msg":"${harmless}"`,
    );
  });
});

describe('an error', () => {
  const params = [CANARY, '1990-02-03', 'said\n    at my house'];
  const query = new DrizzleQueryError(
    'insert into "customers" values ($1, $2)',
    params,
    Object.assign(new pg.DatabaseError(`invalid input syntax for type date: "${CANARY}"`, 10, 'error'), {
      code: '22007',
      detail: `Key (email)=(${CANARY}) already exists.`,
      where: CANARY,
    }),
  );

  it.each<[string, (log: Log) => void]>([
    ['in its field', (log) => log.error({ err: query }, 'a write failed')],
    ['in another field', (log) => log.error({ error: query }, 'a write failed')],
    ['without a sentence', (log) => log.error({ err: query })],
    ['alone', (log) => log.error(query)],
    ['as text', (log) => log.error({ fault: query.message }, 'a write failed')],
    ['as the sentence', (log) => log.error(query.message)],
    ['as the cause of another', (log) => log.error({ err: new Error('lost', { cause: query }) }, 'x')],
    ['in a child', (log) => log.child({ err: query }).error('a write failed')],
  ])('of the database is kept without its parameters and values, %s', (_, write) => {
    const line = logged(write);
    expect(line).not.toContain(CANARY);
    expect(line).not.toContain('1990');
    expect(line).not.toContain('my house');
    expect(line).toMatch(/insert into/);
  });

  it('of the database still says which query, which code and where in our code', () => {
    const { err } = JSON.parse(logged((log) => log.error({ err: query }, 'a write failed')));
    expect(err).toMatchObject({
      message: 'Failed query: insert into "customers" values ($1, $2)',
      cause: { code: '22007', message: 'invalid input syntax for type date: "[private]"' },
    });
    expect(err.stack).toMatch(/\n {4}at .*log\.test\.ts/);
  });

  it('of a vendor keeps its words', () => {
    const line = logged((log) =>
      log.error({ err: new VendorError('openai', 'timeout', 'no answer in 4 s') }, 'x'),
    );
    expect(line).toContain('no answer in 4 s');
  });

  it('loses its parameters whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const error = new DrizzleQueryError('select $1', [before + CANARY + after], new Error('down'));
        const line = logged((log) => {
          log.error({ err: error }, 'x');
          log.error(error);
          log.error(error.message);
        });
        expect(line).not.toContain(CANARY);
      }),
      { numRuns: 200 },
    );
  });
});

it('writes nothing below its level', () => {
  expect(logged((log) => log.debug('quiet'), 'info')).toBe('');
});
