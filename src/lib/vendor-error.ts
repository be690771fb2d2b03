/** What an adapter throws or reports when a vendor fails. Whether trying again helps is decided here, once. */

export type VendorFault =
  | 'refused'
  | 'limited'
  | 'quota'
  | 'timeout'
  | 'truncated'
  | 'unavailable'
  | 'invalid';

/**
 * `refused`: credentials or permission. `limited`: too many requests. `quota`: out of credit.
 * `timeout`: no answer in time. `truncated`: the answer broke off. `unavailable`: network or vendor down.
 * `invalid`: our request, or their answer, makes no sense.
 */
export class VendorError extends Error {
  readonly vendor: string;
  readonly fault: VendorFault;
  readonly retryable: boolean;
  readonly status: number | undefined;

  constructor(
    vendor: string,
    fault: VendorFault,
    message: string,
    options: { status?: number; cause?: unknown } = {},
  ) {
    super(`${vendor}: ${message}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VendorError';
    this.vendor = vendor;
    this.fault = fault;
    this.status = options.status;
    this.retryable =
      fault === 'limited' || fault === 'timeout' || fault === 'truncated' || fault === 'unavailable';
  }
}
