/** Keeps a data folder to one process: the embedded database lets two open it and silently loses rows of both. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

/** Another process, or another part of this one, holds the folder. */
export class DataFolderInUseError extends Error {
  readonly code = 'data_folder_in_use';
  readonly folder: string;
  /** Unknown for the instant in which the holder has not yet written it down. */
  readonly pid: number | undefined;

  constructor(folder: string, holder: Holder | undefined) {
    const who = holder
      ? `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`
      : 'another process';
    super(`The data folder ${folder} is in use by ${who}. Stop it, or set DATA_DIR to another folder.`);
    this.name = 'DataFolderInUseError';
    this.folder = folder;
    this.pid = holder?.pid;
  }
}

const holderSchema = z.object({ pid: z.number().int(), host: z.string() });
type Holder = z.infer<typeof holderSchema>;

export interface DataFolderLock {
  release(): Promise<void>;
}

/**
 * Takes the folder (created if missing, 0700) or rejects with DataFolderInUseError at once.
 *
 * The lock is the operating system's own, on the file `lock`; Node offers none, so SQLite, which Node carries, takes
 * it for us. The kernel drops it when its holder ends in any way, so there is never a stale lock to take over, no
 * process id to mistake for another, and it holds between containers that share the folder. `lock.json` only names
 * the holder for the message.
 */
export async function lockDataFolder(folder: string): Promise<DataFolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const holderFile = join(folder, 'lock.json');
  const file = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    file.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (cause) {
    file.close();
    if (isBusy(cause)) throw new DataFolderInUseError(folder, await readHolder(holderFile));
    throw cause;
  }
  await writeFile(holderFile, JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder));
  let isHeld = true;
  return {
    async release() {
      if (!isHeld) return;
      isHeld = false;
      await rm(holderFile, { force: true });
      file.close();
    },
  };
}

/** SQLITE_BUSY: https://sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}
