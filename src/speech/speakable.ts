/** Turns what a model writes into what a voice should read: no markup, no figures, no symbols, only words and pauses. */
import { readIdentifiers, readNames, sayGroups } from './codes.ts';
import { readDates, readTimes } from './dates.ts';
import { stripMarkup } from './markup.ts';
import { sayFigure, sayOrdinal } from './numbers.ts';
import { readMeasures, readMoney } from './quantities.ts';

/**
 * Dates are said as wall time, amounts in dollars, numbers in American English. The order matters: a rule sees only
 * what the rules before it have left. Plain words come back unchanged; nothing throws; unknown symbols vanish.
 */
export function speakable(text: string): string {
  let spoken = stripMarkup(text);
  for (const read of [
    readIdentifiers,
    readDates,
    readMoney,
    readMeasures,
    readTimes,
    readNames,
    readNumbers,
  ]) {
    spoken = read(spoken);
  }
  return tidy(readSymbols(spoken));
}

/** Whatever figures are left: ordinals, ranges, plain numbers, and long ones digit by digit. */
function readNumbers(text: string): string {
  return text
    .replace(/(?<![\w.,])(\d{1,4})(?:st|nd|rd|th)\b/gi, (_, digits: string) => sayOrdinal(Number(digits)))
    .replace(/(\d)\s?[-–—]\s?(?=\d)/g, '$1 to ')
    .replace(
      /(\p{L}?)(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?=(\p{L}?))/gu,
      (_, before: string, figure: string, after: string) => {
        const [whole = ''] = figure.split('.');
        const isCode = /^0\d/.test(figure) || (!figure.includes(',') && whole.length > 6);
        const spoken = isCode ? sayGroups(figure.replace(/\D/g, '')) : sayFigure(figure);
        return (before && `${before} `) + spoken + (after && ' ');
      },
    );
}

/** Symbols and abbreviations that stand for words. */
function readSymbols(text: string): string {
  return text
    .replace(/\be\.g\.,?/gi, 'for example,')
    .replace(/\bi\.e\.,?/gi, 'that is,')
    .replace(/\bvs\.?(?!\w)/gi, 'versus')
    .replace(/\bapprox\.?(?!\w)/gi, 'approximately')
    .replace(/\bappt\b\.?/gi, 'appointment')
    .replace(/\bw\/o\b/gi, 'without')
    .replace(/\bw\/(?=\s?[a-z])/gi, 'with ')
    .replace(/&/g, ' and ')
    .replace(/(?<=\w)\s?\+\s?(?=\w)/g, ' plus ')
    .replace(/(?<=\w)\s?=\s?(?=\w)/g, ' equals ')
    .replace(/(?<=\w)\s?@\s?(?=\w)/g, ' at ')
    .replace(/(^|\s)~\s?(?=\w)/g, '$1about ')
    .replace(/\s[-–]\s|[—–]|[()[\]{}]/g, ', ');
}

/** Keeps letters and the punctuation that a voice understands; one space, one pause at a time. */
function tidy(text: string): string {
  return text
    .replace(/…|\.{2,}/g, '...')
    .replace(/[^\p{L}\s.,;:?!'-]/gu, ' ')
    .replace(/(?<!\p{L})['-]+|['-]+(?!\p{L})/gu, (marks) => (marks === "'" ? "'" : ' '))
    .replace(/(?<!\p{L})'|'(?!\p{L})/gu, ' ')
    .normalize('NFC')
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,;:?!](?!\.\.))/g, '')
    .replace(/([,;:])(?:\s*[,;:])+/g, '$1')
    .replace(/[,;:]+(?=[.?!](?!\.\.))/g, '')
    .replace(/([.?!])\s*[,;:]+/g, '$1')
    .replace(/^[\s.,;:?!]+/, '')
    .replace(/(?<=[,;:?!])(?=[\p{L}])/gu, ' ')
    .replace(/[\s,;:]*[,;:][\s,;:]*$/, ',')
    .replace(/\.{4,}|(?<!\.)\.\.(?!\.)/g, '...')
    .trim();
}
