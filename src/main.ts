/** Starts the server, and closes it on a signal. */
import closeWithGrace from 'close-with-grace';
import { type App, buildApp } from './app.ts';
import { drawBanner } from './banner.ts';
import { ConfigError, readConfig } from './config.ts';

/** Longer than the app's own drain, so that it is the app that decides. */
const CLOSE_MS = 17 * 60_000;

try {
  const config = readConfig(process.env);
  const app = await buildApp(config);
  const address = await app.listen();
  process.stdout.write(drawBanner(facts(app, address)));
  closeWithGrace({ delay: CLOSE_MS, logger: app.fastify.log }, async ({ err, signal }) => {
    if (err) app.fastify.log.error({ err }, 'closing after an error');
    else if (app.registry.size > 0) {
      app.fastify.log.info(
        `${signal}: waiting for ${app.registry.size} call(s) to end; once more to stop at once`,
      );
    }
    await app.close();
  });
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n\n`);
  process.exit(1);
}

function facts(app: App, address: string) {
  const { config, profile, database } = app;
  return {
    name: profile.name,
    address,
    phoneNumber: config.twilio.phoneNumber,
    vendors: {
      Twilio: config.twilio.kind,
      Deepgram: config.deepgram.kind,
      OpenAI: config.openai.kind,
      Google: config.google.kind,
    },
    database: database.kind === 'embedded' ? 'embedded PostgreSQL' : 'PostgreSQL server',
    cache: config.redisUrl ? 'Redis' : 'memory',
  };
}

/** What went wrong, for the person at the terminal; a stack only where it is our bug. */
function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const isExpected = 'code' in error || error.message.startsWith('Cannot use');
  return isExpected ? `Cannot start: ${error.message}` : (error.stack ?? error.message);
}
