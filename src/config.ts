/** The environment as one typed, nested value. Every mistake is reported at once, in words a person can act on. */
import { z } from 'zod';

/** What the stand-in vendors accept. Known to everyone, so never accepted in production. */
export const SANDBOX = {
  twilio: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'sandbox-auth-token', phoneNumber: '+12175550100' },
  deepgramKey: 'sandbox-deepgram-key',
  openaiKey: 'sandbox-openai-key',
  google: { clientId: 'sandbox-client', clientSecret: 'sandbox-secret', refreshToken: 'sandbox-refresh' },
} as const;

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, such as +12175550100');
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const folder = z.string().min(1);

/** What transfer_to_human may name. */
const DEPARTMENTS = ['service_advisor', 'service_manager', 'sales', 'parts'];

/** `service_advisor=+12175550110, parts=+12175550111` */
const transferNumbers = z.string().transform((text, context) => {
  const numbers: Record<string, string> = {};
  const report = (message: string) => context.addIssue({ code: 'custom', message });
  for (const [index, pair] of text.split(',').entries()) {
    const [department = '', number = '', ...rest] = pair.split('=').map((part) => part.trim());
    const at = `pair ${index + 1}`;
    if (rest.length > 0 || !number) report(`${at} must be department=number`);
    else if (!DEPARTMENTS.includes(department))
      report(`${at} must begin with one of ${DEPARTMENTS.join(', ')}`);
    else if (!phone.safeParse(number).success) report(`${at} must be E.164, such as +12175550100`);
    else if (department in numbers) report(`${at} names ${department} again`);
    else numbers[department] = number;
  }
  return numbers;
});

/** One entry per variable of .env.example; a test compares the two. */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(3000),
  PUBLIC_BASE_URL: httpUrl.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional(),
  NEON_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgresql:// URL' }).optional(),
  DATA_DIR: folder.default('.data'),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'must be a redis:// or rediss:// URL' }).optional(),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: httpUrl.optional(),
  OPENAI_MODEL: z.string().default('gpt-4o'),
  OPENAI_FALLBACK_MODEL: z.string().default('gpt-6-luna'),
  DEEPGRAM_API_KEY: z.string().optional(),
  DEEPGRAM_BASE_URL: httpUrl.optional(),
  DEEPGRAM_STT_MODEL: z.string().default('nova-2-phonecall'),
  DEEPGRAM_TTS_MODEL: z.string().default('aura-2-thalia-en'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hexadecimal digits')
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_PHONE_NUMBER: phone.optional(),
  TWILIO_BASE_URL: httpUrl.optional(),
  TRANSFER_NUMBERS: transferNumbers.optional(),
  GOOGLE_CLIENT_ID: z.string().optional(),
  GOOGLE_CLIENT_SECRET: z.string().optional(),
  GOOGLE_REFRESH_TOKEN: z.string().optional(),
  GOOGLE_CALENDAR_ID: z.string().default('primary'),
  GOOGLE_BASE_URL: httpUrl.optional(),
  DEALERSHIP_FILE: z.string().optional(),
  MAX_CALLS: z.coerce.number('must be a number').int().min(1).max(1000).default(40),
  CLOCK_START: z.iso
    .datetime({ offset: true, error: 'must be an instant such as 2026-05-21T10:00:00-05:00' })
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});
type Environment = z.infer<typeof environmentSchema>;

export interface Config {
  isProduction: boolean;
  server: { host: string; port: number; publicBaseUrl: string };
  database: { kind: 'server'; url: string } | { kind: 'embedded'; dataDir: string };
  redisUrl: string | undefined;
  twilio: {
    kind: 'live' | 'sandbox';
    accountSid: string;
    authToken: string;
    phoneNumber: string;
    baseUrl: string | undefined;
  };
  /** Numbers by department, E.164: the only ones to which a call is ever put through. Undefined: none given. */
  transferNumbers: Readonly<Record<string, string>> | undefined;
  deepgram: {
    kind: 'live' | 'sandbox';
    apiKey: string;
    baseUrl: string | undefined;
    sttModel: string;
    ttsModel: string;
  };
  openai: {
    kind: 'live' | 'sandbox';
    apiKey: string;
    baseUrl: string | undefined;
    model: string;
    fallbackModel: string;
  };
  google: {
    kind: 'live' | 'sandbox';
    clientId: string;
    clientSecret: string;
    refreshToken: string;
    calendarId: string;
    baseUrl: string | undefined;
  };
  dealershipFile: string | undefined;
  maxCalls: number;
  /** Epoch milliseconds at which the business clock starts; undefined: the real present. */
  clockStart: number | undefined;
  logLevel: Environment['LOG_LEVEL'];
}

/** Names every mistake of the environment, one a line. */
export class ConfigError extends Error {
  constructor(mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

/** Throws ConfigError. Values are never repeated in a message: they may be secrets. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const trimmed = Object.entries(environment).map(([name, value]) => [name, value?.trim()] as const);
  const given = Object.fromEntries(trimmed.filter(([, value]) => value));
  const parsed = environmentSchema.safeParse(given);
  const mistakes = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  // Rules between variables are checked even when one of them is malformed, so that one look mends all.
  const has = (name: keyof Environment) => name in given;
  const isProduction = given['NODE_ENV'] === 'production';

  const isLive = (vendor: string, keys: (keyof Environment)[]): boolean => {
    const missing = keys.filter((key) => !has(key));
    if (missing.length === 0) return true;
    if (missing.length < keys.length) {
      mistakes.push(
        `${missing.join(' and ')} must be set too, or ${vendor} cannot be reached (unset the others to use the sandbox)`,
      );
    } else if (isProduction) {
      mistakes.push(`${keys.join(', ')} must be set: NODE_ENV=production refuses the sandbox for ${vendor}`);
    }
    return false;
  };
  const twilioLive = isLive('Twilio', ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_PHONE_NUMBER']);
  const deepgramLive = isLive('Deepgram', ['DEEPGRAM_API_KEY']);
  const openaiLive = isLive('OpenAI', ['OPENAI_API_KEY']);
  const googleLive = isLive('Google', ['GOOGLE_CLIENT_ID', 'GOOGLE_CLIENT_SECRET', 'GOOGLE_REFRESH_TOKEN']);

  if (
    has('DATABASE_URL') &&
    has('NEON_DATABASE_URL') &&
    given['DATABASE_URL'] !== given['NEON_DATABASE_URL']
  ) {
    mistakes.push('DATABASE_URL and NEON_DATABASE_URL name two databases; set one of them');
  }
  if (twilioLive && !has('PUBLIC_BASE_URL')) {
    mistakes.push('PUBLIC_BASE_URL must be set: it is the address at which Twilio reaches this server');
  }
  const ownNumber = given['TWILIO_PHONE_NUMBER'];
  if (ownNumber && (given['TRANSFER_NUMBERS'] ?? '').split(/[=,\s]+/).includes(ownNumber)) {
    mistakes.push(
      'TRANSFER_NUMBERS names TWILIO_PHONE_NUMBER: callers put through would reach the agent again',
    );
  }
  if (isProduction) {
    if (/^http:/i.test(given['PUBLIC_BASE_URL'] ?? ''))
      mistakes.push('PUBLIC_BASE_URL must begin with https:// in production');
    if (has('CLOCK_START'))
      mistakes.push('CLOCK_START is for demonstrations and tests; unset it in production');
    if (given['TWILIO_AUTH_TOKEN'] === SANDBOX.twilio.authToken)
      mistakes.push('TWILIO_AUTH_TOKEN is the well-known sandbox token');
  }
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes);

  const full = parsed.data;
  const databaseUrl = full.DATABASE_URL ?? full.NEON_DATABASE_URL;
  const reachable = full.HOST === '0.0.0.0' || full.HOST === '::' ? '127.0.0.1' : full.HOST;
  const localHost = reachable.includes(':') ? `[${reachable}]` : reachable;
  return {
    isProduction,
    server: {
      host: full.HOST,
      port: full.PORT,
      publicBaseUrl: (full.PUBLIC_BASE_URL ?? `http://${localHost}:${full.PORT}`)
        .replace(/^https?:/i, (scheme) => scheme.toLowerCase())
        .replace(/\/+$/, ''),
    },
    database: databaseUrl
      ? { kind: 'server', url: databaseUrl }
      : { kind: 'embedded', dataDir: full.DATA_DIR },
    redisUrl: full.REDIS_URL,
    twilio: {
      kind: twilioLive ? 'live' : 'sandbox',
      accountSid: full.TWILIO_ACCOUNT_SID ?? SANDBOX.twilio.accountSid,
      authToken: full.TWILIO_AUTH_TOKEN ?? SANDBOX.twilio.authToken,
      phoneNumber: full.TWILIO_PHONE_NUMBER ?? SANDBOX.twilio.phoneNumber,
      baseUrl: full.TWILIO_BASE_URL,
    },
    transferNumbers: full.TRANSFER_NUMBERS,
    deepgram: {
      kind: deepgramLive ? 'live' : 'sandbox',
      apiKey: full.DEEPGRAM_API_KEY ?? SANDBOX.deepgramKey,
      baseUrl: full.DEEPGRAM_BASE_URL,
      sttModel: full.DEEPGRAM_STT_MODEL,
      ttsModel: full.DEEPGRAM_TTS_MODEL,
    },
    openai: {
      kind: openaiLive ? 'live' : 'sandbox',
      apiKey: full.OPENAI_API_KEY ?? SANDBOX.openaiKey,
      baseUrl: full.OPENAI_BASE_URL,
      model: full.OPENAI_MODEL,
      fallbackModel: full.OPENAI_FALLBACK_MODEL,
    },
    google: {
      kind: googleLive ? 'live' : 'sandbox',
      clientId: full.GOOGLE_CLIENT_ID ?? SANDBOX.google.clientId,
      clientSecret: full.GOOGLE_CLIENT_SECRET ?? SANDBOX.google.clientSecret,
      refreshToken: full.GOOGLE_REFRESH_TOKEN ?? SANDBOX.google.refreshToken,
      calendarId: full.GOOGLE_CALENDAR_ID,
      baseUrl: full.GOOGLE_BASE_URL,
    },
    dealershipFile: full.DEALERSHIP_FILE,
    maxCalls: full.MAX_CALLS,
    clockStart: full.CLOCK_START ? Date.parse(full.CLOCK_START) : undefined,
    logLevel: full.LOG_LEVEL,
  };
}
