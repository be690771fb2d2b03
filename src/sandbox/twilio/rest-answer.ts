/** Answers of the REST API: JSON, pages, and refusals with Twilio's numbers. */
import type { ServerResponse } from 'node:http';

export class RestRefusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = 'RestRefusal';
    this.status = status;
    this.code = code;
  }

  toJSON(): Record<string, unknown> {
    const { status, code, message } = this;
    return { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status };
  }
}

export function respond(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** A list in Twilio's envelope; always one page. */
export function page(key: string, rows: readonly unknown[]): Record<string, unknown> {
  return {
    [key]: rows,
    page: 0,
    page_size: 50,
    start: 0,
    end: Math.max(0, rows.length - 1),
    uri: '',
    first_page_uri: '',
    next_page_uri: null,
    previous_page_uri: null,
  };
}

/** A number Twilio would try to reach; its published test number for "invalid" is not one. */
export function requireReachable(to: string | null): string {
  if (!to || !/^\+[1-9]\d{6,14}$/.test(to) || to === '+15005550001') {
    throw new RestRefusal(400, 21_211, `The 'To' number ${to} is not a valid phone number`);
  }
  return to;
}

export function requireField(fields: URLSearchParams, name: string): string {
  const value = fields.get(name);
  if (!value) throw new RestRefusal(400, 21_201, `No '${name}' specified`);
  return value;
}
