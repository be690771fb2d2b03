/** Shows how far a load has come: one line redrawn on a terminal, plain lines anywhere else. */
import { styleText } from 'node:util';

/** What is needed of process.stdout. */
export interface Screen {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

const BAR_WIDTH = 28;
/** Faster than this the eye sees no difference, and the terminal is slower than the database. */
const REDRAW_MS = 50;
const ERASE_LINE = '\r\u001b[2K';

/** `total` counts all steps of all stages. `now` is a monotonic clock in milliseconds. */
export function createProgress(screen: Screen, total: number, now: () => number = () => performance.now()) {
  let finished = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDirty = false;

  function draw(stage: string, done: number): void {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const filled = Math.round(share * BAR_WIDTH);
    const bar = `${styleText('green', '━'.repeat(filled))}${styleText('dim', '━'.repeat(BAR_WIDTH - filled))}`;
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    const room = Math.max(0, (screen.columns ?? 80) - BAR_WIDTH - 10);
    screen.write(`${ERASE_LINE}  ${bar} ${percent}  ${stage.slice(0, room)}`);
    drawnAt = now();
    isDirty = true;
  }

  return {
    /** `done` of `of` in this stage; stages come one after the other. */
    update(stage: string, done: number, of: number): void {
      const isLast = done >= of;
      if (screen.isTTY) {
        if (isLast || now() - drawnAt >= REDRAW_MS) draw(stage, finished + done);
      } else if (isLast) {
        screen.write(`  ${stage}: ${of.toLocaleString('en-US')} rows\n`);
      }
      if (isLast) finished += of;
    },
    /** Leaves the terminal's line clean, for what is printed next. */
    end(): void {
      if (isDirty) screen.write(ERASE_LINE);
      isDirty = false;
    },
  };
}
