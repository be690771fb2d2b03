/** Tells the full stop that ends a sentence from the one in an abbreviation, an initial or a numbered list. */

export interface Word {
  text: string;
  /** Where it ends in the text, exclusive. */
  end: number;
  /** It opens a line or the phrase. */
  opensLine: boolean;
  /** A line ends after it. */
  closesLine: boolean;
}

export type Break = 'none' | 'clause' | 'sentence';

/** Never the end of a sentence: a name or a figure follows. */
const openers = new Set(
  'mr mrs ms dr prof st mt ft gen rev vs approx ext e.g i.e mon tue tues wed thu thurs fri sat sun'.split(
    ' ',
  ),
);

/** The end of a sentence only when a capital follows that does not belong to a date. */
const closers = new Set(
  'ave blvd rd ln hwy ste apt jr sr inc co corp ltd etc dept appt jan feb mar apr jun jul aug sep sept oct nov dec mi hr hrs min mins sec lb lbs oz gal qt mo yr'.split(
    ' ',
  ),
);

const dateNames =
  /^(mon|tues|wednes|thurs|fri|satur|sun)day\b|^(january|february|march|april|may|june|july|august|september|october|november|december)\b/i;

/**
 * What kind of break follows `word`. Undefined when that hangs on the next word and it is not whole yet;
 * at the end of the text a missing next word decides for itself.
 */
export function breakAfter(word: Word, next: Word | undefined, isEnd: boolean): Break | undefined {
  const bare = word.text.replace(/[)\]}"'”’*_`]+$/, '').replace(/^[([{"'“‘*_`]+/, '');
  const needsNext = (decide: (next: string) => Break): Break | undefined => {
    if (next) return decide(next.text.replace(/^[([{"'“‘*_`]+/, ''));
    return isEnd ? decide('') : undefined;
  };
  const found = findBreak(bare, word.opensLine, needsNext);
  return word.closesLine && (found === 'none' || found === 'clause') ? 'sentence' : found;
}

function findBreak(
  bare: string,
  opensLine: boolean,
  needsNext: (decide: (next: string) => Break) => Break | undefined,
): Break | undefined {
  if (/[!?]$/.test(bare)) return 'sentence';
  if (/(\.\.\.|…)$/.test(bare)) return needsNext((next) => (startsUpper(next) ? 'sentence' : 'clause'));
  // "217, 555" and "May 26, 2026" belong together.
  if (/\d,$/.test(bare)) return needsNext((next) => (/^\d/.test(next) ? 'none' : 'clause'));
  if (/^[-–—]$/.test(bare)) return needsNext((next) => (/^[$\d]/.test(next) ? 'none' : 'clause'));
  if (/[,;:—]$/.test(bare)) return 'clause';
  if (!bare.endsWith('.')) return 'none';

  const name = bare.slice(0, -1).toLowerCase();
  if (/^\d{1,2}$/.test(name) && opensLine) return 'none';
  if (/^\p{L}$/u.test(name) || openers.has(name)) return 'none';
  if (name === 'no') return needsNext((next) => (/^\d/.test(next) ? 'none' : 'sentence'));
  if (closers.has(name) || /^(\p{L}\.)+\p{L}$/u.test(name) || /^\d+[ap]\.m$/.test(name)) {
    return needsNext((next) => (startsUpper(next) && !dateNames.test(next) ? 'sentence' : 'none'));
  }
  return 'sentence';
}

function startsUpper(text: string): boolean {
  return /^\p{Lu}/u.test(text);
}
