/** Starts, watches and stops the embedded database: PostgreSQL in WebAssembly on a thread of its own, behind a socket. */
import { access, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataFolderLock, lockDataFolder } from './data-folder-lock.ts';
import { startThread } from './watched-thread.ts';

export type EmbeddedOptions =
  | {
      /** The folder that keeps the data; created if missing, held by one process at a time. */
      dataDir: string;
    }
  | {
      /** Nothing is kept. `template`: a dumped cluster (tar.gz) to start from instead of an empty one. */
      inMemory: { template?: string };
    };

/** The embedded database did not start, did not stop, or stopped by itself. */
export class EmbeddedDatabaseError extends Error {
  readonly code = 'embedded_database_failed';

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'EmbeddedDatabaseError';
  }
}

export interface Embedded {
  /** For pg: a unix socket's folder, or 127.0.0.1, and a port. There is no password. */
  address: { host: string; port: number };
  /** Writes everything out, ends the thread and lets go of the folder. */
  stop(): Promise<void>;
}

/** A first start takes 2.6 s on two idle cores and was seen to take 8 s on busy ones. */
const START_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 10_000;

/** pg looks for `.s.PGSQL.<port>` in the folder it is given as host. */
const SOCKET_PORT = 5432;
/** The system's limit on a socket's path, less a margin: 104 bytes on macOS, 108 on Linux. */
const LONGEST_SOCKET_PATH = 100;

/** `onCrash` is told, once, when the thread ends although nobody stopped it; queries then fail. */
export async function startEmbedded(
  options: EmbeddedOptions,
  onCrash: (error: EmbeddedDatabaseError) => void,
): Promise<Embedded> {
  const lock = 'dataDir' in options ? await lockDataFolder(options.dataDir) : undefined;
  let socketDir: string | undefined;
  try {
    socketDir = await makeSocketDir();
    const settings =
      'dataDir' in options ? { clusterDir: await prepareCluster(options.dataDir) } : options.inMemory;
    const thread = await startThread({
      script: new URL('./embedded-worker.ts', import.meta.url),
      data: socketDir === undefined ? settings : { ...settings, socketPath: socketPathIn(socketDir) },
      startDeadlineMs: START_DEADLINE_MS,
      stopDeadlineMs: STOP_DEADLINE_MS,
      onCrash: (cause) =>
        onCrash(new EmbeddedDatabaseError('The embedded database stopped by itself.', cause)),
    });
    if ('dataDir' in options) await writeFile(join(options.dataDir, INITIALISED), '');
    return {
      address:
        socketDir === undefined ? parseAddress(thread.address) : { host: socketDir, port: SOCKET_PORT },
      async stop() {
        try {
          await thread.stop();
        } catch (cause) {
          throw new EmbeddedDatabaseError('The embedded database did not stop cleanly.', cause);
        } finally {
          await cleanUp(lock, socketDir);
        }
      },
    };
  } catch (cause) {
    await cleanUp(lock, socketDir);
    const where = 'dataDir' in options ? ` in ${options.dataDir}` : '';
    throw new EmbeddedDatabaseError(`The embedded database${where} did not start.`, cause);
  }
}

async function cleanUp(lock: DataFolderLock | undefined, socketDir: string | undefined) {
  if (socketDir !== undefined) await rm(socketDir, { recursive: true, force: true });
  await lock?.release();
}

/**
 * Written after the first start: a cluster without it was interrupted while being made and never took a row. The
 * database cannot tell by itself: a kill can leave PG_VERSION, by which it knows a cluster, before the rest.
 */
const INITIALISED = 'initialised';

async function prepareCluster(dataDir: string): Promise<string> {
  const clusterDir = join(dataDir, 'postgres');
  if ((await exists(clusterDir)) && !(await exists(join(dataDir, INITIALISED)))) {
    await rename(clusterDir, `${clusterDir}.interrupted-${Date.now()}`);
  }
  return clusterDir;
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** A folder only this user can enter; undefined where a loopback port must do (Windows, or too long a path). */
async function makeSocketDir(): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined;
  const dir = await mkdtemp(join(tmpdir(), 'service-line-'));
  if (Buffer.byteLength(socketPathIn(dir)) <= LONGEST_SOCKET_PATH) return dir;
  await rm(dir, { recursive: true, force: true });
  return undefined;
}

const socketPathIn = (dir: string) => join(dir, `.s.PGSQL.${SOCKET_PORT}`);

function parseAddress(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(`tcp://${address}`);
  return { host: hostname, port: Number(port) };
}
