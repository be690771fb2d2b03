import { describe, expect, it } from 'vitest';
import { createMemoryKeyValue } from '../../src/lib/memory-key-value.ts';
import { describeKeyValue } from './key-value.contract.ts';

describeKeyValue('memory', async () => {
  let elapsed = 0;
  const clock = { now: () => elapsed, elapsed: () => elapsed, after: () => () => {} };
  const store = createMemoryKeyValue({ clock });
  return {
    store,
    async passTime(ms) {
      elapsed += ms;
    },
    close: () => store.close(),
  };
});

describe('the bound of the store in memory', () => {
  it('lets the entry go that was used least recently', async () => {
    const store = createMemoryKeyValue({ max: 2 });
    await store.set('a', 1, 1_000);
    await store.set('b', 2, 1_000);
    await store.get('a');
    await store.set('c', 3, 1_000);
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toStrictEqual([
      1,
      undefined,
      3,
    ]);
  });
});
