/** The model of a car by its VIN, from vPIC, the public registry of the American road safety administration (NHTSA). */
import { z } from 'zod';
import type { VinRegistry } from '../../dealership/ports.ts';
import type { Clock } from '../../lib/clock.ts';
import { VendorError } from '../../lib/vendor-error.ts';

/** https://vpic.nhtsa.dot.gov/api/ : free, without a key. */
const BASE_URL = 'https://vpic.nhtsa.dot.gov/api';
/** A caller is listening; without an answer they are simply asked for the model. */
const DEADLINE_MS = 1_500;
/** An answer has about 10 kB. */
const MOST_BYTES = 256 * 1024;

/** A fact that the registry does not have is an empty string there. */
const name = z
  .string()
  .trim()
  .transform((text) =>
    text === '' || text.length > 60 || /[^\p{L}\p{N} .&+/'()-]/u.test(text) ? null : text,
  )
  .nullish()
  .transform((text) => text ?? null);
const year = z
  .string()
  .nullish()
  .transform((text) => (/^(19|20)\d\d$/.test(text ?? '') ? Number(text) : null));
const answerSchema = z.object({
  Results: z.array(z.object({ Make: name, Model: name, ModelYear: year })).min(1),
});

/** `baseUrl` points at a stand-in. `fetch` replaces what sends the request. */
export function createVinRegistry({
  clock,
  baseUrl = BASE_URL,
  fetch = globalThis.fetch,
}: {
  clock: Clock;
  baseUrl?: string | undefined;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
}): VinRegistry {
  return {
    async find(vin) {
      const late = new AbortController();
      const cancel = clock.after(DEADLINE_MS, () => late.abort());
      try {
        const url = `${baseUrl.replace(/\/+$/, '')}/vehicles/DecodeVinValues/${encodeURIComponent(vin)}?format=json`;
        const response = await fetch(url, {
          signal: late.signal,
          redirect: 'error',
          headers: { accept: 'application/json' },
        });
        const text = await readText(response);
        if (!response.ok) throw failed(response.status === 429 ? 'limited' : 'unavailable', response.status);
        return readFacts(text);
      } catch (error) {
        if (error instanceof VendorError) throw error;
        // Neither the error nor its cause is kept: they name the address, and so the VIN.
        throw late.signal.aborted
          ? new VendorError('nhtsa', 'timeout', `no answer in ${DEADLINE_MS} ms`)
          : new VendorError('nhtsa', 'unavailable', 'the connection failed');
      } finally {
        cancel();
      }
    },
  };
}

function failed(fault: 'limited' | 'unavailable', status: number): VendorError {
  return new VendorError('nhtsa', fault, `answered with status ${status}`, { status });
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MOST_BYTES) throw new VendorError('nhtsa', 'invalid', 'the answer is too long');
    text += decoder.decode(chunk, { stream: true });
  }
  return text;
}

function readFacts(text: string) {
  const parsed = answerSchema.safeParse(parseJson(text));
  const [facts] = parsed.data?.Results ?? [];
  if (!facts) throw new VendorError('nhtsa', 'invalid', 'the answer makes no sense');
  const { Make: make, Model: model, ModelYear: modelYear } = facts;
  if (make === null && model === null) return undefined;
  return { make: make === null ? null : asSpoken(make), model, year: modelYear };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The registry writes HONDA and MERCEDES-BENZ; a name of three letters is an abbreviation. */
function asSpoken(make: string): string {
  return make.replace(/\p{L}{4,}/gu, (word) => word.charAt(0) + word.slice(1).toLowerCase());
}
