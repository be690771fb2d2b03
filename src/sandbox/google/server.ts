/** A loopback server that speaks Google's OAuth token endpoint and Calendar API v3. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../lib/clock.ts';
import { type Answer, failToken, failWith, notFound } from './answers.ts';
import { type CalendarStore, createCalendarStore } from './calendar-store.ts';
import { createConsentPage } from './consent.ts';
import { createFaults, type GoogleFaults, type GoogleOperation, refusalFor } from './faults.ts';
import { findBusy, listEvents } from './queries.ts';

export interface GoogleSandbox {
  /** The origin, e.g. http://127.0.0.1:40123. */
  baseUrl: string;
  /** The events of its one calendar. */
  events: CalendarStore;
  /** What was asked, oldest first, the last 1,000; `path` with its query. */
  requests: readonly { operation: GoogleOperation; path: string }[];
  /** Milliseconds by the clock before an answer; to be changed at will. */
  timings: { tokenMs: number; requestMs: number };
  faults: GoogleFaults;
  close(): Promise<void>;
}

/** Google's own lifetime of an access token. */
const TOKEN_LIFETIME_MS = 3_599_000;
const MAX_BODY_BYTES = 1_048_576;
const MAX_REQUESTS_KEPT = 1_000;

/** Listens on 127.0.0.1 at a free port. Only these credentials are accepted. `timeZone` is the calendar's own. */
export async function startGoogleSandbox({
  clock,
  clientId,
  clientSecret,
  refreshToken,
  calendarId = 'primary',
  timeZone = 'America/Chicago',
}: {
  clock: Clock;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  calendarId?: string;
  timeZone?: string;
}): Promise<GoogleSandbox> {
  const events = createCalendarStore(clock, timeZone);
  const calendars = new Map([[calendarId, events]]);
  const consent = createConsentPage(clientId, refreshToken);
  const accessTokens = new Map<string, number>();
  const requests: { operation: GoogleOperation; path: string }[] = [];
  const timings = { tokenMs: 0, requestMs: 0 };
  const faults = createFaults();
  const cancels = new Set<() => void>();

  const grantToken = (form: URLSearchParams): Answer => {
    if (form.get('client_id') !== clientId || form.get('client_secret') !== clientSecret) {
      return failToken(401, 'invalid_client', 'The OAuth client was not found.');
    }
    const isNew = form.get('grant_type') === 'authorization_code';
    if (!isNew && form.get('grant_type') !== 'refresh_token') {
      return failToken(400, 'unsupported_grant_type', 'Invalid grant_type.');
    }
    if (!isNew && form.get('refresh_token') !== refreshToken) {
      return failToken(400, 'invalid_grant', 'Token has been expired or revoked.');
    }
    const granted = isNew ? consent.redeem(form) : { refreshToken: undefined };
    if ('status' in granted) return granted;
    const token = `sandbox-${randomUUID()}`;
    accessTokens.set(token, clock.elapsed() + TOKEN_LIFETIME_MS);
    const scope = 'https://www.googleapis.com/auth/calendar.events';
    return {
      status: 200,
      body: {
        access_token: token,
        expires_in: TOKEN_LIFETIME_MS / 1_000,
        scope,
        token_type: 'Bearer',
        ...(granted.refreshToken !== undefined && { refresh_token: granted.refreshToken }),
      },
    };
  };
  const isAuthorized = (request: IncomingMessage) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    return (accessTokens.get(token) ?? 0) > clock.elapsed();
  };
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const cancel = clock.after(ms, () => {
        cancels.delete(cancel);
        resolve();
      });
      cancels.add(cancel);
    });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    if (url.pathname === '/o/oauth2/v2/auth') {
      const opened = consent.open(url.searchParams);
      if ('status' in opened) return send(response, opened, false);
      response.writeHead(302, { location: opened.location }).end();
      return;
    }
    const text = await readBody(request);
    const target = findTarget(request.method ?? '', url.pathname);
    if (text === undefined || !target) {
      const answer = target ? failWith(413, 'uploadTooLarge', 'Request Too Large') : notFound();
      return send(response, answer, false);
    }
    const { operation, eventId } = target;
    requests.push({ operation, path: url.pathname + url.search });
    if (requests.length > MAX_REQUESTS_KEPT) requests.shift();
    const fault = faults.take(operation);
    const delayMs = operation === 'token' ? timings.tokenMs : timings.requestMs;
    if (delayMs > 0) await pause(delayMs);
    if (fault === 'silence') return;
    if (fault === 'drop') {
      response.destroy();
      return;
    }
    const perform = (): Answer => {
      if (operation === 'token') return grantToken(new URLSearchParams(text));
      if (!isAuthorized(request)) return failWith(401, 'authError', 'Invalid Credentials');
      const body = parseJson(text);
      if (operation === 'freeBusy') return findBusy(calendars, body, fault === 'calendar-error');
      const calendar = calendars.get(target.calendarId);
      if (!calendar) return notFound();
      const ifMatch = request.headers['if-match'];
      switch (operation) {
        case 'list':
          return listEvents(calendar, url.searchParams);
        case 'insert':
          return calendar.insert(body);
        case 'get':
          return calendar.get(eventId);
        case 'patch':
          return calendar.patch(eventId, body, ifMatch);
        case 'delete':
          return calendar.remove(eventId, ifMatch);
      }
    };
    const answer = refusalFor(fault) ?? perform();
    if (fault === 'drop-after') {
      response.destroy();
      return;
    }
    send(response, answer, fault === 'garble-after');
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(address && typeof address === 'object' ? address.port : 0);
    });
  });

  return {
    baseUrl: `http://127.0.0.1:${port}`,
    events,
    requests,
    timings,
    faults,
    close() {
      for (const cancel of cancels) cancel();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Target {
  operation: GoogleOperation;
  calendarId: string;
  eventId: string;
}

/** Which operation a request line asks for, or undefined when there is none. */
function findTarget(method: string, path: string): Target | undefined {
  const none = { calendarId: '', eventId: '' };
  if (method === 'POST' && path === '/token') return { operation: 'token', ...none };
  if (method === 'POST' && path === '/calendar/v3/freeBusy') return { operation: 'freeBusy', ...none };
  const match = /^\/calendar\/v3\/calendars\/([^/]+)\/events(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  const calendarId = decodeURIComponent(match[1] ?? '');
  const eventId = decodeURIComponent(match[2] ?? '');
  const operations: Record<string, GoogleOperation> = eventId
    ? { GET: 'get', PATCH: 'patch', DELETE: 'delete' }
    : { GET: 'list', POST: 'insert' };
  const operation = operations[method];
  return operation && { operation, calendarId, eventId };
}

/** The whole body as text, or undefined when it is too long. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= MAX_BODY_BYTES) chunks.push(bytes);
  }
  return length > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** The JSON in a body; undefined for anything else, which every operation refuses by its schema. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `isGarbled` sends the first half of the body as if it were the whole. */
function send(response: ServerResponse, { status, body }: Answer, isGarbled: boolean): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, {
    ...(text && { 'content-type': 'application/json; charset=UTF-8' }),
  });
  response.end(isGarbled ? text.slice(0, text.length / 2) : text);
}
