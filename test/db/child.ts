/** Runs a script of this folder as a process of its own, talks with it, and kills it without warning. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  pid: number;
  send(message: string): void;
  /** The next message from the child; rejects when it ends first. */
  next(): Promise<unknown>;
  /** SIGKILL; returns when the process is gone. */
  kill(): Promise<void>;
}

export function startChild(script: URL, ...args: string[]): Child {
  const child = fork(fileURLToPath(script), args, {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  if (child.pid === undefined) throw new Error(`${script.pathname} did not start.`);
  const exited = once(child, 'exit');
  const waiting: { resolve: (message: unknown) => void; reject: (error: Error) => void }[] = [];
  const received: unknown[] = [];
  let isGone = false;
  child.on('message', (message) => {
    const waiter = waiting.shift();
    if (waiter) waiter.resolve(message);
    else received.push(message);
  });
  const gone = () => new Error(`${script.pathname} ended.`);
  child.once('exit', () => {
    isGone = true;
    for (const waiter of waiting) waiter.reject(gone());
  });
  return {
    pid: child.pid,
    send: (message) => {
      child.send(message);
    },
    next() {
      if (received.length > 0) return Promise.resolve(received.shift());
      if (isGone) return Promise.reject(gone());
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
