import { describe, expect, it } from 'vitest';
import type { VinRegistry } from '../../src/dealership/ports.ts';
import { createVinDecoder } from '../../src/dealership/vin-decoder.ts';
import type { KeyValue } from '../../src/lib/key-value.ts';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';

const VIN = '1HGCM82633A004352';
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;
const accord = { make: 'Honda', model: 'Accord', year: 2003 };

function open(find?: VinRegistry['find'], keyValue: KeyValue = createMemoryKeyValue()) {
  const asked: string[] = [];
  const errors: unknown[] = [];
  const registry: VinRegistry | undefined = find && {
    find(vin) {
      asked.push(vin);
      return find(vin);
    },
  };
  const decoder = createVinDecoder({
    registry,
    keyValue,
    hashKey: 'k',
    onError: (error) => errors.push(error),
  });
  return { asked, errors, decode: (text: string) => decoder.decode(text) };
}

describe('a VIN', () => {
  it('without the registry says make and year', async () => {
    expect(await open().decode('1hg cm826 33a-004352')).toEqual({
      length: 17,
      isValid: true,
      make: 'Honda',
      year: 2003,
      model: null,
      suggestion: undefined,
    });
  });

  it('with the registry says the model too, and is asked for once a week', async () => {
    const { decode, asked } = open(() => Promise.resolve(accord));
    expect(await decode(VIN)).toMatchObject({ make: 'Honda', model: 'Accord', year: 2003 });
    expect(await decode(VIN.toLowerCase())).toMatchObject({ model: 'Accord' });
    expect(asked).toEqual([VIN]);
  });

  it('is kept for a week under a digest, so that the store holds no VIN', async () => {
    const kept: { key: string; ttlMs: number; value: unknown }[] = [];
    const store = createMemoryKeyValue();
    const { decode } = open(() => Promise.resolve(accord), {
      ...store,
      set(key, value, ttlMs) {
        kept.push({ key, ttlMs, value });
        return store.set(key, value, ttlMs);
      },
    });
    await decode(VIN);
    expect(kept).toEqual([{ key: expect.stringMatching(/^vin:[\w-]{43}$/), ttlMs: WEEK_MS, value: accord }]);
    expect(JSON.stringify(kept)).not.toContain(VIN);
  });

  it('says make and year by itself when the registry fails, and is asked for again next time', async () => {
    const { decode, asked, errors } = open(() => Promise.reject(new Error('down')));
    expect(await decode(VIN)).toMatchObject({ isValid: true, make: 'Honda', year: 2003, model: null });
    await decode(VIN);
    expect(asked).toHaveLength(2);
    expect(errors).toHaveLength(2);
  });

  it('is decoded also when the store fails', async () => {
    const broken = () => Promise.reject(new Error('store'));
    const { decode, errors } = open(() => Promise.resolve(accord), {
      ...createMemoryKeyValue(),
      get: broken,
      set: broken,
    });
    expect(await decode(VIN)).toMatchObject({ model: 'Accord' });
    expect(errors).toHaveLength(2);
  });

  it('that nobody knows there speaks for itself', async () => {
    expect(await open(() => Promise.resolve(undefined)).decode(VIN)).toMatchObject({
      make: 'Honda',
      model: null,
    });
  });

  it.each(['1HGCM82633A004353', '1HGCM82633A00435', '../../etc', '', 'x'.repeat(500)])(
    'that cannot be right is never sent anywhere: %s',
    async (text) => {
      const { decode, asked } = open(() => Promise.resolve(accord));
      expect(await decode(text)).toMatchObject({ isValid: false, make: null, year: null, model: null });
      expect(asked).toEqual([]);
    },
  );
});
