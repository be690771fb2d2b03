/** The log: one JSON line an event in production, readable lines on a terminal; personal fields never leave in clear. */
import pino, { type DestinationStream, type Logger } from 'pino';

/** Field names that hold personal data or secrets, wherever they appear in a logged object. */
const PRIVATE = [
  'phone',
  'callerPhone',
  'phoneNumber',
  'email',
  'firstName',
  'lastName',
  'dateOfBirth',
  'address',
  'vin',
  'text',
  'transcript',
  'token',
  'authToken',
  'apiKey',
];

export type Log = Logger;

/** `destination` is for tests and for scripts that draw their own screen. */
export function createLog(level: string, isPretty: boolean, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    serializers: { err: describeError },
    redact: {
      paths: [...PRIVATE, ...PRIVATE.map((name) => `*.${name}`), 'req.headers', 'err.config'],
      censor: '[private]',
    },
  };
  if (destination) return pino(options, destination);
  if (!isPretty) return pino(options);
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' },
    },
  });
}

/** What may be kept of an error. Query parameters, which the database driver puts into its messages, hold personal data. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const { name, message, stack, cause } = error;
  const withoutParameters = (text: string) => text.replace(/\nparams:[\s\S]*?(?=\n {4}at |$)/, '');
  return {
    name,
    message: withoutParameters(message),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(stack ? { stack: withoutParameters(stack) } : {}),
    ...(cause === undefined ? {} : { cause: describeError(cause) }),
  };
}
