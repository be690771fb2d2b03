/** What goes wrong with Deepgram, as a VendorError: whether trying again helps is decided here. */
import { VendorError, type VendorFault } from '../../lib/vendor-error.ts';

const VENDOR = 'deepgram';

function faultOf(status: number): VendorFault {
  if (status === 401 || status === 403) return 'refused';
  if (status === 402) return 'quota';
  if (status === 429) return 'limited';
  if (status === 408 || status === 504) return 'timeout';
  return status >= 400 && status < 500 ? 'invalid' : 'unavailable';
}

/** `detail`: the dg-error header, a code or a short sentence about our request. */
export function handshakeError(status: number, detail: string | undefined): VendorError {
  const reason = detail ? ` (${detail.slice(0, 120)})` : '';
  return new VendorError(VENDOR, faultOf(status), `the connection was answered with ${status}${reason}`, {
    status,
  });
}

/** `reason`: prose of the service; there NET-0001 says that we sent nothing for too long. */
export function closeError(code: number, reason: string): VendorError {
  // 1008 DATA-0000: the audio could not be decoded. It would not be the next time either.
  const fault = code === 1008 ? 'invalid' : /net-?0001/i.test(reason) ? 'timeout' : 'unavailable';
  const prose = reason ? `: ${reason.slice(0, 160)}` : '';
  return new VendorError(VENDOR, fault, `the connection closed with ${code}${prose}`);
}

export function networkError(cause: Error): VendorError {
  return new VendorError(VENDOR, 'unavailable', 'the network failed', { cause });
}

export function malformedError(): VendorError {
  return new VendorError(
    VENDOR,
    'invalid',
    'the request could not be written; check the API key and the base URL',
  );
}

export function openTimeout(ms: number): VendorError {
  return new VendorError(VENDOR, 'timeout', `no connection within ${ms} ms`);
}

export function silentError(ms: number): VendorError {
  return new VendorError(VENDOR, 'timeout', `no audio for ${ms} ms`);
}

export function stuckError(bytes: number): VendorError {
  return new VendorError(
    VENDOR,
    'unavailable',
    `the connection stopped taking audio with ${bytes} bytes waiting`,
  );
}

export function deafError(ms: number): VendorError {
  return new VendorError(VENDOR, 'unavailable', `no words in ${ms} ms of loud audio`);
}

export function wrongAudioError(): VendorError {
  return new VendorError(VENDOR, 'invalid', 'the audio is a file, not raw mu-law');
}

export function renderTimeout(ms: number): VendorError {
  return new VendorError(VENDOR, 'timeout', `no speech within ${ms} ms`);
}

/** Anything the SDK throws. Its errors carry the request, so only the status is kept of them. */
export function toVendorError(error: unknown): VendorError {
  if (error instanceof VendorError) return error;
  const status = statusOf(error);
  if (status !== undefined) {
    return new VendorError(VENDOR, faultOf(status), `the request was answered with ${status}`, { status });
  }
  const name = error instanceof Error ? error.name : 'unknown error';
  if (name === 'DeepgramTimeoutError') return new VendorError(VENDOR, 'timeout', 'no answer in time');
  return new VendorError(VENDOR, 'unavailable', `the request failed (${name})`);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** Whether these bytes open a file (WAV, MP3, Ogg) rather than bare samples: played, they would click or hiss. */
export function isFileHeader(audio: Uint8Array): boolean {
  const magic = Buffer.from(audio.subarray(0, 4)).toString('latin1');
  return magic === 'RIFF' || magic === 'OggS' || magic.startsWith('ID3');
}
