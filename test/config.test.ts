/** What the environment may say, what comes of it, and that .env.example tells an operator the same. */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigError, environmentSchema, readConfig, SANDBOX } from '../src/config.ts';

type Environment = Record<string, string>;

const TWILIO = {
  TWILIO_ACCOUNT_SID: `AC${'1'.repeat(32)}`,
  TWILIO_AUTH_TOKEN: 'twilio-secret',
  TWILIO_PHONE_NUMBER: '+12175550111',
  PUBLIC_BASE_URL: 'https://calls.example.com',
};
const DEEPGRAM = { DEEPGRAM_API_KEY: 'deepgram-secret' };
const OPENAI = { OPENAI_API_KEY: 'openai-secret' };
const GOOGLE = {
  GOOGLE_CLIENT_ID: 'client',
  GOOGLE_CLIENT_SECRET: 'google-secret',
  GOOGLE_REFRESH_TOKEN: 'refresh-secret',
};
const PRODUCTION = { NODE_ENV: 'production', ...TWILIO, ...DEEPGRAM, ...OPENAI, ...GOOGLE };

/** The message, or `undefined` when the environment is accepted. */
function mistakesOf(environment: Environment): string | undefined {
  try {
    readConfig(environment);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

const kindsOf = ({ twilio, deepgram, openai, google }: Config) => ({
  twilio: twilio.kind,
  deepgram: deepgram.kind,
  openai: openai.kind,
  google: google.kind,
});
const ALL_SANDBOX = { twilio: 'sandbox', deepgram: 'sandbox', openai: 'sandbox', google: 'sandbox' };

describe('.env.example', () => {
  const text = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const example = parseEnv(text);
  const defaults = environmentSchema.parse({});

  it('names every variable that is read, once, and no other', () => {
    const named = text.split('\n').flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
    expect(named.toSorted()).toEqual(Object.keys(environmentSchema.shape).toSorted());
  });

  it.each(environmentSchema.keyof().options)(
    'shows the default of %s, or nothing where there is none',
    (name) => {
      const value = defaults[name];
      expect(example[name]).toBe(typeof value === 'object' ? JSON.stringify(value) : String(value ?? ''));
    },
  );

  it('may be copied to .env as it is, and changes nothing', () => {
    expect(readConfig({ ...example })).toEqual(readConfig({}));
  });

  it('explains every group of variables', () => {
    const groups = text.split(/\n\n+/).filter((group) => /^[A-Z_]+=/m.test(group));
    expect(groups.length).toBeGreaterThan(5);
    expect(groups.filter((group) => !/^# \w/m.test(group))).toEqual([]);
  });
});

describe('readConfig', () => {
  it('runs everything on this machine when nothing is set', () => {
    const config = readConfig({});
    expect(kindsOf(config)).toEqual(ALL_SANDBOX);
    expect(config).toMatchObject({
      isProduction: false,
      server: { host: '127.0.0.1', port: 3000, publicBaseUrl: 'http://127.0.0.1:3000' },
      database: { kind: 'embedded', dataDir: '.data' },
      redisUrl: undefined,
      twilio: SANDBOX.twilio,
      deepgram: { apiKey: SANDBOX.deepgramKey, sttModel: 'nova-2-phonecall', ttsModel: 'aura-2-thalia-en' },
      openai: { apiKey: SANDBOX.openaiKey, model: 'gpt-4o', fallbackModel: 'gpt-6-luna' },
      google: { ...SANDBOX.google, calendarId: 'primary' },
      transferNumbers: undefined,
      dealershipFile: undefined,
      maxCalls: 40,
      clockStart: undefined,
      logLevel: 'info',
    });
  });

  it.each<[keyof typeof ALL_SANDBOX, Environment, object]>([
    [
      'twilio',
      TWILIO,
      { accountSid: TWILIO.TWILIO_ACCOUNT_SID, authToken: 'twilio-secret', phoneNumber: '+12175550111' },
    ],
    ['deepgram', DEEPGRAM, { apiKey: 'deepgram-secret' }],
    ['openai', OPENAI, { apiKey: 'openai-secret' }],
    ['google', GOOGLE, { clientId: 'client', clientSecret: 'google-secret', refreshToken: 'refresh-secret' }],
  ])('makes %s live, and it alone, when its keys are set', (vendor, keys, expected) => {
    const config = readConfig(keys);
    expect(kindsOf(config)).toEqual({ ...ALL_SANDBOX, [vendor]: 'live' });
    expect(config[vendor]).toMatchObject({ ...expected, baseUrl: undefined });
  });

  it('accepts production with every vendor live behind https', () => {
    const config = readConfig(PRODUCTION);
    expect(kindsOf(config)).toEqual({ twilio: 'live', deepgram: 'live', openai: 'live', google: 'live' });
    expect(config).toMatchObject({
      isProduction: true,
      server: { publicBaseUrl: 'https://calls.example.com' },
    });
  });

  it.each<[string, Environment, Partial<Config>]>([
    ['a blank value as not set', { PORT: '  ', OPENAI_API_KEY: '', DATABASE_URL: '' }, readConfig({})],
    [
      'a slash at the end of the public address',
      { PUBLIC_BASE_URL: 'https://calls.example.com//' },
      { server: { host: '127.0.0.1', port: 3000, publicBaseUrl: 'https://calls.example.com' } },
    ],
    [
      'space around a value, as it comes from files of secrets, and a scheme in capitals',
      { ...OPENAI, OPENAI_API_KEY: ' k\n', PUBLIC_BASE_URL: ' HTTPS://calls.example.com ' },
      {
        server: { host: '127.0.0.1', port: 3000, publicBaseUrl: 'https://calls.example.com' },
        openai: { ...readConfig(OPENAI).openai, apiKey: 'k' },
      },
    ],
    [
      'all interfaces, which this machine reaches at its own',
      { HOST: '0.0.0.0', PORT: '8080' },
      { server: { host: '0.0.0.0', port: 8080, publicBaseUrl: 'http://127.0.0.1:8080' } },
    ],
    ['a server for the database', { DATABASE_URL: 'postgres://u:p@db/x' }, serverAt('postgres://u:p@db/x')],
    [
      "Neon's name for the database",
      { NEON_DATABASE_URL: 'postgresql://u:p@db/x?sslmode=require' },
      serverAt('postgresql://u:p@db/x?sslmode=require'),
    ],
    [
      'both names for one database',
      { DATABASE_URL: 'postgresql://db/x', NEON_DATABASE_URL: 'postgresql://db/x' },
      serverAt('postgresql://db/x'),
    ],
    ['another data folder', { DATA_DIR: '/srv/x' }, { database: { kind: 'embedded', dataDir: '/srv/x' } }],
    ['Redis over TLS', { REDIS_URL: 'rediss://cache:6380' }, { redisUrl: 'rediss://cache:6380' }],
    [
      'a clock that starts elsewhere',
      { CLOCK_START: '2026-05-21T10:00:00-05:00' },
      { clockStart: Date.UTC(2026, 4, 21, 15) },
    ],
    [
      'where callers are put through',
      { TRANSFER_NUMBERS: 'service_advisor=+12175550110, parts = +12175550111' },
      { transferNumbers: { service_advisor: '+12175550110', parts: '+12175550111' } },
    ],
    ['a dealership of its own', { DEALERSHIP_FILE: 'shop.json' }, { dealershipFile: 'shop.json' }],
    [
      'a quieter log and more calls',
      { LOG_LEVEL: 'error', MAX_CALLS: '200' },
      { logLevel: 'error', maxCalls: 200 },
    ],
    ['variables that are not ours', { PATH: '/bin', TWILIO_REGION: 'ie1' }, readConfig({})],
  ])('understands %s', (_what, environment, expected) => {
    expect(readConfig(environment)).toMatchObject(expected);
  });

  it('sends a sandbox vendor to a stand-in of your own when its address is set', () => {
    const config = readConfig({
      OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1',
      TWILIO_BASE_URL: 'http://[::1]:9',
    });
    expect(config.openai).toMatchObject({ kind: 'sandbox', baseUrl: 'http://127.0.0.1:8000/v1' });
    expect(config.twilio).toMatchObject({ kind: 'sandbox', baseUrl: 'http://[::1]:9' });
  });

  it.each<[string, Environment, readonly string[]]>([
    ['PORT', { PORT: 'three thousand' }, ['PORT must be a port number']],
    ['PORT', { PORT: '70000' }, ['PORT ']],
    ['PORT', { PORT: '30.5' }, ['PORT ']],
    ['NODE_ENV', { NODE_ENV: 'prod' }, ['NODE_ENV ', 'production']],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }, ['LOG_LEVEL ']],
    ['MAX_CALLS', { MAX_CALLS: '0' }, ['MAX_CALLS ']],
    [
      'PUBLIC_BASE_URL',
      { PUBLIC_BASE_URL: 'calls.example.com' },
      ['PUBLIC_BASE_URL must be an http or https URL'],
    ],
    ['DATABASE_URL', { DATABASE_URL: 'mysql://db/x' }, ['DATABASE_URL must be a postgresql:// URL']],
    ['REDIS_URL', { REDIS_URL: 'localhost:6379' }, ['REDIS_URL must be a redis:// or rediss:// URL']],
    [
      'TWILIO_PHONE_NUMBER',
      { ...TWILIO, TWILIO_PHONE_NUMBER: '217-555-0111' },
      ['TWILIO_PHONE_NUMBER must be E.164'],
    ],
    [
      'TWILIO_ACCOUNT_SID',
      { ...TWILIO, TWILIO_ACCOUNT_SID: 'AC12' },
      ['TWILIO_ACCOUNT_SID must be AC and 32'],
    ],
    [
      'TRANSFER_NUMBERS: a number that is none',
      { TRANSFER_NUMBERS: 'service_advisor=911' },
      ['TRANSFER_NUMBERS pair 1 must be E.164'],
    ],
    [
      'TRANSFER_NUMBERS: an unknown department',
      { TRANSFER_NUMBERS: 'parts=+12175550110,billing=+12175550111' },
      ['TRANSFER_NUMBERS pair 2 must begin with one of service_advisor, service_manager, sales, parts'],
    ],
    [
      'TRANSFER_NUMBERS: a name that every object has',
      { TRANSFER_NUMBERS: 'constructor=+12175550110' },
      ['TRANSFER_NUMBERS pair 1 must begin with'],
    ],
    [
      'TRANSFER_NUMBERS: a number without a department',
      { TRANSFER_NUMBERS: '+12175550110' },
      ['TRANSFER_NUMBERS pair 1 must be department=number'],
    ],
    [
      'TRANSFER_NUMBERS: a pair that is left open',
      { TRANSFER_NUMBERS: 'parts=+12175550110,' },
      ['TRANSFER_NUMBERS pair 2 must be department=number'],
    ],
    [
      'TRANSFER_NUMBERS: a department twice',
      { TRANSFER_NUMBERS: 'parts=+12175550110,parts=+12175550111' },
      ['TRANSFER_NUMBERS pair 2 names parts again'],
    ],
    [
      'TRANSFER_NUMBERS: our own number',
      { ...TWILIO, TRANSFER_NUMBERS: `parts=${TWILIO.TWILIO_PHONE_NUMBER}` },
      ['TRANSFER_NUMBERS names TWILIO_PHONE_NUMBER'],
    ],
    ['OPENAI_BASE_URL', { OPENAI_BASE_URL: 'ftp://models' }, ['OPENAI_BASE_URL must be']],
    ['CLOCK_START', { CLOCK_START: '2026-05-21T10:00' }, ['CLOCK_START must be an instant']],
    ['CLOCK_START', { CLOCK_START: 'yesterday' }, ['CLOCK_START must be an instant']],
    [
      'half of the Twilio keys',
      { ...TWILIO, TWILIO_AUTH_TOKEN: '', TWILIO_PHONE_NUMBER: '' },
      ['TWILIO_AUTH_TOKEN and TWILIO_PHONE_NUMBER must be set too', 'Twilio'],
    ],
    [
      'half of the Google keys',
      { ...GOOGLE, GOOGLE_REFRESH_TOKEN: '' },
      ['GOOGLE_REFRESH_TOKEN must be set too'],
    ],
    [
      'a live telephone that nobody can reach',
      { ...TWILIO, PUBLIC_BASE_URL: '' },
      ['PUBLIC_BASE_URL must be set', 'Twilio'],
    ],
    [
      'two databases',
      { DATABASE_URL: 'postgresql://db/x', NEON_DATABASE_URL: 'postgresql://db/y' },
      ['DATABASE_URL and NEON_DATABASE_URL name two databases'],
    ],
  ])('refuses a mistake in %s and says what is expected', (_what, environment, words) => {
    const message = mistakesOf(environment);
    for (const word of words) expect(message).toContain(word);
    expect(message).toMatch(/^The configuration has a mistake:\n {2}- [^\n]+$/);
  });

  it.each<[string, Environment, string]>([
    [
      'the sandbox for Twilio',
      without('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER'),
      'Twilio',
    ],
    ['the sandbox for Deepgram', without('DEEPGRAM_API_KEY'), 'Deepgram'],
    ['the sandbox for OpenAI', without('OPENAI_API_KEY'), 'OpenAI'],
    [
      'the sandbox for Google',
      without('GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET', 'GOOGLE_REFRESH_TOKEN'),
      'Google',
    ],
    [
      'a vendor with half of its keys',
      without('GOOGLE_CLIENT_SECRET'),
      'GOOGLE_CLIENT_SECRET must be set too',
    ],
    [
      'an address without TLS',
      { ...PRODUCTION, PUBLIC_BASE_URL: 'http://calls.example.com' },
      'PUBLIC_BASE_URL must begin with https://',
    ],
    [
      'an address without TLS, in capitals',
      { ...PRODUCTION, PUBLIC_BASE_URL: 'HTTP://calls.example.com' },
      'PUBLIC_BASE_URL must begin with https://',
    ],
    ['a clock that was set', { ...PRODUCTION, CLOCK_START: '2026-05-21T10:00:00-05:00' }, 'CLOCK_START'],
    [
      "the sandbox's signing token, which everybody knows",
      { ...PRODUCTION, TWILIO_AUTH_TOKEN: SANDBOX.twilio.authToken },
      'TWILIO_AUTH_TOKEN is the well-known sandbox token',
    ],
  ])('refuses, in production, %s', (_what, environment, words) => {
    const message = mistakesOf(environment);
    expect(message).toContain(words);
    expect(message).toMatch(/^The configuration has a mistake:\n {2}- [^\n]+$/);
  });

  it('allows outside production what production refuses', () => {
    for (const NODE_ENV of ['development', 'test']) {
      const relaxed = {
        NODE_ENV,
        PUBLIC_BASE_URL: 'http://calls.example.com',
        CLOCK_START: '2026-05-21T10:00:00Z',
      };
      expect(mistakesOf(relaxed)).toBeUndefined();
    }
  });

  it('reports every mistake at once, also those between variables', () => {
    const message = mistakesOf({
      NODE_ENV: 'production',
      PORT: 'x',
      REDIS_URL: 'cache',
      TWILIO_ACCOUNT_SID: TWILIO.TWILIO_ACCOUNT_SID,
      DEEPGRAM_API_KEY: 'k',
      PUBLIC_BASE_URL: 'http://calls.example.com',
      CLOCK_START: '2026-05-21T10:00:00-05:00',
    });
    const lines = message?.split('\n') ?? [];
    expect(lines[0]).toBe('The configuration has 7 mistakes:');
    expect(lines.slice(1).map((line) => /^ {2}- ([A-Z_]+)/.exec(line)?.[1])).toEqual([
      'PORT',
      'REDIS_URL',
      'TWILIO_AUTH_TOKEN',
      'OPENAI_API_KEY',
      'GOOGLE_CLIENT_ID',
      'PUBLIC_BASE_URL',
      'CLOCK_START',
    ]);
  });

  it.each(environmentSchema.keyof().options)('never repeats the value of %s in a message', (name) => {
    // Wrong for every variable that can be wrong, and half of its vendor's keys for those that cannot.
    const value = 'hunter2-S3cret';
    for (const NODE_ENV of ['development', 'production']) {
      const message = mistakesOf({ NODE_ENV, PORT: 'x', [name]: value });
      expect(message).toContain('PORT');
      expect(message).not.toContain(value);
    }
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.1:3000'],
    ['0.0.0.0', 'http://127.0.0.1:3000'],
    ['::', 'http://127.0.0.1:3000'],
    ['::1', 'http://[::1]:3000'],
    ['phone.local', 'http://phone.local:3000'],
  ])('takes the address of HOST=%s to be %s when none is given', (HOST, publicBaseUrl) => {
    expect(readConfig({ HOST }).server.publicBaseUrl).toBe(publicBaseUrl);
  });
});

function serverAt(url: string): Partial<Config> {
  return { database: { kind: 'server', url } };
}

function without(...names: string[]): Environment {
  return Object.fromEntries(Object.entries(PRODUCTION).filter(([name]) => !names.includes(name)));
}
