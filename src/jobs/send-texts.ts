/** Sends the texts that wait: when woken after a commit, and every minute for what was left. */
import type { Db } from '../db/connect.ts';
import type { Texting } from '../dealership/ports.ts';
import type { DealershipProfile } from '../dealership/profile.ts';
import { claimText, giveUpLostTexts, recordOutcome } from '../dealership/texts.ts';
import type { Clock } from '../lib/clock.ts';
import { repeat } from './repeat.ts';

const EVERY_MS = 60_000;

export interface TextSender {
  /** There is a text to send; returns at once. */
  wake(): void;
  /** Takes no further text, and resolves when the one under way is written down. */
  close(): Promise<void>;
}

/** Any number of processes may run one: each text is claimed by one of them. `onFault` hears what went wrong, without any number. */
export function createTextSender({
  db,
  profile,
  texting,
  clock,
  onFault,
}: {
  db: Db;
  profile: DealershipProfile;
  texting: Texting;
  clock: Clock;
  onFault: (error: unknown, what: string) => void;
}): TextSender {
  let isClosed = false;
  /** Woken while sending: there may be a text that this pass has not seen. */
  let isWoken = false;
  let underWay: Promise<void> | undefined;

  /** False when there is nothing more to do now. */
  async function sendNext(): Promise<boolean> {
    const claim = await claimText(db, profile, clock.now());
    if (!claim.ok || claim.value === undefined) return false;
    if (claim.value === 'dropped') return true;
    const { id, to, body } = claim.value;
    const outcome = await texting.send({ to, body });
    if ('error' in outcome) onFault(outcome.error, `a text was not confirmed (${outcome.status})`);
    const recorded = await recordOutcome(db, id, outcome);
    if (!recorded.ok) onFault(new Error('The database was busy.'), 'what became of a text was not stored');
    // What is in the way of one text is in the way of the next; a minute later it may be gone.
    return outcome.status !== 'not_sent';
  }

  async function sendAll(): Promise<void> {
    try {
      do {
        isWoken = false;
        while (!isClosed && (await sendNext()));
      } while (isWoken && !isClosed);
    } catch (error) {
      onFault(error, 'texts could not be sent');
    } finally {
      // Here, not a moment later: whoever wakes us from now on begins anew.
      underWay = undefined;
    }
  }

  function run(): Promise<void> {
    isWoken = true;
    underWay ??= sendAll();
    return underWay;
  }

  const stop = repeat({
    clock,
    everyMs: EVERY_MS,
    async run() {
      const lost = await giveUpLostTexts(db);
      if (lost > 0) onFault(new Error(`${lost} texts were left without an answer.`), 'texts are lost');
      await run();
    },
    onError(error) {
      if (!isClosed) onFault(error, 'texts could not be looked through');
    },
  });

  return {
    wake() {
      if (!isClosed) void run();
    },
    async close() {
      isClosed = true;
      stop();
      await underWay;
    },
  };
}
