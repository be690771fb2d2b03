/** A VIN that was misheard by one character, mended when there is only one way to mend it. */
import { isValidVin, vinModelYear } from './vin.ts';

/** Letters and digits that are taken for one another on the phone. */
const SOUND_ALIKE = ['BCDEGPTVZ3', 'MN', 'FSX', 'AH8', 'AJK', 'GJ', '59'];
/** A VIN never has these letters; whoever reads one out means the digit that looks like it. */
const NEVER: Readonly<Record<string, string>> = { I: '1', O: '0', Q: '0' };

const CANDIDATES = new Map<string, string[]>();
for (const group of SOUND_ALIKE) {
  for (const heard of group) {
    const others = Array.from(group).filter((other) => other !== heard);
    CANDIDATES.set(heard, [...(CANDIDATES.get(heard) ?? []), ...others]);
  }
}
for (const [heard, meant] of Object.entries(NEVER)) CANDIDATES.set(heard, [meant]);

/** Upper case, without the spaces and dashes that come with reading it out. */
export function foldVin(text: string): string {
  return text.replace(/[\s.,-]+/g, '').toUpperCase();
}

/**
 * The one VIN that differs from `vin` (folded) by one usual mishearing and has the right check digit and a year code.
 * Undefined when `vin` is right as it stands, when nothing fits, and when more than one thing would: then it is a
 * guess. Even the only one may be wrong, so it is for asking the caller, never for storing.
 */
export function suggestVin(vin: string): string | undefined {
  if (vin.length !== 17 || isValidVin(vin)) return undefined;
  const fitting = Array.from(vin).flatMap((heard, place) =>
    (CANDIDATES.get(heard) ?? [])
      .map((meant) => vin.slice(0, place) + meant + vin.slice(place + 1))
      .filter((candidate) => isValidVin(candidate) && vinModelYear(candidate) !== null),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}
