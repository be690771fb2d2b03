/** Phone numbers, VINs, plates, model names and other strings that are neither words nor quantities. */
import { sayCardinal, sayDigits, sayPairs, sayYear } from './numbers.ts';

/** Letters that sound alike on a telephone, with the words that tell them apart. */
const confusable: Record<string, string> = {
  B: 'bravo',
  C: 'charlie',
  D: 'delta',
  E: 'echo',
  F: 'foxtrot',
  G: 'golf',
  M: 'mike',
  N: 'november',
  P: 'papa',
  S: 'sierra',
  T: 'tango',
  V: 'victor',
  Z: 'zulu',
};

const icao =
  'Alpha Bravo Charlie Delta Echo Foxtrot Golf Hotel India Juliet Kilo Lima Mike November Oscar Papa Quebec Romeo Sierra Tango Uniform Victor Whiskey X-ray Yankee Zulu'.split(
    ' ',
  );

/** Letters said one by one although they could pass for a word. */
const spelledNames =
  /\b(GLA|GLB|GLC|GLE|GLS|CLA|CLS|GMC|BMW|VW|CRV|HRV|SUV|AWD|FWD|RWD|CVT|ABS|TPMS|DTC|OBD|WRX|TLX|MDX|RDX|ILX|CTS|XTS|ATS|EV|AC|RO)\b/g;

const email = /(?<![\w.+-])[\w+-]+(?:\.[\w+-]+){0,5}@[\w-]+(?:\.[\w-]+){1,4}/g;
const domain = /(?<![\w.@-])[a-z][\w-]{1,60}(?:\.[a-z][\w-]{0,30}){0,2}\.(?:com|net|org|us|io)\b/gi;
const vin =
  /(ending in )?\b(?=[A-HJ-NPR-Z]*\d)(?=\d*[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{9}([A-HJ-NPR-Z0-9]{4})([A-HJ-NPR-Z0-9]{4})\b/g;
const phone = /(?<![\w$.,-])(?:\+?(1)[-. ]?)?\(?([2-9]\d{2})\)?[-. ]?(\d{3})[-. ]?(\d{4})(?![\w-]|[.,]\d)/g;
const localPhone = /(?<![\w$.,-])([2-9]\d{2})-(\d{4})(?![\w-]|[.,]\d)/g;
const zip = /\b((?:zip|postal)(?: code)?(?: is| of)?:? |[A-Z]{2},? )(\d{5})(?:-(\d{4}))?(?![\w-])/gi;
const plate =
  /\b((?:license )?plate(?: number)?(?: is)?:? )(?=[A-Z -]*\d)([A-Z0-9]{1,8}(?:[ -][A-Z0-9]{1,4})?)\b/gi;
const label =
  /\b((?:confirmation|order|ticket|reference|case|claim|account|repair order|work order|employee|stock|part|policy|PIN|code|RO|extension|ext\.?|ending in|last (?:four|six|eight))(?: (?:number|code|digits))?(?: is| are|:)? ?)#?\s?(\d{3,})(?![\w:%]|[.,]\d)/gi;
const numberSign = /(?:#\s?|\bNo\. ?)(\d+)\b/g;
const oilGrade = /\b(\d{1,2})W-?(\d{2})\b/g;
const troubleCode = /\b([PBCU])([0-3]\d{3})\b/g;
const address =
  /(?<![\w$.,-])(\d{3,5}) ((?:[NSEW]\.? )?(?:[A-Z][a-z]+ ){1,3})(St|Ave|Rd|Blvd|Dr|Ln|Hwy|Pkwy|Ct|Street|Avenue|Road|Boulevard|Drive|Lane|Highway|Parkway|Court)\b(?:\.(?= [a-z]|,))?/g;
const letterModel = /(?<![\w.])([A-Z]{1,4})-?(\d{1,4})([A-Z]{0,2})\b/g;
const wordModel = /(?<![\w.])([A-Z][a-zA-Z]*[a-z]|[a-z]{1,2})(\d{1,3})\b/g;
const digitModel = /(?<![\w.,])(\d{1,4})([A-Z][a-z]+|[A-Z]{2,3}|[ide])\b/g;
const hyphenModel = /\b([A-Z]{1,3})-([A-Z]{1,3})\b/g;
const spacedModel =
  /\b((?!AM|PM|OK|US|TV|RO|VIN|ZIP)[A-Z]{2,3}|Silverado|Sierra|Ram|Model|Series|Transit|Express|Savana|Pilot) (\d{1,4})\b(?![.,/:]\d|%| (?:miles|dollars|percent|minutes|hours))/g;
const yearSpan = /(?<![\w.,$:/-])((?:19|20)\d{2})\s?[-–—]\s?((?:19|20)\d{2})(?![\w%:/-]|[.,]\d)/g;
const bareYear =
  /(?<![\w.,$:/-])((?:19|20)\d{2})(?![\w%:/]|[.,]\d|-\d)(?!\s?(?:people|times|feet|pounds|cars|points))/g;

const streets: Record<string, string> = {
  St: 'Street',
  Ave: 'Avenue',
  Rd: 'Road',
  Blvd: 'Boulevard',
  Dr: 'Drive',
  Ln: 'Lane',
  Hwy: 'Highway',
  Pkwy: 'Parkway',
  Ct: 'Court',
};

/** Replaces e-mail addresses, VINs, phone numbers, ZIP codes, plates and numbered papers: all that must not be read as a quantity. */
export function readIdentifiers(text: string): string {
  return text
    .replace(email, sayAddress)
    .replace(domain, sayAddress)
    .replace(vin, (_, _lead, first: string, second: string) => `ending in ${spell(first)}, ${spell(second)}`)
    .replace(phone, (_, one: string | undefined, area: string, exchange: string, line: string) => {
      const isTollFree = area === '800';
      const groups = [isTollFree ? 'eight hundred' : sayDigits(area), sayDigits(exchange), sayDigits(line)];
      return (one && isTollFree ? 'one ' : '') + groups.join(', ... ');
    })
    .replace(
      localPhone,
      (_, exchange: string, line: string) => `${sayDigits(exchange)}, ... ${sayDigits(line)}`,
    )
    .replace(zip, (whole, lead: string, code: string, more?: string) => {
      if (/^[A-Z]{2},? $/i.test(lead) && !/^[A-Z]{2}/.test(lead)) return whole;
      return `${lead}${sayDigits(code)}${more === undefined ? '' : `, ${sayDigits(more)}`}`;
    })
    .replace(plate, (_, lead: string, code: string) => lead + spellPlate(code))
    .replace(label, (_, lead: string, digits: string) => lead + sayGroups(digits))
    .replace(
      address,
      (_, house: string, name: string, kind: string) => `${sayPairs(house)} ${name}${streets[kind] ?? kind}`,
    );
}

/** Replaces names of vehicles, oil grades, trouble codes and years. */
export function readNames(text: string): string {
  return text
    .replace(
      oilGrade,
      (_, cold: string, warm: string) => `${sayCardinal(Number(cold))} W ${sayCardinal(Number(warm))}`,
    )
    .replace(troubleCode, (_, letter: string, digits: string) => `${letter} ${sayDigits(digits)}`)
    .replace(hyphenModel, (_, a: string, b: string) => spaceOut(a + b))
    .replace(letterModel, (_, letters: string, digits: string, tail: string) => {
      const name = letters === 'RAV' ? 'rav' : spaceOut(letters);
      return `${name} ${sayPairs(digits)}${tail === '' ? '' : ` ${spaceOut(tail)}`}`;
    })
    .replace(wordModel, (_, word: string, digits: string) => `${word} ${sayPairs(digits)}`)
    .replace(digitModel, (whole, digits: string, word: string) => {
      if (/^(AM|PM|Am|Pm|Th|St|Nd|Rd)$/.test(word)) return whole;
      const tail =
        word.length === 1 ? word.toUpperCase() : /^[A-Z]+$/.test(word) ? spaceOut(word) : word.toLowerCase();
      return `${sayPairs(digits)} ${tail}`;
    })
    .replace(yearSpan, (_, from: string, to: string) => `${sayYear(Number(from))} to ${sayYear(Number(to))}`)
    .replace(/\b([2-9]11)\b(?![\w:%/-]|[.,]\d)/g, sayDigits)
    .replace(bareYear, (_, year: string) => sayYear(Number(year)))
    .replace(
      spacedModel,
      (_, name: string, digits: string) =>
        `${/^[A-Z]+$/.test(name) ? spaceOut(name) : name} ${sayPairs(digits)}`,
    )
    .replace(spelledNames, spaceOut)
    .replace(
      numberSign,
      (_, digits: string) => `number ${digits.length > 3 ? sayGroups(digits) : sayCardinal(Number(digits))}`,
    );
}

/** Digits one by one, in groups that fit an ear's memory. */
export function sayGroups(digits: string): string {
  const size = digits.length % 4 === 0 || digits.length > 6 ? 4 : 3;
  if (digits.length <= 5) return sayDigits(digits);
  return (digits.match(new RegExp(`\\d{1,${size}}`, 'g')) ?? []).map(sayDigits).join(', ');
}

function sayAddress(address: string): string {
  return address
    .replaceAll('@', ' at ')
    .replaceAll('.', ' dot ')
    .replaceAll('_', ' underscore ')
    .replaceAll('-', ' dash ')
    .replaceAll('+', ' plus ')
    .replace(/\d+/g, (digits) => ` ${sayDigits(digits)} `);
}

function spaceOut(letters: string): string {
  return letters.split('').join(' ');
}

/** VIN characters: digits, and letters with a word where the ear could mistake them. */
function spell(characters: string): string {
  return characters
    .split('')
    .map((character) => {
      if (/\d/.test(character)) return sayDigits(character);
      const word = confusable[character];
      return word ? `${character} as in ${word}` : character;
    })
    .join(' ');
}

function spellPlate(code: string): string {
  return (code.toUpperCase().match(/[A-Z]+|\d+/g) ?? [])
    .map((part) =>
      /\d/.test(part)
        ? sayDigits(part)
        : part
            .split('')
            .map((letter) => icao[letter.charCodeAt(0) - 65])
            .join(' '),
    )
    .join(', ');
}
