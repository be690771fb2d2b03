/** `npm run seed` as a process: it must leave a real customer alone, and say so with its exit code. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../src/db/connect.ts';
import { migrateDatabase } from '../../src/db/migrate.ts';
import { customers } from '../../src/db/schema.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/seed.ts', import.meta.url));
/** Two boots of the embedded database on a busy machine. */
const PATIENCE_MS = 90_000;

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'seed-refusal-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

interface Ending {
  code: number;
  stdout: string;
  stderr: string;
}
/** Runs with nothing of this process's environment but the path. */
function seed(...args: string[]): Promise<Ending> {
  const env = { PATH: process.env['PATH'], DATA_DIR: dataDir, NO_COLOR: '1' };
  return new Promise((resolve) => {
    execFile(process.execPath, [SCRIPT, ...args], { env, timeout: PATIENCE_MS }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ code, stdout, stderr });
    });
  });
}

describe('npm run seed', () => {
  it('explains a mistake in its options without opening a database', async () => {
    const { code, stderr } = await seed('--customers', 'lots');
    expect(code).toBe(1);
    expect(stderr).toContain('--customers is a whole number');
    expect(stderr).toContain('--reset');
  });

  it('fills an empty folder, then asks for --reset, and never touches a real customer', {
    timeout: 4 * PATIENCE_MS,
  }, async () => {
    const first = await seed('--customers', '20', '--now', '2026-05-21');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/customers +20\b/);
    expect(first.stdout).toMatch(/CLOCK_START=2026-05-21T10:00:00-05:00 npm run call -- --as \+1\d{10}$/m);

    const second = await seed('--customers', '20');
    expect(second.code).toBe(1);
    expect(second.stderr).toContain('npm run seed -- --customers 20 --reset');

    const database = await connectDatabase({ dataDir });
    await migrateDatabase(database);
    await database.db
      .insert(customers)
      .values({ firstName: 'Real', lastName: 'Person', phoneNumber: '+12175550199' });
    await database.close();
    const third = await seed('--reset');
    expect(third.code).toBe(1);
    expect(third.stderr).toContain('Nothing was changed');
    expect(third.stderr).not.toContain('Person');

    const after = await connectDatabase({ dataDir });
    try {
      expect(await after.db.$count(customers)).toBe(21);
    } finally {
      await after.close();
    }
  });
});
