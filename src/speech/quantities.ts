/** Money, percentages, mileage and measures in words. */
import { sayCardinal, sayFigure } from './numbers.ts';

const figure = '(\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?)';
const price = '(\\d{1,3}(?:,\\d{3})+(?:\\.\\d+)?|\\d*\\.\\d+|\\d+)';
const dash = '\\s?(?:[-–—]|to)\\s?';
const notInside = '(?![\\w]|[.,]\\d)';

const amount = `${price}(?:\\s?([kKmM])\\b)?`;
const moneySpan = new RegExp(
  `(between |from )?\\$\\s?${amount}(?:${dash}| and )\\$?\\s?${amount}(?: dollars)?${notInside}`,
  'g',
);
const money = new RegExp(`\\$\\s?${amount}(?: dollars)?`, 'g');
const perUnit = /(dollars?|cents?)\s?\/\s?(hr|hour|month|mo|year|yr|day|mile|quart|qt|tire)\b/g;
const largeMoney = new RegExp(`\\$\\s?${price} (thousand|million)\\b(?: dollars)?`, 'g');
const percent = new RegExp(`(?<![\\w.])${figure}(?:${dash}${figure})?\\s?%`, 'g');
const thousands = /(?<![\w.,])(\d{1,3}(?:\.\d)?)[kK]\b(?=\s?-?(?:mi|miles?)\b)/g;
const measure = new RegExp(
  `(?<![\\w.,])${figure}(?:${dash}${figure})?(\\s?-?)(mph|mpg|miles?|mi|km|hrs?|mins?|lbs?|oz|qts?|psi|ft|°\\s?F|°\\s?C|°)(?![\\w'])`,
  'g',
);
const engine = /(?<![\w.,])(\d\.\d)\s?-?(?:L|liter)\b/g;
const size = /(?<![\w.])(\d{1,2})\s?[xX×]\s?(\d{1,2})(?!\w)/g;
const fraction = /(?<![\w/.])(\d{1,2})\s?[/⁄]\s?(2|3|4|8|16|32)(?![\w/])/g;

/** Singular and plural of each unit. */
const units: Record<string, readonly [string, string]> = {
  mph: ['mile per hour', 'miles per hour'],
  mpg: ['mile per gallon', 'miles per gallon'],
  mi: ['mile', 'miles'],
  km: ['kilometer', 'kilometers'],
  hr: ['hour', 'hours'],
  min: ['minute', 'minutes'],
  lb: ['pound', 'pounds'],
  oz: ['ounce', 'ounces'],
  qt: ['quart', 'quarts'],
  psi: ['P S I', 'P S I'],
  ft: ['foot', 'feet'],
  mile: ['mile', 'miles'],
  '°': ['degree', 'degrees'],
};

const perNames: Record<string, string> = { hr: 'hour', mo: 'month', yr: 'year', qt: 'quart' };

const parts: Record<string, readonly [string, string]> = {
  '2': ['half', 'halves'],
  '3': ['third', 'thirds'],
  '4': ['quarter', 'quarters'],
  '8': ['eighth', 'eighths'],
  '16': ['sixteenth', 'sixteenths'],
  '32': ['thirty-second', 'thirty-seconds'],
};

/** Replaces money; a span is said once: "between forty and eighty dollars". */
export function readMoney(text: string): string {
  return text
    .replace(/(?<![\w\s])\s?[-−](?=\$\s?[\d.])|(?<=^|\s)[-−](?=\$\s?[\d.])/g, ' minus ')
    .replace(largeMoney, (_, value: string, scale: string) => `${sayFigure(value)} ${scale} dollars`)
    .replace(
      moneySpan,
      (
        _,
        lead: string | undefined,
        low: string,
        lowScale: string | undefined,
        high: string,
        highScale?: string,
      ) => {
        const joint = lead === 'from ' ? 'to' : 'and';
        const opening = lead ?? 'between ';
        const [from, to] = [toDollars(low, lowScale), toDollars(high, highScale)];
        if (from.cents > 0 || to.cents > 0) return `${opening}${sayMoney(from)} ${joint} ${sayMoney(to)}`;
        return `${opening}${sayFigure(String(from.dollars))} ${joint} ${sayMoney(to)}`;
      },
    )
    .replace(money, (_, value: string, scale?: string) => sayMoney(toDollars(value, scale)))
    .replace(perUnit, (_, coin: string, unit: string) => `${coin} per ${perNames[unit] ?? unit}`);
}

/** Replaces percentages, mileage, measures, engine sizes and fractions. */
export function readMeasures(text: string): string {
  return text
    .replace(percent, (_, low: string, high?: string) => `${sayRange(low, high)} percent`)
    .replace(thousands, (_, value: string) => String(Math.round(Number(value) * 1000)))
    .replace(measure, (_, low: string, high: string | undefined, gap: string, unit: string) => {
      const key = unit.startsWith('°') ? '°' : unit === 'miles' ? 'mile' : unit.replace(/s$/, '');
      const [one, many] = units[key] ?? [unit, unit];
      const isOne = gap.endsWith('-') || unit === 'mile' || (low === '1' && high === undefined);
      return `${sayRange(low, high)} ${isOne ? one : many}`;
    })
    .replace(engine, (_, liters: string) => `${sayFigure(liters)} liter`)
    .replace(size, (_, a: string, b: string) => `${sayFigure(a)} by ${sayFigure(b)}`)
    .replace(fraction, (whole, top: string, bottom: string) => {
      const [one, many] = parts[bottom] ?? [];
      return one && many ? `${sayFigure(top)} ${top === '1' ? one : many}` : whole;
    });
}

function sayRange(low: string, high: string | undefined): string {
  return high === undefined ? sayFigure(low) : `${sayFigure(low)} to ${sayFigure(high)}`;
}

interface Dollars {
  dollars: number;
  cents: number;
}

function toDollars(value: string, scale: string | undefined): Dollars {
  const factor = scale === undefined ? 1 : scale.toLowerCase() === 'k' ? 1_000 : 1_000_000;
  const cents = Math.round(Number(value.replaceAll(',', '')) * factor * 100);
  return { dollars: Math.floor(cents / 100), cents: cents % 100 };
}

function sayMoney({ dollars, cents }: Dollars): string {
  const centWords = `${sayCardinal(cents)} ${cents === 1 ? 'cent' : 'cents'}`;
  if (dollars === 0 && cents > 0) return centWords;
  const words = `${sayFigure(dollars.toFixed(0))} ${dollars === 1 ? 'dollar' : 'dollars'}`;
  return cents === 0 ? words : `${words} and ${centWords}`;
}
