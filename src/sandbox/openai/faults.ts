/** Failures the sandbox can be told to have, each for its next requests only. */
import type { ApiRefusal } from './refusal.ts';

/**
 * `no-headers`: accepts the request, never answers. `silence`: headers, then nothing. `stall`: some words, then nothing.
 * `drop`: some words, then the socket dies. `eof`: some words, then a clean end without finish or [DONE].
 * `malformed`: some words, then broken JSON. `error-record`: some words, then an error in the stream.
 * `length`, `content-filter`: some words, then that finish reason. The others are refusals with a status.
 */
export type FaultKind = BrokenStream | keyof typeof refusals;

type BrokenStream =
  | 'no-headers'
  | 'silence'
  | 'stall'
  | 'drop'
  | 'eof'
  | 'malformed'
  | 'error-record'
  | 'length'
  | 'content-filter';

interface FaultOptions {
  /** How many requests it hits; default 1. */
  times?: number;
  /** Only requests for this model; default any. */
  model?: string;
  /** Which endpoint; default chat. */
  on?: 'chat' | 'models';
  /** Records with words or tool fragments that still pass before the stream breaks; default 3. */
  afterRecords?: number;
}

export interface Fault {
  kind: FaultKind;
  afterRecords: number;
}

const refusals = {
  'rate-limited': {
    status: 429,
    error: {
      message: 'Rate limit reached. Please try again in 1s.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    },
    headers: { 'retry-after': '1', 'retry-after-ms': '1000' },
  },
  'insufficient-quota': {
    status: 429,
    error: {
      message: 'You exceeded your current quota, please check your plan and billing details.',
      type: 'insufficient_quota',
      param: null,
      code: 'insufficient_quota',
    },
  },
  unauthorized: {
    status: 401,
    error: {
      message: 'Incorrect API key provided.',
      type: 'invalid_request_error',
      param: null,
      code: 'invalid_api_key',
    },
  },
  'model-not-found': {
    status: 404,
    error: {
      message: 'The model does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      param: null,
      code: 'model_not_found',
    },
  },
  'server-error': {
    status: 500,
    error: {
      message: 'The server had an error while processing your request.',
      type: 'server_error',
      param: null,
      code: null,
    },
  },
} as const satisfies Record<string, ApiRefusal>;

/** The refusal for a fault that is one, undefined for a fault of the stream. */
export function refusalFor(kind: FaultKind): ApiRefusal | undefined {
  return Object.entries(refusals).find(([name]) => name === kind)?.[1];
}

export interface Faults {
  /** Queues a fault; faults for the same endpoint and model happen in the order queued. */
  next(kind: FaultKind, options?: FaultOptions): void;
  /** Forgets those that have not happened yet. */
  clear(): void;
}

export interface FaultQueue extends Faults {
  /** Takes the fault due for this request, if any. */
  take(on: 'chat' | 'models', model?: string): Fault | undefined;
}

export function createFaultQueue(): FaultQueue {
  let queue: (Fault & { left: number; on: string; model: string | undefined })[] = [];
  return {
    next(kind, { times = 1, model, on = 'chat', afterRecords = 3 } = {}) {
      queue.push({ kind, left: times, on, model, afterRecords });
    },
    clear() {
      queue = [];
    },
    take(on, model) {
      const due = queue.find(
        (fault) => fault.on === on && (fault.model === undefined || fault.model === model),
      );
      if (!due) return undefined;
      due.left -= 1;
      if (due.left <= 0) queue = queue.filter((fault) => fault !== due);
      return { kind: due.kind, afterRecords: due.afterRecords };
    },
  };
}
