/** Text cut to what the vendor takes in one request. */

/** The vendor takes 2,000 characters; a little less leaves room for how it counts. */
const LONGEST_TEXT = 1900;

/** Pieces of at most `longest` characters, cut at spaces where there are any. No piece is blank. */
export function splitText(text: string, longest = LONGEST_TEXT): string[] {
  const pieces: string[] = [];
  let rest = text.trim();
  while (rest.length > longest) {
    const space = rest.lastIndexOf(' ', longest);
    const cut = space > 0 ? space : longest;
    pieces.push(rest.slice(0, cut).trim());
    rest = rest.slice(cut).trim();
  }
  return rest === '' ? pieces : [...pieces, rest];
}
