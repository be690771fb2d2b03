/** Turns what was heard into plain lower-case words, and lets readers take words away from one another. */

/** A word that some reader has used: no other reader sees it, and phrases do not run across it. */
export const USED = '·';

/** Short forms that are often written without their apostrophe. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  its: 'it',
  thats: 'that',
  whats: 'what',
  lets: 'let',
  im: "i'm",
  ive: "i've",
  dont: "don't",
  doesnt: "doesn't",
  isnt: "isn't",
  arent: "aren't",
  cant: "can't",
  wont: "won't",
  didnt: "didn't",
};

/**
 * Lower-case words without punctuation. Hyphens and slashes part words, except in numeric dates (5/26);
 * times (9:30) and e-mail addresses stay whole; "10am" becomes "10 am"; a possessive or short "is" ('s) is dropped.
 * The end of a sentence becomes the word "." so that readers need not run across it.
 */
export function toWords(text: string): string[] {
  const plain = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[’‘`]/g, "'")
    .replace(/\b([ap])\.\s?m\b\.?/g, '$1m')
    .replace(/\bo'\s?clock\b/g, 'oclock')
    .replace(/\be-mail\b/g, 'email')
    .replace(/(\d),(\d{3})\b/g, '$1$2')
    .replace(/\b(\d{1,2})\.(\d{2})(?=\s*(?:am|pm)\b)/g, '$1:$2')
    .replace(/\b(\d{1,2}(?::\d{2})?)(am|pm)\b/g, '$1 $2')
    .replace(/[.?!]+(?=\s|$)/g, ' . ')
    .replace(/[^\p{L}\p{N}'@.:/_+\s-]/gu, ' ');
  const words: string[] = [];
  for (const raw of plain.split(/\s+/)) {
    if (raw === '.') {
      if (words.length > 0 && words.at(-1) !== '.') words.push('.');
    } else if (raw.includes('@')) {
      words.push(raw);
    } else {
      const parts = /^\d{1,2}\/\d{1,2}(\/\d{2,4})?$/.test(raw) ? [raw] : raw.split(/[-/]/);
      for (const part of parts) {
        const word = part.replace(/^[':._+]+|[':._+]+$/g, '').replace(/'s$/, '');
        if (word !== '') words.push(SHORT_FORMS[word] ?? word);
      }
    }
  }
  return words;
}

/** The words joined by single spaces, sentence ends included, for readers that use patterns. */
export const joinWords = (words: readonly string[]): string => words.join(' ');

/** The same words with those from `from` up to, not including, `to` marked as used. */
export function use(words: readonly string[], from: number, to: number): string[] {
  return words.map((word, i) => (i >= from && i < to ? USED : word));
}
