/** Who Twilio says is calling: a number we can use, or nobody we know. */

/** How carriers spell "withheld" on a keypad: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. */
const WITHHELD = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);

/** E.164, or null for a withheld number and anything that is not a number. */
export function readCallerPhone(from: string): string | null {
  const text = from.trim();
  return /^\+[1-9]\d{6,14}$/.test(text) && !WITHHELD.has(text) ? text : null;
}
