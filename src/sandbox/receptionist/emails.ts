/** Reads e-mail addresses, typed or spoken: "daniel dot ortiz at example dot com". */

import { readCardinal } from './numbers.ts';

export interface EmailMention {
  email: string;
  from: number;
  to: number;
}

const SYMBOLS: Readonly<Record<string, string>> = {
  dot: '.',
  period: '.',
  underscore: '_',
  dash: '-',
  hyphen: '-',
  plus: '+',
};
const NOT_IN_ADDRESS =
  /^(is|it|its|it's|email|mail|address|my|and|yes|yeah|yep|sure|fine|okay|ok|to|that|that's|use|the|would|be|send|me|i'm|um|uh|so|of|for|reach|number|works|\.|·)$/;
const SPLIT_PROVIDERS: readonly [RegExp, string][] = [
  [/^g\.?mail/, 'gmail'],
  [/^hot\.?mail/, 'hotmail'],
];

/** A word as it stands in an address: symbols, digits, or letters; undefined when it cannot be part of one. */
function addressPart(word: string): string | undefined {
  if (word === '.') return undefined;
  const symbol = SYMBOLS[word];
  if (symbol !== undefined) return symbol;
  const number = /^\d+$/.test(word) ? undefined : readCardinal([word], 0);
  if (number && word !== 'oh') return String(number.value);
  return /^[\p{L}\p{N}._+]+$/u.test(word) ? word : undefined;
}

/** The part before "at", read backwards from `at` so that leading words of the sentence stay out. */
function readLocal(words: readonly string[], at: number): { text: string; from: number } | undefined {
  let text = '';
  let from = at;
  for (let i = at - 1; i >= 0 && at - i <= 12; i -= 1) {
    const word = words[i] ?? '';
    const part = NOT_IN_ADDRESS.test(word) ? undefined : addressPart(word);
    if (part === undefined) break;
    text = part + text;
    from = i;
  }
  return /^[\p{L}\p{N}][\p{L}\p{N}._+-]*$/u.test(text) && !text.endsWith('.') ? { text, from } : undefined;
}

function readDomain(words: readonly string[], at: number): { text: string; to: number } | undefined {
  let text = '';
  for (let i = at; i < words.length && i - at < 8; i += 1) {
    const part = addressPart(words[i] ?? '');
    if (part === undefined) break;
    text += part;
    const isWhole = /^[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|org|net|edu|gov|us|io|co|me|info|biz|[a-z]{2})$/.test(
      text,
    );
    if (isWhole && words[i + 1] !== 'dot') {
      const provider = SPLIT_PROVIDERS.find(([pattern]) => pattern.test(text));
      return { text: provider ? text.replace(provider[0], provider[1]) : text, to: i + 1 };
    }
  }
  return undefined;
}

/** The first e-mail address said. */
export function readEmail(words: readonly string[]): EmailMention | undefined {
  for (const [at, word] of words.entries()) {
    if (/^[\p{L}\p{N}._+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}$/u.test(word))
      return { email: word, from: at, to: at + 1 };
    if (word !== 'at') continue;
    const local = readLocal(words, at);
    const domain = local && readDomain(words, at + 1);
    if (local && domain) return { email: `${local.text}@${domain.text}`, from: local.from, to: domain.to };
  }
  return undefined;
}
