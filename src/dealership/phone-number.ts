/** Phone numbers in one form, E.164, whatever way they were written or said. */
import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** What Twilio sends for ANONYMOUS, RESTRICTED, BLOCKED and UNKNOWN, spelled on a keypad. They are nobody's numbers. */
const WITHHELD = new Set(['+266696687', '+7378742833', '+2562533', '+8656696']);

/**
 * E.164, or undefined when it cannot be a number; without a country code it is read as a North American one.
 * Possible is enough: numbers with the exchange 555, as in every demonstration, are never assigned ones.
 */
export function normalizePhone(text: string): string | undefined {
  const parsed = parsePhoneNumberFromString(text, 'US');
  if (parsed === undefined || !parsed.isPossible()) return undefined;
  return WITHHELD.has(parsed.number) ? undefined : parsed.number;
}
