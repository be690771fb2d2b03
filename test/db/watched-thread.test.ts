/** A watched thread: its deadlines, and who is told when it ends by itself. */
import { describe, expect, it } from 'vitest';
import { startThread } from '../../src/db/watched-thread.ts';

const IMPORTS = `import { parentPort } from 'node:worker_threads'; const ready = { type: 'ready', address: 'here' };`;
const script = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(IMPORTS + code)}`);
const patient = { data: undefined, startDeadlineMs: 10_000, stopDeadlineMs: 10_000 };
const neverCrashes = (cause: unknown) => {
  throw new Error('Told of a crash that was none.', { cause });
};

describe('a watched thread', () => {
  it('hands over the address it serves at and stops when asked, as often as one likes', async () => {
    const thread = await startThread({
      ...patient,
      script: script(`parentPort.postMessage(ready); parentPort.once('message', () => parentPort.close());`),
      onCrash: neverCrashes,
    });
    expect(thread.address).toBe('here');
    await thread.stop();
    await thread.stop();
  });

  it('fails to start with the reason when it throws first', async () => {
    const start = startThread({
      ...patient,
      script: script(`throw new Error('no disk');`),
      onCrash: neverCrashes,
    });
    await expect(start).rejects.toMatchObject({
      message: 'The thread ended while starting.',
      cause: { message: 'no disk' },
    });
  });

  it('fails to start when it is not ready in time', async () => {
    const start = startThread({
      ...patient,
      startDeadlineMs: 1,
      script: script(`setInterval(() => {}, 1000);`),
      onCrash: neverCrashes,
    });
    await expect(start).rejects.toThrow('The thread was not ready within 1 ms.');
  });

  it('tells its owner what it threw when it ends by itself', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const thread = await startThread({
      ...patient,
      script: script(`parentPort.postMessage(ready); setImmediate(() => { throw new Error('trap'); });`),
      onCrash: resolve,
    });
    expect(await promise).toMatchObject({ message: 'trap' });
    await expect(thread.stop()).rejects.toMatchObject({ cause: { message: 'trap' } });
  });

  it('is cut off when it does not stop in time, and says so', async () => {
    const thread = await startThread({
      ...patient,
      stopDeadlineMs: 1,
      script: script(`parentPort.on('message', () => {}); parentPort.postMessage(ready);`),
      onCrash: neverCrashes,
    });
    await expect(thread.stop()).rejects.toThrow('did not stop within 1 ms and was cut off');
  });
});
