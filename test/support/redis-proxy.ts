/** A TCP proxy before a real Redis that can stand still, swallow answers, and go away. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export interface RedisProxy {
  url: string;
  /** From now on nothing passes in either direction. */
  hold(): void;
  /** From now on commands pass and answers do not. */
  holdAnswers(): void;
  /** The connections open now lead nowhere any more, and nobody closes them; new ones work. */
  strand(): void;
  /** Lets everything pass again, what was held back included. */
  release(): void;
  /** Cuts every connection and refuses new ones. */
  stop(): Promise<void>;
  /** Accepts connections again, on the same port. */
  start(): Promise<void>;
  /** How often this command name has passed towards Redis. */
  count(command: string): number;
  /** Resolves once this command name has passed towards Redis. */
  seen(command: string): Promise<void>;
  close(): Promise<void>;
}

export async function openRedisProxy(target: string): Promise<RedisProxy> {
  const { hostname, port, pathname } = new URL(target);
  const sockets = new Set<Socket>();
  const stranded = new WeakSet<Socket>();
  let passing: 'all' | 'commands' | 'nothing' = 'all';
  let held: (() => void)[] = [];
  let traffic = '';
  const watchers = new Set<() => void>();
  const count = (command: string) =>
    traffic.split(`\r\n$${command.length}\r\n${command.toLowerCase()}\r\n`).length - 1;

  let server: Server;
  let ownPort = 0;
  const listen = () =>
    new Promise<void>((resolve) => {
      server = createServer((client) => {
        const upstream = connect(Number(port || 6379), hostname);
        for (const socket of [client, upstream]) {
          sockets.add(socket);
          socket.on('error', () => {});
          socket.on('close', () => sockets.delete(socket));
        }
        client.on('close', () => upstream.destroy());
        upstream.on('close', () => client.destroy());
        client.on('data', (bytes) => {
          if (stranded.has(client)) return;
          const pass = () => {
            traffic += bytes.toString('latin1').toLowerCase();
            upstream.write(bytes);
            for (const check of watchers) check();
          };
          if (passing === 'nothing') held.push(pass);
          else pass();
        });
        upstream.on('data', (bytes) => {
          if (passing === 'all') client.write(bytes);
          else held.push(() => client.write(bytes));
        });
      });
      server.listen(ownPort, '127.0.0.1', () => {
        const address = server.address();
        ownPort = address && typeof address === 'object' ? address.port : 0;
        resolve();
      });
    });
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  const release = () => {
    passing = 'all';
    for (const pass of held.splice(0)) pass();
  };
  await listen();

  return {
    url: `redis://127.0.0.1:${ownPort}${pathname}`,
    hold() {
      passing = 'nothing';
    },
    holdAnswers() {
      passing = 'commands';
    },
    strand() {
      for (const socket of sockets) stranded.add(socket);
    },
    release,
    stop,
    async start() {
      held = [];
      passing = 'all';
      await listen();
    },
    count,
    seen(command) {
      return new Promise((resolve) => {
        const check = () => {
          if (count(command) === 0) return;
          watchers.delete(check);
          resolve();
        };
        watchers.add(check);
        check();
      });
    },
    close: stop,
  };
}
