/** The road to the API: one pool of kept-alive connections, and a fetch that does not lose them. */
import { Agent, type Dispatcher, fetch as undiciFetch } from 'undici';
import type { Clock } from '../../lib/clock.ts';

export type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** How long a finished answer may take to end its body, in milliseconds, before its connection is given up. */
const drainMs = 1000;

/**
 * HTTP/2 where the server speaks it, connections kept for a minute: a caller may think for ten seconds between two
 * questions and should not pay for a new handshake. undici's own default is four seconds.
 */
export function openPool(): Agent {
  return new Agent({
    allowH2: true,
    keepAliveTimeout: 60_000,
    keepAliveMaxTimeout: 600_000,
    connections: 64,
    connect: { timeout: 2_000 },
  });
}

/**
 * A fetch over the given pool. The SDK cancels a streamed body as soon as it has read `[DONE]`, which over HTTP/1.1
 * destroys the socket unless the body has already ended. Here such a cancel reads the last bytes instead, within
 * `drainMs`. An aborted request is cancelled at once.
 */
export function createFetch(dispatcher: Dispatcher, clock: Clock): Fetch {
  return async (url, init = {}) => {
    if (init.body != null && typeof init.body !== 'string') throw new TypeError('Only text bodies are sent');
    const response = await undiciFetch(url instanceof Request ? url.url : url, {
      dispatcher,
      method: init.method ?? 'GET',
      headers: [...new Headers(init.headers)],
      body: init.body ?? null,
      signal: init.signal ?? null,
    });
    const reader = response.body?.getReader();
    const { status, statusText } = response;
    const headers = [...response.headers];
    if (!reader) return new Response(null, { status, statusText, headers });

    const drain = async () => {
      const giveUp = clock.after(drainMs, () => void reader.cancel().catch(() => {}));
      try {
        while (!(await reader.read()).done);
      } catch {
        // The connection broke after the answer was complete: nothing is lost.
      } finally {
        giveUp();
      }
    };
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { value, done } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel(reason) {
          if (init.signal?.aborted) return reader.cancel(reason);
          void drain();
          return undefined;
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { status, statusText, headers });
  };
}
