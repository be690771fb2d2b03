/** Stands between a client and a PostgreSQL server and fails the network at a chosen statement. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface PostgresProxy {
  /** The server's URL with the proxy's address. */
  url: string;
  /** When the client next sends something with this word in it: cut the connection, or swallow what it sent. */
  onNext(word: string, action: 'cut' | 'swallow'): void;
  /** Cuts every connection now. */
  cutAll(): void;
  close(): Promise<void>;
}

export async function startPostgresProxy(server: URL): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  let plan: { word: string; action: 'cut' | 'swallow' } | undefined;

  const listener = createServer((near) => {
    const far = connect({ host: server.hostname, port: Number(server.port) });
    const cut = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', cut);
      socket.on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    far.pipe(near);
    near.on('data', (chunk) => {
      if (!plan || !chunk.toString('latin1').includes(plan.word)) {
        far.write(chunk);
        return;
      }
      if (plan.action === 'cut') cut();
      plan = undefined;
    });
  }).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('Expected a port.');
  const url = new URL(server);
  url.hostname = '127.0.0.1';
  url.port = String(address.port);

  const cutAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    onNext(word, action) {
      plan = { word, action };
    },
    cutAll,
    async close() {
      cutAll();
      listener.close();
      await once(listener, 'close');
    },
  };
}
