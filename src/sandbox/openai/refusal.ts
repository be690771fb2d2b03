/** The error answers of the chat API: a status and the body that goes with it. */

export interface ApiRefusal {
  status: number;
  error: { message: string; type: string; param: string | null; code: string | null };
  headers?: Record<string, string>;
}

/** A 400 in the API's own wording; `param` names the offending field. */
export function badRequest(
  message: string,
  param: string | null = null,
  code: string | null = null,
): ApiRefusal {
  return { status: 400, error: { message, type: 'invalid_request_error', param, code } };
}
