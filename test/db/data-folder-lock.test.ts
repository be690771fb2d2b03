/** The lock on a data folder, among real processes that are killed without warning. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DataFolderInUseError, lockDataFolder } from '../../src/db/data-folder-lock.ts';
import { type Child, startChild } from './child.ts';

const HOLDER = new URL('./hold-data-folder.ts', import.meta.url);
const report = z.object({ held: z.boolean(), pid: z.number().optional(), message: z.string().optional() });

let folder: string;
let children: Child[];
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'service-line-lock-')), '.data');
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.kill()));
  await rm(join(folder, '..'), { recursive: true });
});

async function startContender(): Promise<Child> {
  const child = startChild(HOLDER, folder);
  children.push(child);
  await child.next();
  return child;
}

async function tryToHold(child: Child) {
  child.send('try');
  return report.parse(await child.next());
}

describe('the lock on a data folder', () => {
  it('is refused to a second process, with the folder, the holder and the way out named', async () => {
    const [first, second] = [await startContender(), await startContender()];
    expect(await tryToHold(first)).toEqual({ held: true });
    expect(await tryToHold(second)).toEqual({
      held: false,
      pid: first.pid,
      message: `The data folder ${folder} is in use by process ${first.pid}. Stop it, or set DATA_DIR to another folder.`,
    });
  });

  it('is refused to a second taker in the same process', async () => {
    const lock = await lockDataFolder(folder);
    await expect(lockDataFolder(folder)).rejects.toThrow(DataFolderInUseError);
    await lock.release();
    await (await lockDataFolder(folder)).release();
  });

  it('goes, each time the holder is killed, to exactly one of those who race for it', async () => {
    let contenders = await Promise.all(Array.from({ length: 5 }, startContender));
    while (contenders.length > 0) {
      const reports = await Promise.all(contenders.map(tryToHold));
      const holders = contenders.filter((_, index) => reports[index]?.held);
      expect(holders).toHaveLength(1);
      await holders[0]?.kill();
      contenders = contenders.filter((child) => !holders.includes(child));
    }
  });

  it('does not take a note left by a killed process, whose id may be in use again, for a holder', async () => {
    await (await lockDataFolder(folder)).release();
    await writeFile(join(folder, 'lock.json'), JSON.stringify({ pid: process.pid, host: 'elsewhere' }));
    await (await lockDataFolder(folder)).release();
  });

  it('says that another process holds the folder when the note about the holder is unreadable', async () => {
    const lock = await lockDataFolder(folder);
    await writeFile(join(folder, 'lock.json'), '{');
    await expect(lockDataFolder(folder)).rejects.toThrow('is in use by another process.');
    await lock.release();
  });

  it('keeps the folder it makes to its user', async () => {
    await (await lockDataFolder(folder)).release();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });
});
