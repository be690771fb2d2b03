/** The status callbacks of one call: numbered, in order unless the call's faults say otherwise. */
import { rfc2822 } from './call-record.ts';
import type { CallFaults } from './faults.ts';
import type { Form } from './webhook.ts';

export interface StatusCallbacks {
  /** Queues one; `event` is what subscriptions name, `form` the fields of the moment. */
  report(event: string, form: Form, now: number): void;
  /** Everything reported has been delivered, or has failed: Twilio does not try twice. */
  flush(): Promise<void>;
}

export function createStatusCallbacks(
  events: readonly string[],
  faults: Readonly<CallFaults>,
  post: (form: Form) => Promise<unknown>,
): StatusCallbacks {
  let sequence = 0;
  let kept: Form[] = [];
  let delivering: Promise<void> = Promise.resolve();

  async function deliver(form: Form): Promise<void> {
    try {
      await post(form);
    } catch {
      // An application that is not there misses its callback.
    }
  }

  return {
    report(event, form, now) {
      const numbered = {
        ...form,
        SequenceNumber: String(sequence),
        Timestamp: rfc2822(now),
        CallbackSource: 'call-progress-events',
      };
      sequence += 1;
      if (!events.includes(event)) return;
      if (faults.reverseStatus) kept.unshift(numbered);
      else delivering = delivering.then(() => deliver(numbered));
    },
    async flush() {
      for (const form of kept) delivering = delivering.then(() => deliver(form));
      kept = [];
      await delivering;
    },
  };
}
