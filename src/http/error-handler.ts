/** How errors leave the server: a code and a sentence; what went wrong inside stays inside. */
import type { FastifyInstance } from 'fastify';
import { AppError, notFound } from '../errors.ts';

export function registerErrorHandler(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof AppError) {
      return reply.code(error.status).send({ error: error.code, message: error.message });
    }
    const status = statusOf(error);
    if (status < 500) {
      return reply.code(status).send({ error: 'bad_request', message: 'The request cannot be read.' });
    }
    request.log.error({ err: error }, 'a request failed');
    return reply.code(500).send({ error: 'internal_error', message: 'Something went wrong on our side.' });
  });
  app.setNotFoundHandler(() => Promise.reject(notFound()));
}

/** Fastify's own refusals (too large, wrong content type) carry their status; any other number is a failure of ours. */
function statusOf(error: unknown): number {
  if (
    typeof error === 'object' &&
    error !== null &&
    'statusCode' in error &&
    typeof error.statusCode === 'number' &&
    error.statusCode >= 400 &&
    error.statusCode < 500
  ) {
    return error.statusCode;
  }
  return 500;
}
