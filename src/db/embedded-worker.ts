/** The thread in which the embedded database runs, so that no query ever holds up the thread that plays audio. */
import { openAsBlob } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { btree_gist } from '@electric-sql/pglite/contrib/btree_gist';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { z } from 'zod';
import type { ReadyMessage } from './watched-thread.ts';

const options = z
  .object({
    /** The folder of the cluster; absent means in memory. */
    clusterDir: z.string().optional(),
    /** A dumped cluster (tar.gz) to start from, for an empty database only. */
    template: z.string().optional(),
    /** Where to listen: a unix socket, or 127.0.0.1 on a port of the system's choice when absent. */
    socketPath: z.string().optional(),
  })
  .parse(workerData);

if (!parentPort) throw new Error('This file runs as a worker thread only.');
const owner = parentPort;

const database = await PGlite.create({
  ...(options.clusterDir === undefined ? {} : { dataDir: options.clusterDir }),
  ...(options.template === undefined ? {} : { loadDataDir: await openAsBlob(options.template) }),
  extensions: { btree_gist },
});
const server = new PGLiteSocketServer({
  db: database,
  maxConnections: 16,
  ...(options.socketPath === undefined ? { host: '127.0.0.1', port: 0 } : { path: options.socketPath }),
});
await server.start();

owner.once('message', () => void stop());
owner.postMessage({ type: 'ready', address: server.getServerConn() } satisfies ReadyMessage);

async function stop() {
  await server.stop();
  await database.close();
  // Nothing is left that keeps the thread alive, but for what the database may have forgotten.
  process.exit(0);
}
