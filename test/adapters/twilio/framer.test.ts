import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFramer } from '../../../src/adapters/twilio/framer.ts';
import { createManualClock } from '../../support/manual-clock.ts';

const bytes = (count: number, value = 1) => new Uint8Array(count).fill(value);

function setUp() {
  const clock = createManualClock();
  const out: (Uint8Array | string)[] = [];
  const framer = createFramer(clock, {
    media: (audio) => out.push(audio.slice()),
    mark: (name) => out.push(name),
  });
  const sizes = () => out.map((item) => (typeof item === 'string' ? item : item.length));
  return { clock, framer, out, sizes };
}

describe('outgoing audio', () => {
  it('leaves at once in whole frames of 20 ms, at most 200 ms to a message', () => {
    const { framer, sizes } = setUp();
    framer.play(bytes(4000));
    expect(sizes()).toEqual([1600, 1600, 800]);
  });

  it('waits with a part frame for the audio that completes it', () => {
    const { clock, framer, out, sizes } = setUp();
    framer.play(bytes(8100, 1));
    clock.advance(500);
    framer.play(bytes(100, 2));
    expect(sizes()).toEqual([1600, 1600, 1600, 1600, 1600, 160]);
    expect(out.at(-1)).toEqual(new Uint8Array([...bytes(100, 1), ...bytes(60, 2)]));
  });

  it('fills a part frame up with silence only when the far end is about to run dry', () => {
    const { clock, framer, out } = setUp();
    framer.play(bytes(8100));
    clock.advance(1000 - 61);
    expect(out).toHaveLength(5);
    clock.advance(1);
    expect(out.at(-1)).toEqual(new Uint8Array([...bytes(100), ...bytes(60, 0xff)]));
  });

  it('does not keep a part frame for ever when nothing else is playing', () => {
    const { clock, framer, sizes } = setUp();
    framer.play(bytes(10));
    clock.advance(20);
    expect(sizes()).toEqual([160]);
  });

  it('lets no mark overtake its audio', () => {
    const { clock, framer, sizes } = setUp();
    framer.mark('before');
    framer.play(bytes(250));
    framer.mark('first');
    framer.play(bytes(70));
    framer.mark('whole');
    framer.play(bytes(30));
    framer.mark('last');
    expect(sizes()).toEqual(['before', 160, 160, 'first', 'whole']);
    clock.advance(100);
    expect(sizes()).toEqual(['before', 160, 160, 'first', 'whole', 160, 'last']);
  });

  it('gives back the marks that were waiting when it is cleared, and forgets the part frame', () => {
    const { clock, framer, sizes } = setUp();
    framer.play(bytes(800_050));
    framer.mark('a');
    expect(framer.clear()).toEqual(['a']);
    const sent = sizes().length;
    framer.play(bytes(40));
    clock.advance(20);
    expect(sizes().slice(sent)).toEqual([160]);
  });

  it('arrives complete and in order however it was cut, with silence only at the end', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 0, maxLength: 700 })), (pieces) => {
        const { clock, framer, out } = setUp();
        for (const piece of pieces) framer.play(piece);
        framer.mark('end');
        clock.advance(60_000);
        const sent = Buffer.concat(out.filter((item) => typeof item !== 'string'));
        const played = Buffer.concat(pieces);
        const padding = Buffer.alloc((160 - (played.length % 160)) % 160, 0xff);
        expect(sent.equals(Buffer.concat([played, padding]))).toBe(true);
        expect(out.at(-1)).toBe('end');
      }),
    );
  });
});
