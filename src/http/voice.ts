/** Twilio's webhooks for a call: answer it, hear how it went, and say something when we cannot. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CallRegistry } from '../call/registry.ts';
import { badRequest, notFromTwilio } from '../errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { CallHandover, NextStep } from './call-handover.ts';
import { readCallerPhone } from './caller-phone.ts';
import type { StreamTokens } from './stream-token.ts';

/** Made by the adapter; the routes only decide which to send. */
interface TwimlWriter {
  connectStream(connection: {
    streamUrl: string;
    actionUrl: string;
    statusUrl: string;
    parameters: Readonly<Record<string, string>>;
  }): string;
  dial(transfer: { number: string; callerId: string; actionUrl: string; ringMs: number }): string;
  hangUp(): string;
  sayAndHangUp(text: string): string;
}

export interface IncomingCall {
  callSid: string;
  callerPhone: string | null;
  /** As Twilio reported it, for the log. */
  from: string;
}

export interface VoiceRoutesOptions {
  publicBaseUrl: string;
  accountSid: string;
  clock: Pick<Clock, 'after'>;
  isSigned(path: string, params: Record<string, string>, signature: string | undefined): boolean;
  twiml: TwimlWriter;
  tokens: StreamTokens;
  registry: CallRegistry;
  /** Writes the call's row, or finds it; the answer comes from the row. */
  openCall(call: IncomingCall): Promise<{ generation: number; hasEnded: boolean }>;
  /** Decides what comes after a stream, or after a transfer, and closes the row of a call that is over. */
  handover: Pick<CallHandover, 'afterStream' | 'afterTransfer' | 'completed'>;
  /** A number of ours: what the person sees to whom a call is put through. */
  callerId: string;
  /** What we say when we cannot take the call. */
  apology: string;
  /** What we say when the connection has broken for good. */
  lineLost: string;
}

/** One value a field: a field that comes twice is an attack or a bug, and refused. */
const form = z.record(z.string().max(100), z.string().max(4_000));
const callSid = z.string().regex(/^CA[0-9a-f]{32}$/i);
const incoming = z.object({ CallSid: callSid, From: z.string().max(200).default('') });
const status = z.object({ CallSid: callSid, CallStatus: z.string().max(40) });
const dialled = z.object({ CallSid: callSid, DialCallStatus: z.string().max(40).default('failed') });
/** In the action URLs, so that a callback of an earlier stream is known for one. */
const streamQuery = z.object({
  generation: z.coerce.number().int().min(1).max(32_767).optional().catch(undefined),
});
const OVER = new Set(['completed', 'busy', 'failed', 'no-answer', 'canceled']);

/** A person has this long to pick up. */
const RING_MS = 20_000;
/** Twilio gives up on a webhook after 15 s, and the caller hears it ring meanwhile. */
const OPEN_MS = 5_000;

/** Forms are the only bodies these routes read: `app` must know how to parse them. */
export function registerVoiceRoutes(app: FastifyInstance, options: VoiceRoutesOptions): void {
  void app.register(async (scope) => {
    scope.removeContentTypeParser(['application/json', 'text/plain']);
    addRoutes(scope, options);
  });
}

function addRoutes(app: FastifyInstance, options: VoiceRoutesOptions): void {
  const { twiml, tokens, publicBaseUrl } = options;
  const streamUrl = `${publicBaseUrl.replace(/^http/, 'ws')}/media-stream`;

  /** The form, if it is whole, signed and for our account. What is wrong with a signature is never told. */
  function readForm(request: FastifyRequest): Record<string, string> {
    const parsed = form.safeParse(request.body ?? {});
    // Said before the signature is looked at, so that the answer is the same for everybody.
    if (!parsed.success) throw badRequest('Every form field must come once.');
    const params = parsed.data;
    const signature = request.headers['x-twilio-signature'];
    const isOurs = typeof signature === 'string' && options.isSigned(request.url, params, signature);
    if (!isOurs || params['AccountSid'] !== options.accountSid) throw notFromTwilio();
    return params;
  }

  /** The call's row, or undefined when the database fails or hangs: the caller must hear something all the same. */
  async function open(request: FastifyRequest, call: IncomingCall) {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = options.clock.after(OPEN_MS, () => reject(new Error(`no answer in ${OPEN_MS} ms`)));
    try {
      return await Promise.race([options.openCall(call), late]);
    } catch (error) {
      request.log.error(
        { err: error, callSid: call.callSid },
        'a call could not be opened; the caller hears an apology',
      );
      return undefined;
    } finally {
      cancel();
    }
  }

  const connect = (callSid: string, generation: number) =>
    twiml.connectStream({
      streamUrl,
      actionUrl: `${publicBaseUrl}/after-stream?generation=${generation}`,
      statusUrl: `${publicBaseUrl}/stream-status`,
      parameters: { token: tokens.mint(callSid, generation), generation: String(generation) },
    });

  const generationOf = (request: FastifyRequest) => streamQuery.parse(request.query).generation;

  /** The step as TwiML; a database that is away must not leave the caller in silence. */
  async function write(
    request: FastifyRequest,
    callSid: string,
    deciding: Promise<NextStep>,
  ): Promise<string> {
    const step = await deciding.catch((error: unknown): NextStep => {
      request.log.error({ err: error, callSid }, 'what comes next in a call could not be decided');
      return { do: 'apologise', because: 'busy' };
    });
    switch (step.do) {
      case 'connect':
        return connect(callSid, step.generation);
      case 'dial':
        return twiml.dial({
          number: step.number,
          callerId: options.callerId,
          actionUrl: `${publicBaseUrl}/transfer-status?generation=${step.generation}`,
          ringMs: RING_MS,
        });
      case 'apologise':
        return twiml.sayAndHangUp(step.because === 'line' ? options.lineLost : options.apology);
      case 'hangUp':
        return twiml.hangUp();
    }
  }

  const xml = (reply: FastifyReply, document: string) => reply.type('text/xml').send(document);

  app.post('/incoming-call', async (request, reply) => {
    const fields = incoming.safeParse(readForm(request));
    if (!fields.success) throw badRequest('CallSid is missing or malformed.');
    const { CallSid, From } = fields.data;
    if (!options.registry.admits && !options.registry.has(CallSid)) {
      return xml(reply, twiml.sayAndHangUp(options.apology));
    }
    const call = await open(request, { callSid: CallSid, callerPhone: readCallerPhone(From), from: From });
    if (!call) return xml(reply, twiml.sayAndHangUp(options.apology));
    if (call.hasEnded) return xml(reply, twiml.hangUp());
    return xml(reply, connect(CallSid, call.generation));
  });

  app.post('/after-stream', async (request, reply) => {
    const form = readForm(request);
    const fields = status.partial({ CallStatus: true }).safeParse(form);
    if (!fields.success) return xml(reply, twiml.hangUp());
    const { CallSid, CallStatus = '' } = fields.data;
    const step = options.handover.afterStream(CallSid, generationOf(request), OVER.has(CallStatus));
    return xml(reply, await write(request, CallSid, step));
  });

  app.post('/transfer-status', async (request, reply) => {
    const form = readForm(request);
    const fields = dialled.safeParse(form);
    if (!fields.success) return xml(reply, twiml.hangUp());
    const { CallSid, DialCallStatus } = fields.data;
    const isOver = OVER.has(form['CallStatus'] ?? '');
    const step = options.handover.afterTransfer(CallSid, generationOf(request), DialCallStatus, isOver);
    return xml(reply, await write(request, CallSid, step));
  });

  app.post('/fallback', async (request, reply) => {
    const fields = readForm(request);
    request.log.error({ errorCode: fields['ErrorCode'] }, 'Twilio fell back: our webhook did not answer');
    return xml(reply, twiml.sayAndHangUp(options.apology));
  });

  app.post('/call-status', async (request, reply) => {
    const fields = status.safeParse(readForm(request));
    if (fields.success && OVER.has(fields.data.CallStatus) && !options.registry.has(fields.data.CallSid)) {
      await options.handover.completed(fields.data.CallSid);
    }
    return reply.code(204).send();
  });

  app.post('/stream-status', async (request, reply) => {
    const fields = readForm(request);
    if (fields['StreamEvent'] === 'stream-error') {
      request.log.warn(
        { callSid: fields['CallSid'], streamError: fields['StreamError'] },
        'Twilio reports a stream error',
      );
    }
    return reply.code(204).send();
  });
}
