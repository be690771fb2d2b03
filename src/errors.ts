/** The errors we answer requests with: a code for programs, a status, and a sentence for people. */

export class AppError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, sentence: string, cause?: unknown) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.name = 'AppError';
    this.code = code;
    this.status = status;
  }
}

export const notFromTwilio = () =>
  new AppError('not_from_twilio', 403, 'The request does not carry a valid signature of this account.');
export const badRequest = (sentence: string) => new AppError('bad_request', 400, sentence);
export const notFound = () => new AppError('not_found', 404, 'There is nothing at this address.');
