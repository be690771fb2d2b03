/** Reads telephone numbers as people say them, in digits or in words. */

import { readDigits } from './numbers.ts';

export interface PhoneMention {
  /** +1 and ten digits; undefined when the digits said do not make up a North American number. */
  phone?: string;
  /** All digits heard, for saying that they were too few or too many. */
  digits: string;
  from: number;
  to: number;
}

const BETWEEN = /^(area|code|and|then|dash|\.)$/;

/**
 * The first run of at least seven digits, pauses and "area code" allowed between groups. `least`: fewer will do
 * when a number was asked for, so that a partial one can be told from none.
 */
export function readPhone(words: readonly string[], least = 7): PhoneMention | undefined {
  for (let from = 0; from < words.length; from += 1) {
    let digits = '';
    let to = from;
    for (let at = from; at < words.length; ) {
      const run = readDigits(words, at);
      const typed = /^\+?\d[\d.]{6,}$/.test(words[at] ?? '') ? (words[at] ?? '').replace(/\D/g, '') : '';
      if (run.end > at || typed !== '') {
        digits += run.end > at ? run.digits : typed;
        at = run.end > at ? run.end : at + 1;
        to = at;
      } else if (digits !== '' && BETWEEN.test(words[at] ?? '')) at += 1;
      else break;
    }
    if (digits.length < least || digits.length > 20) continue;
    const ten = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
    return /^[2-9]\d\d[2-9]\d{6}$/.test(ten) ? { phone: `+1${ten}`, digits, from, to } : { digits, from, to };
  }
  return undefined;
}
