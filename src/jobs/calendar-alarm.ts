/** Whether Google lets us in: an alarm that opens with a refusal, is logged once, and closes with the next answer. */
import type { Calendar } from '../dealership/ports.ts';
import { VendorError } from '../lib/vendor-error.ts';
import type { Log } from '../telemetry/log.ts';

const WORDS =
  'Google Calendar does not let us in: bookings go on, and the calendar is behind. Check GOOGLE_CALENDAR_ID, or run `npm run google:token`.';

/** `calendar` is the given one, listened to. `open`: what is wrong, in words for whoever runs this. */
export function watchCalendar(
  calendar: Calendar,
  log: Log,
): { calendar: Calendar; readonly open: readonly string[] } {
  let isOpen = false;

  async function note<T>(asked: Promise<T>): Promise<T> {
    try {
      const answer = await asked;
      if (isOpen) log.info('Google Calendar lets us in again');
      isOpen = false;
      return answer;
    } catch (error) {
      if (error instanceof VendorError && error.fault === 'refused') {
        if (!isOpen) log.error({ err: error }, WORDS);
        isOpen = true;
      }
      throw error;
    }
  }

  return {
    calendar: {
      get: (...asked) => note(calendar.get(...asked)),
      put: (...asked) => note(calendar.put(...asked)),
      remove: (...asked) => note(calendar.remove(...asked)),
      busy: (...asked) => note(calendar.busy(...asked)),
      changes: (...asked) => note(calendar.changes(...asked)),
    },
    get open() {
      return isOpen ? [WORDS] : [];
    },
  };
}
