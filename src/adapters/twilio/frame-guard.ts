/** What keeps one socket from feeding us too much, or the same audio twice. */

/** Twilio sends 50 frames a second; twice that is generous, and the burst is ten seconds of a stalled network. */
const FRAMES_PER_MS = 0.1;
const LONGEST_BURST = 500;
/** A frame this far behind is not late: the counting has begun anew. Ten seconds of frames. */
const LARGEST_LATENESS = 500;

/** Says whether the frame arriving at `nowMs` is still within 100 a second, bursts of 500 allowed. */
export function createFloodGuard(): (nowMs: number) => boolean {
  let allowance = LONGEST_BURST;
  let last: number | undefined;
  return (nowMs) => {
    allowance = Math.min(LONGEST_BURST, allowance + (nowMs - (last ?? nowMs)) * FRAMES_PER_MS);
    last = nowMs;
    if (allowance < 1) return false;
    allowance -= 1;
    return true;
  };
}

/**
 * Says whether a frame is newer than all before it: duplicates and latecomers are not, so the audio that passes never
 * goes back in time. A frame without a usable number is taken in the order it came.
 */
export function createOrderGuard(): (sequence: number | undefined) => boolean {
  let newest = 0;
  return (sequence) => {
    if (sequence === undefined) return true;
    if (sequence <= newest && newest - sequence < LARGEST_LATENESS) return false;
    newest = sequence;
    return true;
  };
}
