/** The one place where everything is wired; only here is it known which vendor is live and which the sandbox. */
import formbody from '@fastify/formbody';
import websocket from '@fastify/websocket';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { DestinationStream } from 'pino';
import { createSpeechToText } from './adapters/deepgram/speech-to-text.ts';
import { createTextToSpeech } from './adapters/deepgram/text-to-speech.ts';
import { createGoogleCalendar } from './adapters/google-calendar/calendar.ts';
import { createVinRegistry } from './adapters/nhtsa/vin-registry.ts';
import { createLanguageModel } from './adapters/openai/language-model.ts';
import { createRedisKeyValue } from './adapters/redis/key-value.ts';
import { acceptMediaStream } from './adapters/twilio/media-stream.ts';
import { createTexting } from './adapters/twilio/messages.ts';
import { createSignatureCheck } from './adapters/twilio/signature.ts';
import * as twiml from './adapters/twilio/twiml.ts';
import { inboundLines } from './agent/briefings/inbound.ts';
import type { InterceptTool } from './agent/dispatcher.ts';
import { type CallSession, callSessionSchema } from './agent/session.ts';
import { createSessionStore } from './agent/session-store.ts';
import { createClips } from './call/clips.ts';
import type { CallEvent } from './call/events.ts';
import { type CallRegistry, createCallRegistry } from './call/registry.ts';
import type { TurnOptions } from './call/turns.ts';
import type { Config } from './config.ts';
import { connectDatabase, type Database } from './db/connect.ts';
import { migrateDatabase } from './db/migrate.ts';
import { claimStream, closeOrphanedCalls } from './dealership/call-log.ts';
import { createCustomerCache } from './dealership/customer-cache.ts';
import { findCustomerByPhone, knownCustomerSchema } from './dealership/customers.ts';
import { loadDemoWorld } from './dealership/demo-world.ts';
import { isDatabaseEmpty } from './dealership/mock-data.ts';
import { type DealershipProfile, loadProfile } from './dealership/profile.ts';
import { demoTransferNumbers } from './dealership/transfer.ts';
import { createVinDecoder } from './dealership/vin-decoder.ts';
import { createCallDesk } from './http/answer-call.ts';
import { registerErrorHandler } from './http/error-handler.ts';
import { registerHealth } from './http/health.ts';
import { registerHome } from './http/home.ts';
import { registerMediaStream } from './http/media-stream.ts';
import { createStreamTokens } from './http/stream-token.ts';
import { registerVoiceRoutes } from './http/voice.ts';
import { askBusyTimes, startCalendarJobs } from './jobs/calendar-jobs.ts';
import { startQueue } from './jobs/queue.ts';
import { repeat } from './jobs/repeat.ts';
import { createTextSender } from './jobs/send-texts.ts';
import { type Clock, createClock } from './lib/clock.ts';
import { createMemoryKeyValue } from './lib/memory-key-value.ts';
import type { Brain } from './sandbox/openai/chat.ts';
import { type Sandbox, startSandbox } from './sandbox/sandbox.ts';
import { createLog } from './telemetry/log.ts';

export interface App {
  config: Config;
  profile: DealershipProfile;
  fastify: FastifyInstance;
  database: Database;
  registry: CallRegistry;
  clock: Clock;
  /** The stand-ins that run in this process; a live vendor has none. */
  sandbox: Sandbox;
  /** Opens the port; resolves to the address. */
  listen(): Promise<string>;
  /** Lets calls in progress end (`drainMs` at most), then closes everything. Safe to call twice. */
  close(drainMs?: number): Promise<void>;
}

export interface AppOptions {
  /** A database that is already open, migrated or not; it is closed with the app. Default: the configured one. */
  database?: Database;
  clock?: Clock;
  logDestination?: DestinationStream;
  turnOptions?: TurnOptions;
  /** Sets the stand-ins' timings and faults before anything uses them. */
  prepareSandbox?: (sandbox: Sandbox) => void;
  /** Watches every call; for terminals and tests. */
  onEvent?: (callSid: string, event: CallEvent) => void;
  /** Plays the language model in the sandbox; default the rule-based receptionist. */
  brain?: Brain;
  /** Sees every tool call first and may answer it in the tool's place; for simulations. */
  interceptTool?: InterceptTool;
}

/** A call may last 15 minutes; a stop waits for it a little longer. */
const DRAIN_MS = 16 * 60_000;
const GOODBYE_MS = 15_000;
/** The first attempt at the fixed lines may hold up the start this long. */
const CLIPS_MS = 8_000;
/** No call lasts this long: what is still open was left by a process that died. */
const ORPHAN_MS = 30 * 60_000;
const SWEEP_MS = 5 * 60_000;

/** Rejects with what is wrong; whatever had been started is stopped again. */
export async function buildApp(config: Config, options: AppOptions = {}): Promise<App> {
  const releases: (() => Promise<void> | void)[] = [];
  const release = async () => {
    for (let next = releases.pop(); next; next = releases.pop()) await next();
  };
  try {
    return await build(config, options, releases, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function build(
  config: Config,
  options: AppOptions,
  releases: (() => Promise<void> | void)[],
  release: () => Promise<void>,
): Promise<App> {
  const { publicBaseUrl } = config.server;
  const clock =
    options.clock ?? createClock(config.clockStart === undefined ? {} : { startAt: config.clockStart });
  const log = createLog(
    config.logLevel,
    !config.isProduction && process.stdout.isTTY,
    options.logDestination,
  );
  const profile = await loadProfile(config.dealershipFile);

  const database =
    options.database ??
    (await connectDatabase({
      ...(config.database.kind === 'server'
        ? { url: config.database.url }
        : { dataDir: config.database.dataDir }),
      onError: (error) => log.error({ err: error }, 'a database connection broke'),
    }));
  releases.push(() => database.close());
  const { db } = database;
  const applied = await migrateDatabase(database);
  if (applied.length > 0) log.info({ applied }, 'database migrated');
  if (database.kind === 'embedded' && (await isDatabaseEmpty(db))) {
    log.info(await loadDemoWorld(db), 'demo world loaded');
  }
  const closeOrphans = async () => {
    const closed = await closeOrphanedCalls(db, { olderThanMs: ORPHAN_MS, now: clock.now() });
    if (closed.length > 0)
      log.warn({ calls: closed.length }, 'closed the records of calls that nobody had ended');
  };
  await closeOrphans();
  releases.push(
    repeat({
      clock,
      everyMs: SWEEP_MS,
      run: closeOrphans,
      onError: (error) => log.warn({ err: error }, 'the records of lost calls could not be closed'),
    }),
  );

  const sandbox = await startSandbox({ clock, config, ...(options.brain ? { brain: options.brain } : {}) });
  releases.push(() => sandbox.close());
  options.prepareSandbox?.(sandbox);

  const queue = await startQueue(database, log);
  releases.push(() => queue.stop());
  const googleUrl = config.google.baseUrl ?? sandbox.google?.baseUrl;
  const calendarJobs = await startCalendarJobs({
    db,
    profile,
    calendar: createGoogleCalendar({
      ...config.google,
      timeZone: profile.timeZone,
      clock,
      ...(googleUrl ? { baseUrl: googleUrl } : {}),
    }),
    // A stand-in begins empty at each start, so it is another calendar each time.
    calendarId: `${config.google.calendarId} ${sandbox.google?.baseUrl ?? ''}`.trim(),
    clock,
    queue,
    log,
  });
  releases.push(() => calendarJobs.stop());

  const keyValue = config.redisUrl
    ? createRedisKeyValue({
        url: config.redisUrl,
        onError: (error) => log.warn({ err: error }, 'Redis failed'),
      })
    : createMemoryKeyValue();
  releases.push(() => keyValue.close());
  const sessions = createSessionStore<CallSession>({
    keyValue,
    parse: (json) => callSessionSchema.safeParse(json).data,
    onError: (error) =>
      log.warn({ err: error }, 'the session store failed; this process goes on with its own copy'),
  });
  const customers = createCustomerCache({
    keyValue,
    hashKey: config.twilio.authToken,
    schema: knownCustomerSchema,
    find: (phone) => findCustomerByPhone(db, phone),
    onError: (error) => log.warn({ err: error }, 'the customer cache failed; the database answers'),
  });

  const deepgramUrl = config.deepgram.baseUrl ?? sandbox.deepgram?.baseUrl;
  const deepgram = {
    apiKey: config.deepgram.apiKey,
    clock,
    ...(deepgramUrl ? { baseUrl: deepgramUrl } : {}),
  };
  const speechToText = createSpeechToText({ ...deepgram, model: config.deepgram.sttModel });
  const textToSpeech = createTextToSpeech({ ...deepgram, model: config.deepgram.ttsModel });
  const openaiUrl = config.openai.baseUrl ?? sandbox.openai?.baseUrl;
  const model = createLanguageModel({
    apiKey: config.openai.apiKey,
    model: config.openai.model,
    fallbackModel: config.openai.fallbackModel,
    clock,
    ...(openaiUrl ? { baseUrl: openaiUrl } : {}),
    onNotice(notice) {
      if (notice.type === 'fell-back') log.warn(notice, 'the other language model answers');
      // The stand-in lists the same dates as OpenAI does, but nothing of it is switched off.
      else if (config.openai.kind === 'live')
        log.warn(notice, 'OpenAI will switch this model off on that date');
    },
  });
  releases.push(() => model.close());
  const clips = createClips({
    texts: inboundLines(profile),
    render: (text, signal) => textToSpeech.render(text, signal),
    clock,
    onFault: (error, missing) =>
      log.error({ err: error, missing }, 'fixed lines could not be rendered; trying again in a minute'),
  });
  releases.push(() => clips.close());
  await within(CLIPS_MS, clips.ready);

  const vinDecoder = createVinDecoder({
    // Only a dealership that takes real calls asks the public registry.
    registry:
      config.twilio.kind === 'live' && !config.twilio.baseUrl ? createVinRegistry({ clock }) : undefined,
    keyValue,
    hashKey: config.twilio.authToken,
    onError: (error) => log.warn({ err: error }, 'the VIN registry failed; the VIN speaks for itself'),
  });
  const texts = createTextSender({
    db,
    profile,
    texting: createTexting({
      ...config.twilio,
      from: config.twilio.phoneNumber,
      baseUrl: config.twilio.baseUrl ?? sandbox.twilio?.baseUrl,
    }),
    clock,
    onFault: (error, what) => log.error({ err: error }, what),
  });
  releases.push(() => texts.close());

  const registry = createCallRegistry(config.maxCalls);
  const tokens = createStreamTokens(config.twilio.authToken);
  const signature = createSignatureCheck({ authToken: config.twilio.authToken, publicBaseUrl });
  const desk = createCallDesk({
    db,
    profile,
    clock,
    log,
    registry,
    // Only the sandbox may make up where to put callers through.
    transferNumbers:
      config.transferNumbers ?? (config.twilio.kind === 'sandbox' ? demoTransferNumbers(profile) : {}),
    sessions,
    customers,
    speechToText,
    textToSpeech,
    model,
    lines: clips,
    outbox: queue.outbox,
    busyElsewhere: askBusyTimes(calendarJobs.calendar),
    vinDecoder,
    wakeTexts: () => texts.wake(),
    ...(options.turnOptions ? { turnOptions: options.turnOptions } : {}),
    ...(options.onEvent ? { onEvent: options.onEvent } : {}),
    ...(options.interceptTool ? { interceptTool: options.interceptTool } : {}),
  });
  releases.push(() => desk.handover.close());

  const baseLog: FastifyBaseLogger = log;
  const fastify = Fastify({
    loggerInstance: baseLog,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 64 * 1024,
    connectionTimeout: 15_000,
    requestTimeout: 10_000,
    keepAliveTimeout: 75_000,
    // Node looks for slow senders every 30 s, and gives headers a minute, unless told.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    forceCloseConnections: true,
  });
  releases.push(() => fastify.close());
  registerErrorHandler(fastify);
  await fastify.register(formbody, { bodyLimit: 64 * 1024 });
  await fastify.register(websocket, { options: { maxPayload: 64 * 1024, perMessageDeflate: false } });
  registerVoiceRoutes(fastify, {
    clock,
    publicBaseUrl,
    accountSid: config.twilio.accountSid,
    isSigned: (path, params, header) => signature.isWebhook(path, params, header),
    twiml,
    tokens,
    registry,
    openCall: (call) => desk.open(call),
    handover: desk.handover,
    callerId: config.twilio.phoneNumber,
    lineLost: `I'm sorry, the line keeps cutting out. Please call ${profile.name} again.`,
    apology: `Thanks for calling ${profile.name}. We can't take your call right now. Please try again in a few minutes.`,
  });
  registerMediaStream(fastify, {
    accountSid: config.twilio.accountSid,
    isSigned: (path, header) => signature.isUpgrade(path, header),
    tokens,
    registry,
    open: (socket, onStart, onClosed) =>
      acceptMediaStream(socket, {
        clock,
        onStart,
        onClosed(report) {
          if (report.error) log.error({ err: report.error }, 'a call broke on a bug');
          if (report.refusal) log.warn({ refusal: report.refusal }, 'a media stream was refused');
          onClosed();
        },
      }),
    claim: (callSid, generation) => claimStream(db, callSid, generation),
    answer: (stream) => desk.answer(stream),
  });
  const vendors = {
    twilio: config.twilio.kind,
    deepgram: config.deepgram.kind,
    openai: config.openai.kind,
    google: config.google.kind,
  };
  registerHealth(fastify, {
    registry,
    checks: {
      async database() {
        await database.pool.query('select 1');
      },
      redis: config.redisUrl ? () => keyValue.ping() : undefined,
    },
    describe: { database: database.kind, redis: config.redisUrl ? 'redis' : 'memory', vendors },
    alarms: () => [
      ...(clips.missing.length > 0 ? ['Fixed lines are not rendered: the voice did not answer.'] : []),
      ...calendarJobs.alarms,
    ],
  });
  registerHome(fastify, () => ({
    dealership: profile.name,
    phoneNumber: config.twilio.phoneNumber,
    isSandbox: config.twilio.kind === 'sandbox',
    rows: [
      { name: 'Telephone', kind: vendors.twilio, detail: `Twilio, ${config.twilio.phoneNumber}` },
      { name: 'Hearing', kind: vendors.deepgram, detail: `Deepgram, ${config.deepgram.sttModel}` },
      { name: 'Voice', kind: vendors.deepgram, detail: `Deepgram, ${config.deepgram.ttsModel}` },
      {
        name: 'Words',
        kind: vendors.openai,
        detail:
          vendors.openai === 'live'
            ? `OpenAI, ${config.openai.model}`
            : 'a rule-based receptionist, no language model',
      },
      { name: 'Calendar', kind: vendors.google, detail: 'Google Calendar' },
      {
        name: 'Database',
        kind: database.kind,
        detail: database.kind === 'embedded' ? 'PostgreSQL in this process' : 'PostgreSQL',
      },
      {
        name: 'Cache',
        kind: config.redisUrl ? 'redis' : 'memory',
        detail: config.redisUrl ? 'Redis' : 'in this process',
      },
    ],
  }));
  await fastify.ready();

  let closing: Promise<void> | undefined;
  return {
    config,
    profile,
    fastify,
    database,
    registry,
    clock,
    sandbox,
    listen: () => fastify.listen({ host: config.server.host, port: config.server.port }),
    close(drainMs = DRAIN_MS) {
      closing ??= registry.drain(drainMs, GOODBYE_MS).then(release);
      return closing;
    },
  };
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([work, late]);
  clearTimeout(timer);
}
