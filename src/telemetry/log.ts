/** The log: one JSON line an event in production, readable lines on a terminal; personal data never leaves in clear. */
import pino, { type DestinationStream, type Logger } from 'pino';
import { describeError, describeErrors, hidePrivate } from './privacy.ts';

export type Log = Logger;

/** `destination` is for tests and for scripts that draw their own screen. */
export function createLog(level: string, isPretty: boolean, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    // Errors are described while they are errors (a child's fields do not pass `formatters`); all else in the finished line.
    serializers: { err: describeError },
    formatters: { log: describeErrors },
    hooks: { streamWrite: hidePrivate },
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
