/** The fixed lines as audio, rendered when the server starts and tried again later if the voice was away. */
import type { Clock } from '../lib/clock.ts';
import { speakable } from '../speech/speakable.ts';
import { LINES, type Line } from './events.ts';
import type { Lines } from './ports.ts';

export interface Clips extends Lines {
  /** Lines that could not be rendered yet; they are spoken live. */
  readonly missing: readonly Line[];
  /** Resolves after the first attempt at each line, successful or not. */
  readonly ready: Promise<void>;
  close(): void;
}

const RENDER_MS = 5_000;
const RETRY_MS = 60_000;

export function createClips(options: {
  texts: Readonly<Record<Line, string>>;
  render(text: string, signal: AbortSignal): Promise<Uint8Array>;
  clock: Clock;
  onFault(error: unknown, missing: readonly Line[]): void;
}): Clips {
  const { texts, clock } = options;
  const audio = new Map<Line, Uint8Array>();
  const closing = new AbortController();
  let cancelRetry: (() => void) | undefined;
  const missing = () => LINES.filter((line) => !audio.has(line));

  async function renderMissing(): Promise<void> {
    let fault: unknown;
    // One after the other: the voice allows few requests at once, and the greeting comes first.
    for (const line of missing()) {
      if (closing.signal.aborted) return;
      try {
        const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(RENDER_MS)]);
        audio.set(line, await options.render(speakable(texts[line]), signal));
      } catch (error) {
        fault = error;
        // The others would wait for the same vendor in vain.
        break;
      }
    }
    if (closing.signal.aborted || missing().length === 0) return;
    options.onFault(fault, missing());
    cancelRetry = clock.after(RETRY_MS, () => void renderMissing());
  }

  return {
    text: (line) => texts[line],
    audio: (line) => audio.get(line),
    get missing() {
      return missing();
    },
    ready: renderMissing(),
    close() {
      cancelRetry?.();
      closing.abort();
    },
  };
}
