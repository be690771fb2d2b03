/** Real PostgreSQL and Redis for the suites that need them, or a loud skip. Under CI with the service present a skip is a failure. */
import { connect } from 'node:net';
import { describe } from 'vitest';

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 500 });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('timeout', () => settle(false));
  });
}

async function serviceUrl(variable: string, port: number): Promise<string | undefined> {
  const url = process.env[variable];
  if (url) return url;
  if (process.env['CI'] && (await answers(port))) {
    throw new Error(
      `${variable} is not set although port ${port} answers: under CI this suite may not be skipped.`,
    );
  }
  process.stderr.write(
    `\n  SKIPPED: ${variable} is not set, so the suites that need the real server do not run.\n\n`,
  );
  return undefined;
}

export const testDatabaseUrl = await serviceUrl('TEST_DATABASE_URL', 5432);
export const testRedisUrl = await serviceUrl('TEST_REDIS_URL', 6379);

export const describeWithPostgres = describe.skipIf(testDatabaseUrl === undefined);
export const describeWithRedis = describe.skipIf(testRedisUrl === undefined);
