/** Where the rows go and for which dealership, read from the environment as the server reads it. */
import type { ConnectOptions } from '../../src/db/connect.ts';

export interface Target {
  connect: ConnectOptions;
  /** For a person; no user name and no password. */
  label: string;
  /** The dealership's own profile; undefined is the demonstration's. */
  dealershipFile: string | undefined;
}

/** Throws an Error when the address is none; the message does not repeat it, since it may hold a password. */
export function readTarget(env: NodeJS.ProcessEnv): Target {
  const dealershipFile = env['DEALERSHIP_FILE'] || undefined;
  const url = env['DATABASE_URL'] || env['NEON_DATABASE_URL'];
  if (!url) {
    const dataDir = env['DATA_DIR'] || '.data';
    return { connect: { dataDir }, label: `the embedded database in ${dataDir}`, dealershipFile };
  }
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new Error('DATABASE_URL must look like postgres://user:password@host:5432/database.');
  }
  const label = `${parsed.host || 'the local server'}${parsed.pathname}`;
  return { connect: { url }, label, dealershipFile };
}
