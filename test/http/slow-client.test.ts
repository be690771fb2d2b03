import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../support/app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ world: false });
});
afterAll(() => app.close());

/** Sends `head`, then a byte twice a second for as long as anybody listens; resolves to how long that was. */
function drip(head: string): Promise<number> {
  const startedAt = performance.now();
  const socket = connect(Number(new URL(app.baseUrl).port), '127.0.0.1');
  socket.write(head);
  const timer = setInterval(() => socket.write('x'), 500);
  socket.on('error', () => {});
  socket.resume();
  return new Promise((resolve) =>
    socket.on('close', () => {
      clearInterval(timer);
      resolve(performance.now() - startedAt);
    }),
  );
}

it.concurrent.each([
  ['a handshake', 'GET /media-stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nX-Slow: '],
  [
    'a form',
    'POST /incoming-call HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 60000\r\n\r\n',
  ],
  ['a request line', 'GET /'],
])(
  'nobody keeps us waiting more than fifteen seconds for the end of %s',
  async (_, head) => {
    expect(await drip(head)).toBeLessThan(15_000);
  },
  30_000,
);
