/** Where the rows go, read from the environment as the server reads it. */
import type { ConnectOptions } from '../../src/db/connect.ts';

export interface Target {
  connect: ConnectOptions;
  /** For a person; no user name and no password. */
  label: string;
}

/** Throws an Error when the address is none; the message does not repeat it, since it may hold a password. */
export function readTarget(env: NodeJS.ProcessEnv): Target {
  const url = env['DATABASE_URL'] || env['NEON_DATABASE_URL'];
  if (!url) {
    const dataDir = env['DATA_DIR'] || '.data';
    return { connect: { dataDir }, label: `the embedded database in ${dataDir}` };
  }
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new Error('DATABASE_URL must look like postgres://user:password@host:5432/database.');
  }
  return { connect: { url }, label: `${parsed.host || 'the local server'}${parsed.pathname}` };
}
