/** Everything that keeps the calendar and the schedule together while the process lives. */
import type { Calendar } from '../dealership/ports.ts';
import type { Clock } from '../lib/clock.ts';
import { VendorError } from '../lib/vendor-error.ts';
import type { Log } from '../telemetry/log.ts';
import { watchCalendar } from './calendar-alarm.ts';
import { type CalendarImport, importCalendar } from './import-calendar.ts';
import type { Queue } from './queue.ts';
import { repeat } from './repeat.ts';
import { sweepCalendar, syncAppointment } from './sync-calendar.ts';

/** Google asks that regular work be spread by a quarter either way. */
const EVERY_MS = 5 * 60_000;
const SPREAD = 0.25;
/** One appointment, its attempts included; and one reading of the calendar. */
const SYNC_MS = 20_000;
const IMPORT_MS = 60_000;

export interface CalendarJobs {
  /** The calendar, for others to ask; what it answers opens and closes the alarm too. */
  readonly calendar: Calendar;
  /** Open alarms, in words. */
  readonly alarms: readonly string[];
  /** Ends at once what is under way; it is done again after the next start. */
  stop(): void;
}

/** Starts to read at once, and to work off the queue. `calendar` fails by VendorErrors, which are logged and retried. */
export async function startCalendarJobs(
  work: Omit<CalendarImport, 'now' | 'outbox'> & { clock: Clock; queue: Queue; log: Log },
): Promise<CalendarJobs> {
  const { clock, queue, log } = work;
  const watched = watchCalendar(work.calendar, log);
  const stopping = new AbortController();
  const options = { ...work, calendar: watched.calendar, outbox: queue.outbox, now: () => clock.now() };
  const within = (ms: number) => AbortSignal.any([stopping.signal, AbortSignal.timeout(ms)]);

  const tell = (error: unknown) => {
    if (stopping.signal.aborted) return;
    // A refusal has opened the alarm, which says it once.
    if (error instanceof VendorError && error.fault === 'refused') return;
    log.warn({ err: error }, 'the calendar could not be brought into line; it is tried again');
  };
  const read = async () => {
    await importCalendar(options, within(IMPORT_MS)).catch(tell);
    await sweepCalendar(options, () => within(SYNC_MS));
  };

  await queue.work(async (appointmentId) => {
    const work = syncAppointment(options, appointmentId, within(SYNC_MS));
    const outcome = await work.catch((error: unknown) => {
      tell(error);
      throw error;
    });
    if (outcome === 'conflict' || outcome === 'failed') {
      log.warn(
        { appointmentId, outcome },
        'an appointment and its calendar event differ; a person must look',
      );
    }
  });
  void read().catch(tell);
  const cancel = repeat({ clock, everyMs: EVERY_MS, spread: SPREAD, run: read, onError: tell });

  return {
    calendar: watched.calendar,
    get alarms() {
      return watched.open;
    },
    stop() {
      stopping.abort();
      cancel();
    },
  };
}

/** How long a caller may wait for the calendar before the schedule alone answers. */
const BUSY_MS = 800;

/** Other people's times as the calendar has them now; none when it does not say in time: the schedule knows the last ones. */
export function askBusyTimes(calendar: Calendar) {
  return async (from: Date, to: Date) => {
    const busy = await calendar.busy(from, to, AbortSignal.timeout(BUSY_MS)).catch((error: unknown) => {
      if (error instanceof VendorError) return 'unknown' as const;
      throw error;
    });
    return busy === 'unknown' ? [] : busy;
  };
}
