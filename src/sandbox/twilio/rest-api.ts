/** The part of Twilio's REST API that the application uses, over plain HTTP on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RestRefusal, respond } from './rest-answer.ts';

/** Form fields or query; a key that was repeated keeps all its values. */
type Fields = URLSearchParams;

export interface RestRequest {
  method: string;
  /** Below `/2010-04-01/Accounts/{AC}/`, without `.json`: `Calls`, `Calls/CA1`. */
  resource: string;
  /** The form of a POST, the query of a GET. */
  fields: Fields;
}

export interface RestAnswer {
  status: 200 | 201;
  body: unknown;
}

export interface RestFaults {
  /** Each refuses one request to come, first in, first out. */
  refusals: { status: number; code: number }[];
  /** So many requests to come are carried out and never answered. */
  lostAnswers: number;
}

const MOST_BODY_BYTES = 64 * 1024;

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > MOST_BODY_BYTES) throw new RestRefusal(413, 20_413, 'Too large');
  }
  return body;
}

/** The handler for `http.createServer`. `carryOut` answers, or throws a RestRefusal. */
export function createRestHandler({
  accountSid,
  authToken,
  faults,
  carryOut,
}: {
  accountSid: string;
  authToken: string;
  faults: RestFaults;
  carryOut: (request: RestRequest) => RestAnswer;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const root = `/2010-04-01/Accounts/${accountSid}/`;

  async function answer(request: IncomingMessage): Promise<RestAnswer> {
    const body = await readBody(request);
    if (request.headers.authorization !== credentials) throw new RestRefusal(401, 20_003, 'Authenticate');
    const refusal = faults.refusals.shift();
    if (refusal) throw new RestRefusal(refusal.status, refusal.code, 'Refused on demand');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loopback');
    if (!pathname.startsWith(root) || !pathname.endsWith('.json')) {
      throw new RestRefusal(404, 20_404, `The requested resource ${pathname} was not found`);
    }
    const method = request.method ?? 'GET';
    return carryOut({
      method,
      resource: pathname.slice(root.length, -'.json'.length),
      fields: method === 'POST' ? new URLSearchParams(body) : searchParams,
    });
  }

  return (request, response) => {
    answer(request).then(
      ({ status, body }) => {
        if (faults.lostAnswers > 0) faults.lostAnswers -= 1;
        else respond(response, status, body);
      },
      (error: unknown) => {
        const refusal = error instanceof RestRefusal ? error : new RestRefusal(500, 20_500, String(error));
        respond(response, refusal.status, refusal.toJSON());
      },
    );
  };
}
