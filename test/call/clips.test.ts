import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Clips, createClips } from '../../src/call/clips.ts';
import { LINES, type Line } from '../../src/call/events.ts';
import { VendorError } from '../../src/lib/vendor-error.ts';
import { createManualClock } from '../support/manual-clock.ts';

const texts: Record<Line, string> = {
  greeting: 'Greeting at 9:00.',
  welcome: 'Welcome.',
  lineCut: 'Sorry, the line cut out.',
  nobodyThere: 'Nobody could take the call.',
  oneMoment: 'One moment.',
  stillWorking: 'Still working.',
  stillThere: 'Still there?',
  noInputGoodbye: 'No input.',
  didNotCatch: 'Pardon?',
  trouble: 'Trouble.',
  troubleGoodbye: 'Trouble, goodbye.',
  cannotHearGoodbye: 'Cannot hear.',
  timeUpGoodbye: 'Time is up.',
  shutdownGoodbye: 'Closing.',
};
const away = new VendorError('deepgram', 'unavailable', 'no answer');

const opened: Clips[] = [];
afterEach(() => {
  for (const clips of opened.splice(0)) clips.close();
});

function open(render: (text: string, signal: AbortSignal) => Promise<Uint8Array>) {
  const clock = createManualClock();
  const faults: { error: unknown; missing: readonly Line[] }[] = [];
  const clips = createClips({
    texts,
    render,
    clock,
    onFault: (error, missing) => faults.push({ error, missing }),
  });
  opened.push(clips);
  return { clips, clock, faults };
}

const voiceOf = (text: string) => new Uint8Array([text.length]);

describe('the fixed lines', () => {
  it('are rendered one after the other as they are spoken, the greeting first', async () => {
    const asked: string[] = [];
    let atOnce = 0;
    const { clips, clock, faults } = open(async (text) => {
      expect(++atOnce).toBe(1);
      asked.push(text);
      await Promise.resolve();
      atOnce--;
      return voiceOf(text);
    });
    await clips.ready;
    expect(asked).toHaveLength(LINES.length);
    expect(asked[0]).toMatch(/^Greeting at nine/);
    expect(clips.missing).toEqual([]);
    expect(clips.text('greeting')).toBe('Greeting at 9:00.');
    expect(clips.audio('greeting')).toEqual(voiceOf(asked[0] ?? ''));
    expect(faults).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  it('are tried again after a minute, only those that are missing, until all are there', async () => {
    let allowed = 2;
    const asked: string[] = [];
    const { clips, clock, faults } = open(async (text) => {
      asked.push(text);
      if (allowed-- <= 0) throw away;
      return voiceOf(text);
    });
    await clips.ready;
    expect(clips.missing).toEqual(LINES.slice(2));
    expect(faults).toEqual([{ error: away, missing: LINES.slice(2) }]);
    // One failure is enough: the others are not asked of a vendor that is away.
    expect(asked).toHaveLength(3);

    allowed = 100;
    clock.advance(59_999);
    expect(asked).toHaveLength(3);
    clock.advance(1);
    await vi.waitFor(() => expect(clips.missing).toEqual([]));
    expect(asked).toHaveLength(3 + LINES.length - 2);
    expect(faults).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  it('still have their words while the voice is away', async () => {
    const { clips } = open(() => Promise.reject(away));
    await clips.ready;
    expect(clips.audio('trouble')).toBeUndefined();
    expect(clips.text('trouble')).toBe('Trouble.');
  });

  it('are given up when the application closes: the request is cut and no timer is left', async () => {
    let isCut = false;
    const { clips, clock, faults } = open(
      (_text, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            isCut = true;
            reject(away);
          });
        }),
    );
    clips.close();
    await clips.ready;
    expect(isCut).toBe(true);
    expect(clock.waiting).toBe(0);
    expect(faults).toEqual([]);
  });

  it('are not tried again once it has closed', async () => {
    const { clips, clock } = open(() => Promise.reject(away));
    await clips.ready;
    expect(clock.waiting).toBe(1);
    clips.close();
    expect(clock.waiting).toBe(0);
  });
});
