/** What is kept of the caller's audio for a new connection. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BYTES_PER_MS, createReplayBuffer } from '../../../src/adapters/deepgram/replay-buffer.ts';

/** Bytes that tell their own position. */
const bytes = (from: number, length: number) =>
  Uint8Array.from({ length }, (_, index) => (from + index) % 251);

describe('audio kept for a new connection', () => {
  it('is always the newest, not covered by a final, and at most the cap', () => {
    const step = fc.oneof(
      fc.record({ append: fc.nat({ max: 400 }), capMs: fc.nat({ max: 60 }) }),
      fc.record({ cover: fc.nat({ max: 4000 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const buffer = createReplayBuffer();
        let end = 0;
        let kept = 0;
        for (const action of steps) {
          if ('cover' in action) {
            buffer.cover(action.cover);
            kept = Math.max(kept, Math.min(action.cover, end));
          } else {
            buffer.append(bytes(end, action.append), action.capMs);
            end += action.append;
            kept = Math.max(kept, end - action.capMs * BYTES_PER_MS);
          }
          const { position, audio } = buffer.read();
          expect(position).toBe(kept);
          expect([...audio]).toEqual([...bytes(kept, end - kept)]);
        }
      }),
    );
  });
});
