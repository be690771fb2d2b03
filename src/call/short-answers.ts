/** Small words said while somebody else is talking: which of them ask for nothing. */

const MURMUR = /^(?:m+h?m+|mm+|hm+|u+h+|u+m+|a+h+|o+h+|uh[- ]?huh|mm[- ]?hm+)$/;
const FAREWELL =
  /^(?:(?:ok(?:ay)?|thanks?|thank you|so much|very much|great|bye(?:[- ]bye)?|goodbye|you too|have a (?:good|nice|great) (?:day|one)|see you|perfect|alright|all right|cheers|take care)\s*)+$/;

/** "Uh huh", "mm": the caller is listening and wants nothing. "Yes" is not one: it may be an answer. */
export function isBackchannel(words: string): boolean {
  const plain = plainWords(words);
  return plain === '' || MURMUR.test(plain) || plain.split(' ').every((word) => MURMUR.test(word));
}

/** "Okay, thanks, bye": said to a goodbye, it needs no answer. */
export function isFarewell(words: string): boolean {
  return FAREWELL.test(plainWords(words));
}

function plainWords(words: string): string {
  return words
    .toLowerCase()
    .replace(/[^a-z\s-]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
