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
 * The one VIN that differs from `vin` (folded) by one usual mishearing and has the right check digit. Undefined when
 * `vin` is right as it stands, when nothing fits, and when more than one thing would: then it is a guess. Even the only
 * one may be wrong, so it is for asking the caller, never for storing.
 */
export function suggestVin(vin: string): string | undefined {
  if (vin.length !== 17 || isValidVin(vin)) return undefined;
  const fitting = Array.from(vin).flatMap((heard, place) =>
    (CANDIDATES.get(heard) ?? [])
      .map((meant) => vin.slice(0, place) + meant + vin.slice(place + 1))
      .filter(isPossible),
  );
  return fitting.length === 1 ? fitting[0] : undefined;
}

/**
 * One in eleven substitutions has the right check digit by chance, so what no car may have does not count: no year
 * code, or a serial that does not end in four digits (49 CFR 565.15). Of single mishearings that finds 15 % instead of
 * 6 %, and still never a wrong one.
 */
function isPossible(vin: string): boolean {
  return isValidVin(vin) && /\d{4}$/.test(vin) && vinModelYear(vin) !== null;
}
