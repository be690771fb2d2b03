/** Reads words that a caller spells letter by letter: "O R T I Z", "o-r-t-i-z", "M as in Mary", "double L". */

export interface Spelling {
  /** Lower-case letters. */
  letters: string;
  from: number;
  to: number;
}

const SPEAKS_OF_SELF = /^(have|am|need|want|would|got|drive|own|was|do|don't|just|think|can|could|had|like)$/;

/** One letter or a doubled one at `at`; "b as in boy" and "b for boy" count as one letter. */
function readLetter(words: readonly string[], at: number): { letters: string; end: number } | undefined {
  const isDouble = words[at] === 'double';
  const letterAt = isDouble ? at + 1 : at;
  const letter = words[letterAt] ?? '';
  if (!/^\p{L}$/u.test(letter)) return undefined;
  const like = words.slice(letterAt + 1, letterAt + 3).join(' ');
  const example =
    like === 'as in' ? words[letterAt + 3] : words[letterAt + 1] === 'for' ? words[letterAt + 2] : undefined;
  const hasExample = example?.startsWith(letter) === true && example.length > 1;
  const end = letterAt + 1 + (hasExample ? (like === 'as in' ? 3 : 2) : 0);
  return { letters: isDouble ? letter + letter : letter, end };
}

/** Every run of at least `least` spelled letters. Words joined by dots ("o.r.t.i.z") count as spelled too. */
export function readSpellings(words: readonly string[], least = 3): Spelling[] {
  const spellings: Spelling[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const dotted = /^(\p{L}\.){2,}\p{L}$/u.test(words[at] ?? '') ? words[at] : undefined;
    if (dotted) {
      spellings.push({ letters: dotted.replaceAll('.', ''), from: at, to: at + 1 });
      continue;
    }
    let letters = '';
    let end = at;
    for (let next = readLetter(words, end); next; next = readLetter(words, end)) {
      letters += next.letters;
      end = next.end;
    }
    // "L E E, I have": the last letter is a word of its own.
    if (letters.endsWith('i') && words[end - 1] === 'i' && SPEAKS_OF_SELF.test(words[end] ?? '')) {
      letters = letters.slice(0, -1);
      end -= 1;
    }
    if (letters.length >= least) spellings.push({ letters, from: at, to: end });
    if (end > at) at = end - 1;
  }
  return spellings;
}
