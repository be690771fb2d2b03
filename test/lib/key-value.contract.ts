/** What every key-value store promises; run on each of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json, KeyValue } from '../../src/lib/key-value.ts';

export interface OpenedStore {
  store: KeyValue;
  /** Makes the store believe that this many milliseconds have gone by. */
  passTime(ms: number): Promise<void>;
  close(): Promise<void>;
}

const increment = (current: Json | undefined): Json => (typeof current === 'number' ? current + 1 : 1);

export function describeKeyValue(name: string, open: () => Promise<OpenedStore>): void {
  describe(`the key-value store in ${name}`, () => {
    let opened: OpenedStore;
    let store: KeyValue;
    beforeAll(async () => {
      opened = await open();
      store = opened.store;
    });
    afterAll(() => opened.close());

    it('knows nothing of a key that was never set', async () => {
      expect(await store.get('never')).toBeUndefined();
    });

    it.each<[string, Json]>([
      ['null', null],
      ['false', false],
      ['zero', 0],
      ['an empty text', ''],
      ['text in several scripts', 'Zoë 安 🙂 "quoted" \u0000'],
      ['an empty list', []],
      ['nested values', { list: [1, { deep: [null, 'x'] }], 'key with spaces': true }],
    ])('gives back %s as it was set', async (kind, value) => {
      await store.set(`value ${kind}`, value, 60_000);
      expect(await store.get(`value ${kind}`)).toStrictEqual(value);
    });

    it('forgets a value when its time is over and not before', async () => {
      await store.set('short', 1, 60_000);
      await opened.passTime(50_000);
      expect(await store.get('short')).toBe(1);
      await opened.passTime(10_001);
      expect(await store.get('short')).toBeUndefined();
    });

    it('starts the time to live anew with every set and every update', async () => {
      await store.set('renewed', 1, 60_000);
      await opened.passTime(50_000);
      await store.set('renewed', 2, 60_000);
      await opened.passTime(50_000);
      await store.update('renewed', increment, 60_000);
      await opened.passTime(50_000);
      expect(await store.get('renewed')).toBe(3);
    });

    it('gives an update nothing to start from once the value has expired', async () => {
      await store.set('expired', 41, 60_000);
      await opened.passTime(60_001);
      expect(await store.update('expired', increment, 60_000)).toBe(1);
    });

    it('refuses a time to live that is not a positive number and keeps what it had', async () => {
      await store.set('kept', 'old', 60_000);
      for (const ttlMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
        await expect(store.set('kept', 'new', ttlMs)).rejects.toThrow(RangeError);
        await expect(store.update('kept', () => 'new', ttlMs)).rejects.toThrow(RangeError);
      }
      expect(await store.get('kept')).toBe('old');
    });

    it('deletes a value, and deleting nothing is not an error', async () => {
      await store.set('gone', 1, 60_000);
      await store.delete('gone');
      await store.delete('gone');
      expect(await store.get('gone')).toBeUndefined();
    });

    it('shares no reference with what was put in or taken out', async () => {
      const value = { turns: ['hello'] };
      await store.set('copied', value, 60_000);
      value.turns.push('changed after set');
      const read = await store.get('copied');
      if (read && typeof read === 'object' && !Array.isArray(read)) read['turns'] = 'changed after get';
      expect(await store.get('copied')).toStrictEqual({ turns: ['hello'] });
    });

    it('keeps every one of 100 concurrent updates and answers each with its own result', async () => {
      const answers = await Promise.all(
        Array.from({ length: 100 }, () => store.update('counter', increment, 60_000)),
      );
      expect(answers).toStrictEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      expect(await store.get('counter')).toBe(100);
    });

    it('leaves the value alone and loses no other update when one change throws', async () => {
      await store.set('partly', 0, 60_000);
      const outcomes = await Promise.allSettled([
        store.update('partly', increment, 60_000),
        store.update(
          'partly',
          () => {
            throw new Error('no such turn');
          },
          60_000,
        ),
        store.update('partly', increment, 60_000),
      ]);
      expect(outcomes.map((outcome) => outcome.status)).toStrictEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(outcomes[1]).toMatchObject({ reason: { message: 'no such turn' } });
      expect(await store.get('partly')).toBe(2);
    });

    it('answers a ping', async () => {
      await expect(store.ping()).resolves.toBeUndefined();
    });
  });
}
