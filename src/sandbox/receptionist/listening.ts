/** Takes one turn of the caller apart: what is named in it, each word counted for one thing only. */

import { type AddressMention, readAddress } from './addresses.ts';
import { type BirthDateMention, readBirthDate } from './birth-dates.ts';
import type { CallContext } from './call-context.ts';
import { type DateMention, readDates } from './dates.ts';
import { readEmail } from './emails.ts';
import { readSpellings } from './letters.ts';
import type { Question } from './memory.ts';
import { type NameMention, readName } from './names.ts';
import { type PhoneMention, readPhone } from './phones.ts';
import { type Reply, readReply } from './replies.ts';
import { readServices, type ServiceMention, soundsUnsafe } from './services.ts';
import { type Part, readPart, readTimes, type TimeMention } from './times.ts';
import { readVehicle, type VehicleMention } from './vehicles.ts';
import { readVin, type VinMention } from './vins.ts';
import { readTopics, readTransport, readWish, type Topic, type Transport, type Wish } from './wishes.ts';
import { joinWords, toWords, use } from './words.ts';

export interface Heard {
  /** As it was heard, without notes in brackets. */
  text: string;
  /** Joined words (words.ts). */
  plain: string;
  words: string[];
  reply: Reply;
  dates: DateMention[];
  times: TimeMention[];
  part: Part | undefined;
  services: ServiceMention[];
  vehicle: VehicleMention | undefined;
  vin: VinMention | undefined;
  birthDate: BirthDateMention | undefined;
  address: AddressMention | undefined;
  name: NameMention | undefined;
  phone: PhoneMention | undefined;
  email: string | undefined;
  transport: Transport | undefined;
  topics: Topic[];
  wish: Wish | undefined;
  isUnsafe: boolean;
}

/** Days named by the reason they are closed for: "Memorial Day". */
function readHolidays(plain: string, { days }: CallContext): DateMention[] {
  return days.flatMap(({ date, reason }) =>
    reason !== undefined && plain.includes(joinWords(toWords(reason)))
      ? [{ date, isRejected: false, isWeekdayOnly: false, isPast: false, from: 0, to: 0 }]
      : [],
  );
}

/** Far more than anyone says in one turn; beyond it nothing is read. */
const MOST_WORDS = 200;
const MOST_CHARACTERS = 2_000;

/**
 * `asked`: what the caller was last asked, which decides how a bare word or number is taken. `isProofExpected`: a date
 * of birth, VIN or address may come at any time.
 */
export function listen(
  text: string,
  context: CallContext,
  asked: Question | undefined,
  isLastNameMissing: boolean,
  isProofExpected = false,
): Heard {
  const all = toWords(text.slice(0, MOST_CHARACTERS)).slice(0, MOST_WORDS);
  const plain = joinWords(all);
  const isNameExpected = asked === 'name';
  let words: readonly string[] = all;

  const birthDate = readBirthDate(words, context.today, isProofExpected && asked !== 'phone-on-file');
  if (birthDate) words = use(words, birthDate.from, birthDate.to);
  const vin = readVin(words, asked === 'vin' || asked === 'proof');
  if (vin) words = use(words, vin.from, vin.to);
  const address = isProofExpected ? readAddress(words, asked === 'proof' || asked === 'zip') : undefined;
  for (const { from, to } of address?.used ?? []) words = use(words, from, to);

  const email = readEmail(words);
  if (email) words = use(words, email.from, email.to);
  const isPhoneAsked = asked === 'phone' || asked === 'phone-on-file' || asked === 'call-back-phone';
  const phone = readPhone(words, isPhoneAsked ? 3 : 7);
  if (phone) words = use(words, phone.from, phone.to);

  // Long runs of letters spell a name, not a model; short ones may be "C R V".
  const vehicleWords = readSpellings(words, isNameExpected ? 3 : 4).reduce<readonly string[]>(
    (left, { from, to }) => use(left, from, to),
    words,
  );
  const named = readVehicle(vehicleWords, asked === 'vehicle' || asked === 'which-vehicle');
  const vehicle = isNameExpected && named?.year === undefined ? undefined : named;
  if (vehicle) words = use(words, vehicle.from, vehicle.to);

  const name = readName(words, isNameExpected, isLastNameMissing && isNameExpected);
  for (const { from, to } of readSpellings(words)) words = use(words, from, to);
  const dates = [...readHolidays(plain, context), ...readDates(words, context.today)];
  for (const { from, to } of dates) words = use(words, from, to);
  const isTimeExpected = asked === 'slot' || asked === 'day' || asked === 'change' || asked === 'which-day';

  return {
    text,
    plain,
    words: all,
    reply: readReply(plain),
    dates,
    times: readTimes(words, isTimeExpected),
    part: readPart(plain),
    services: readServices(joinWords(words)),
    vehicle,
    vin,
    birthDate,
    address,
    name,
    phone,
    email: email?.email,
    transport: readTransport(plain),
    topics: readTopics(plain),
    wish: readWish(plain),
    isUnsafe: soundsUnsafe(plain),
  };
}
