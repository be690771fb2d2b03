/** The WebSocket on which Twilio brings a call's audio: who may open it, and which call it joins. */
import type {} from '@fastify/websocket';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import type { Phone, PhoneListener } from '../call/ports.ts';
import type { CallRegistry } from '../call/registry.ts';
import { notFound, notFromTwilio } from '../errors.ts';
import type { StreamTokens } from './stream-token.ts';

/** A stream whose start message has been read. */
export interface OfferedStream {
  callSid: string;
  accountSid: string;
  customParameters: Readonly<Record<string, string>>;
  accept(listener: PhoneListener): Phone;
  reject(why: string): void;
}

export interface MediaStreamRouteOptions {
  accountSid: string;
  isSigned(path: string, signature: string | undefined): boolean;
  tokens: StreamTokens;
  registry: CallRegistry;
  /** Attaches to the socket at once and offers the stream when its start has been read. */
  open(socket: WebSocket, onStart: (stream: OfferedStream) => void, onClosed: () => void): void;
  /** Uses the token up: true for exactly one caller. */
  claim(callSid: string, generation: number): Promise<boolean>;
  /** Begins the call. */
  answer(stream: OfferedStream): Promise<void>;
}

const ROUTE = '/media-stream';
/** Sockets that have not yet shown a valid token; Twilio needs a few at most. */
const MAX_UNPROVEN = 50;

export function registerMediaStream(app: FastifyInstance, options: MediaStreamRouteOptions): void {
  let unproven = 0;

  async function prove(stream: OfferedStream): Promise<void> {
    const { token, generation = '' } = stream.customParameters;
    const { callSid } = stream;
    if (stream.accountSid !== options.accountSid) return stream.reject('another account');
    if (!options.tokens.isValid(token, callSid, Number(generation))) return stream.reject('bad token');
    // Streams that begin together must not all see the last place free.
    const release = options.registry.reserve();
    if (!release) return stream.reject('no room');
    try {
      if (await options.claim(callSid, Number(generation))) await options.answer(stream);
      else stream.reject('token already used or too old');
    } finally {
      release();
    }
  }

  // The plugin would accept a socket at every page, only to close it again.
  app.addHook('onRequest', async (request) => {
    if (request.ws && request.routeOptions.url !== ROUTE) throw notFound();
  });

  app.get(
    ROUTE,
    {
      websocket: true,
      preValidation: async (request) => {
        const signature = request.headers['x-twilio-signature'];
        const isBrowser = request.headers.origin !== undefined;
        const isSigned = typeof signature === 'string' && options.isSigned(ROUTE, signature);
        if (isBrowser || !isSigned || unproven >= MAX_UNPROVEN) throw notFromTwilio();
      },
    },
    (socket, request) => {
      unproven++;
      let isProven = false;
      const settle = () => {
        if (!isProven) unproven--;
        isProven = true;
      };
      options.open(
        socket,
        (stream) => {
          void prove(stream)
            .catch((error: unknown) => {
              request.log.error({ err: error, callSid: stream.callSid }, 'a call could not be answered');
              stream.reject('not answered');
            })
            .finally(settle);
        },
        settle,
      );
    },
  );
}
