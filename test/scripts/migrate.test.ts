/** `npm run db:migrate` as a process: what it prints, and with which code it ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import journal from '../../drizzle/meta/_journal.json' with { type: 'json' };
import { lockDataFolder } from '../../src/db/data-folder-lock.ts';
import { openRealTestDatabase } from '../support/database.ts';
import { describeWithPostgres } from '../support/real-services.ts';
import { PATIENCE_MS, runScript } from './run-script.ts';

const migrations = journal.entries.map(({ tag }) => `  ${tag}\n`).join('');

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'migrate-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

describe('npm run db:migrate', () => {
  it('names what it applied to an empty data folder, and finds it up to date the next time', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    expect(await runScript('migrate.ts', { DATA_DIR: dataDir })).toEqual({
      code: 0,
      stdout: `Applied to the embedded database in ${dataDir}:\n${migrations}`,
      stderr: '',
    });
    expect(await runScript('migrate.ts', { DATA_DIR: dataDir })).toEqual({
      code: 0,
      stdout: `the embedded database in ${dataDir} is up to date.\n`,
      stderr: '',
    });
  });

  it('leaves a data folder alone that another process has open', { timeout: PATIENCE_MS }, async () => {
    const folder = await mkdtemp(join(dataDir, 'held-'));
    const lock = await lockDataFolder(folder);
    try {
      const { code, stdout, stderr } = await runScript('migrate.ts', { DATA_DIR: folder });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`is in use by process ${process.pid}`);
      expect(stderr).not.toContain('    at ');
    } finally {
      await lock.release();
    }
  });

  it('says in a sentence that no server answers, without the password it would have used', async () => {
    const { code, stdout, stderr } = await runScript('migrate.ts', {
      DATABASE_URL: 'postgresql://someone:hunter2@127.0.0.1:1/crm',
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^✖ 127\.0\.0\.1:1\/crm was not migrated: [^\n]*ECONNREFUSED[^\n]*\n$/);
    expect(stderr).not.toMatch(/hunter2|someone/);
  });

  it('explains a wrong address, and does not ask for the keys of vendors that it never calls', async () => {
    const { code, stderr } = await runScript('migrate.ts', {
      NODE_ENV: 'production',
      DATABASE_URL: 'mysql://someone:hunter2@db/crm',
    });
    expect(code).toBe(1);
    expect(stderr).toContain('DATABASE_URL must be a postgresql:// URL');
    expect(stderr).not.toMatch(/hunter2|TWILIO|OPENAI/);
  });
});

describeWithPostgres('npm run db:migrate on a server', () => {
  it('applies everything once, and prints the address without its user', {
    timeout: 2 * PATIENCE_MS,
  }, async () => {
    const database = await openRealTestDatabase({ migrate: false });
    try {
      const { host, pathname } = new URL(database.url);
      const first = await runScript('migrate.ts', { DATABASE_URL: database.url });
      expect(first).toEqual({ code: 0, stdout: `Applied to ${host}${pathname}:\n${migrations}`, stderr: '' });
      const second = await runScript('migrate.ts', { NEON_DATABASE_URL: database.url });
      expect(second).toEqual({ code: 0, stdout: `${host}${pathname} is up to date.\n`, stderr: '' });
    } finally {
      await database.close();
    }
  });
});
