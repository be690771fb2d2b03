/** Regular expressions as scenarios write them. */

/** Case and line breaks do not matter; a leading `(?i)`, as other dialects write it, changes nothing. */
export function matchesPattern(pattern: string, text: string): boolean {
  return toPattern(pattern).test(text);
}

export const toPattern = (pattern: string): RegExp => new RegExp(pattern.replace(/^\(\?i\)/, ''), 'is');
