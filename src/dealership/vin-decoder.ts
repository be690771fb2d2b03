/** What a spoken VIN says of a car: by itself always, and with the model when the public registry answers in time. */
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { KeyValue } from '../lib/key-value.ts';
import type { VinRegistry } from './ports.ts';
import { isValidVin, vinMake, vinModelYear } from './vin.ts';
import { foldVin, suggestVin } from './vin-repair.ts';

interface DecodedVin {
  /** Characters that were heard, without spaces; a VIN has 17. */
  length: number;
  isValid: boolean;
  /** Null when unknown, and always when the VIN is not valid: half a guess is worse than a question. */
  make: string | null;
  year: number | null;
  model: string | null;
  /** Another VIN, which the caller may have meant; see `suggestVin`. */
  suggestion: string | undefined;
}

export interface VinDecoder {
  /** Never rejects: without the registry the answer is what the VIN says by itself. */
  decode(text: string): Promise<DecodedVin>;
}

const WEEK_MS = 7 * 86_400_000;
const factsSchema = z.object({
  make: z.string().nullable(),
  model: z.string().nullable(),
  year: z.number().nullable(),
});

/**
 * `registry`: left out when vendors are not to be contacted. `hashKey`: turns a VIN into a key of the store, which
 * holds no VIN. `onError` hears why the registry or the store could not be used.
 */
export function createVinDecoder({
  registry,
  keyValue,
  hashKey,
  onError,
}: {
  registry?: VinRegistry | undefined;
  keyValue: KeyValue;
  hashKey: string;
  onError: (error: unknown) => void;
}): VinDecoder {
  const keyOf = (vin: string) => `vin:${createHmac('sha256', hashKey).update(vin).digest('base64url')}`;

  async function lookUp(vin: string): Promise<z.infer<typeof factsSchema> | undefined> {
    if (!registry) return undefined;
    const key = keyOf(vin);
    try {
      const cached = factsSchema.safeParse(await keyValue.get(key));
      if (cached.success) return cached.data;
    } catch (error) {
      onError(error);
    }
    try {
      const found = await registry.find(vin);
      // Not awaited: the caller is listening.
      if (found) keyValue.set(key, { ...found }, WEEK_MS).catch(onError);
      return found;
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  return {
    async decode(text) {
      const vin = foldVin(text);
      const { length } = Array.from(vin);
      if (!isValidVin(vin)) {
        return { length, isValid: false, make: null, year: null, model: null, suggestion: suggestVin(vin) };
      }
      const found = await lookUp(vin);
      return {
        length,
        isValid: true,
        make: vinMake(vin) ?? found?.make ?? null,
        year: found?.year ?? vinModelYear(vin),
        model: found?.model ?? null,
        suggestion: undefined,
      };
    },
  };
}
