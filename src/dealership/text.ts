/** Text from outside made fit to store: no control characters, no stray space, no more than so many characters. */

/** Control and format characters (NUL, escapes, bidirectional overrides), which no name or sentence needs. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]+/gu;

/** One line: runs of space become one, the ends are trimmed. */
export function cleanText(text: string): string {
  return text.replace(UNSEEN, ' ').replace(/\s+/gu, ' ').trim();
}

/** In characters as PostgreSQL counts them, not UTF-16 units. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** `cleanText`, cut to `max` characters. */
export function cutText(text: string, max: number): string {
  return Array.from(cleanText(text)).slice(0, max).join('').trim();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL can look it up at all; an id of any other form belongs to nobody. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
