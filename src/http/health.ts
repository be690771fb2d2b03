/** Whether this process lives, may be sent calls, and what it is connected to. */
import type { FastifyInstance } from 'fastify';
import type { CallRegistry } from '../call/registry.ts';

export interface HealthOptions {
  registry: CallRegistry;
  /** Each rejects, in its own time limit, when the thing does not answer. */
  checks: { database: () => Promise<void>; redis: (() => Promise<void>) | undefined };
  describe: { database: string; redis: string; vendors: Record<string, 'live' | 'sandbox'> };
  /** Open alarms, in words. */
  alarms(): readonly string[];
}

const CHECK_MS = 1_500;

export function registerHealth(app: FastifyInstance, options: HealthOptions): void {
  const { registry, checks, describe } = options;

  async function look() {
    const [database, redis] = await Promise.all([
      answers(checks.database),
      checks.redis ? answers(checks.redis) : true,
    ]);
    const isReady = database && registry.admits;
    return {
      isReady,
      body: {
        status: isReady ? 'ok' : registry.isDraining ? 'draining' : database ? 'full' : 'broken',
        database: { kind: describe.database, answers: database },
        redis: { kind: describe.redis, answers: redis },
        vendors: describe.vendors,
        callsInProgress: registry.size,
        alarms: options.alarms(),
      },
    };
  }

  app.get('/health', async () => (await look()).body);
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const { isReady, body } = await look();
    return reply.code(isReady ? 200 : 503).send({ status: body.status });
  });
}

async function answers(check: () => Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), CHECK_MS);
  const answer = check().then(
    () => true,
    () => false,
  );
  const isUp = await Promise.race([answer, late]);
  clearTimeout(timer);
  return isUp;
}
