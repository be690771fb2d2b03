/** What our texts say. One that arrives on a stranger's phone must tell them little: no car, no plate, no name. */
import { toLocal, weekdayName } from './local-time.ts';
import { findService } from './menu.ts';
import type { DealershipProfile } from './profile.ts';
import { cutText } from './text.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
/** With these the whole text is below 320 characters, two parts of a text message. */
const NAME_MAX = 60;

/** The same words whether the appointment is new or was moved: what counts is when it is now. */
export function composeConfirmation(
  profile: DealershipProfile,
  { serviceType, scheduledAt }: { serviceType: string; scheduledAt: Date },
): string {
  const service = findService(profile, serviceType);
  const what =
    service === undefined || service.category === 'other'
      ? 'Your service appointment'
      : `Your appointment for ${cutText(service.say, NAME_MAX)}`;
  const text = `${cutText(profile.name, NAME_MAX)}: ${what} is on ${writeWhen(profile, scheduledAt)}. To change it, call ${writePhone(profile.mainPhone)}. Reply STOP to opt out.`;
  return inBasicLetters(text);
}

/** `Tuesday, May 26 at 9:00 AM`, where the dealership is. */
function writeWhen(profile: DealershipProfile, at: Date): string {
  const time = toLocal(at, profile.timeZone);
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  const minute = String(time.minute).padStart(2, '0');
  const day = `${weekdayName(time.toPlainDate())}, ${MONTHS[time.month - 1]} ${time.day}`;
  return `${day} at ${hour}:${minute} ${time.hour < 12 ? 'AM' : 'PM'}`;
}

/** `217-555-0100`; a number outside North America stays as it is. */
function writePhone(e164: string): string {
  return e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '$1-$2-$3');
}

/** One typographic quote would more than double what a text costs: it makes every character two bytes. */
function inBasicLetters(text: string): string {
  return text.replace(/[‘’]/g, "'").replace(/[“”]/g, '"').replace(/[–—]/g, '-');
}
