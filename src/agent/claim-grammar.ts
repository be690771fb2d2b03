/** Which English sentences claim that something was booked, moved or cancelled, and from which word on one must be suspected. Pure. */

/** Where a suspicion begins (the opener is the first word) and the word that raises it. */
export interface Trigger {
  /** Index of the trigger word among the words given. */
  at: number;
}

/** A sentence with a trigger, cut where the suspicion begins. */
export interface Sentence extends Trigger {
  /** The words of the sentence before the opener. */
  context: readonly string[];
  /** From the opener to the end of the sentence. */
  words: readonly string[];
}

/** What a sentence claims. `standing`: only that an appointment exists ("it is scheduled for Friday"). */
export type ClaimKind = 'booked' | 'standing' | 'moved' | 'cancelled';

const set = (words: string) => new Set(words.split(' '));

/** "I've gone ahead and booked", "we have you down". */
const WE = set("i we i've we've ive weve");
const WE_FILL = set(
  'have just now already also gone went ahead and got gotten put you that this it them your the everything all both appointment visit service oil change successfully officially',
);
/** "your visit is now confirmed", "you're all set", "has been scheduled". Words that end in 's and 're belong here too. */
const IS = set("is are has have was youre that's it's you're");
const IS_FILL = set('now all just already officially successfully been');
const MOVED = set('moved rescheduled changed switched shifted');
const CANCELLED = set('cancelled canceled');
const TRIGGERS = new Set([
  ...set('booked scheduled reserved confirmed arranged secured finalized set down in on locked'),
  ...MOVED,
  ...CANCELLED,
]);
/** Say how things stand when nothing before them says that they have just become so. */
const STANDING = set('booked scheduled confirmed down in on');
const JUST_NOW = set('now just been all officially successfully');
const SEE = set("see i'll we'll");
/** What may stand before "Booked for Tuesday!" as a sentence of its own. */
const LEAD_INS = set(
  'great okay ok perfect done alright all right wonderful excellent good awesome sure yes thanks appointment booking',
);
const DAYS = set('monday tuesday wednesday thursday friday saturday sunday tomorrow tonight then');
const MONTHS = set(
  'january february march april june july august september october november december morning afternoon noon',
);
const HOURS = set('one two three four five six seven eight nine ten eleven twelve');

const MAX_FILL = 7;

/**
 * Looks at the words from `words[0]` on. `unsure`: the next words decide, so hold on to these. `none`: pass the first
 * one on and look again at the second.
 */
export function findTrigger(
  context: readonly string[],
  words: readonly string[],
  isEnd: boolean,
): Trigger | 'unsure' | 'none' {
  const plain = words.map(simplify);
  const [opener = ''] = plain;
  const undecided = isEnd ? 'none' : 'unsure';
  if (SEE.has(opener)) return findFarewell(plain, undecided);
  const isAlone = TRIGGERS.has(opener) && context.every((word) => LEAD_INS.has(simplify(word)));
  if (isAlone && opener.length > 4) return { at: 0 };
  const fillers = WE.has(opener)
    ? WE_FILL
    : IS.has(opener) || /('s|'re)$/.test(opener) || isAllSet(opener, context)
      ? IS_FILL
      : undefined;
  if (!fillers) return 'none';
  for (let at = 1; at <= MAX_FILL; at++) {
    const word = plain[at];
    if (word === undefined) return undecided;
    // A comma or full stop ends what the opener could have begun.
    if (at > 1 && /[,;:.!?—]$/.test(words[at - 1] ?? '')) return 'none';
    if (TRIGGERS.has(word)) return { at };
    if (!fillers.has(word)) return 'none';
  }
  return 'none';
}

/** "See you Tuesday", "we'll see you then". */
function findFarewell(plain: readonly string[], undecided: 'unsure' | 'none'): Trigger | 'unsure' | 'none' {
  const expected = plain[0] === 'see' ? ['see', 'you'] : [plain[0], 'see', 'you'];
  for (const [index, word] of expected.entries()) {
    if (plain[index] === undefined) return undecided;
    if (plain[index] !== word) return 'none';
  }
  const at = expected.length + (plain[expected.length] === 'on' ? 1 : 0);
  const day = plain[at];
  return day === undefined ? undecided : DAYS.has(day) ? { at } : 'none';
}

const isAllSet = (opener: string, context: readonly string[]) =>
  opener === 'all' && context.every((word) => LEAD_INS.has(simplify(word)));

/** Of a sentence that is a claim. */
export function kindOf({ words, at }: Sentence): ClaimKind {
  const plain = words.map(simplify);
  const trigger = plain[at] ?? '';
  if (MOVED.has(trigger)) return 'moved';
  if (CANCELLED.has(trigger)) return 'cancelled';
  const isStanding =
    at > 0 &&
    !WE.has(plain[0] ?? '') &&
    STANDING.has(trigger) &&
    !plain.slice(0, at).some((word) => JUST_NOW.has(word));
  return isStanding ? 'standing' : 'booked';
}

const NEGATIONS = set('not no never nothing none without cannot unable nor neither hardly before');
/** Before the trigger, in its clause: something wished for, possible or to come. */
const UNREAL = set(
  "to will would can could should shall may might must let let's lets be get getting want need needs wants like i'll we'll you'll they'll it'll i'd we'd you'd when before after whether assuming as make",
);
const CONDITIONS = set('if once unless until till');
/** After the trigger: full, not booked for this caller. */
const FULL = set('up solid out through');
const FOLLOW_UPS = set(
  'is are anything what how can could do does did would will which should shall may any okay ok alright sound sounds',
);
const RECORDS = set(
  'number email e-mail address name phone spelling vin details price recall preferences reminders reminder',
);
const APPOINTMENTS = set('you your it that appointment visit service booking everything time');
/** A question about the whole sentence: it was read back, not claimed. */
const READ_BACK = /^(is that (right|correct)|do i have|did i get)/;
const JOINTS = set('and but so because');

/** Whether the sentence, as a whole, tells the caller that an appointment has been made. */
export function isClaim({ context, words, at }: Sentence): boolean {
  const all = [...context, ...words];
  const plain = all.map(simplify);
  const opener = context.length;
  const trigger = context.length + at;
  const start = clauseStart(all, plain, opener);
  const end = clauseEnd(all, trigger);
  const clause = plain.slice(start, end + 1);
  const before = plain.slice(start, SEE.has(plain[opener] ?? '') ? opener : trigger);
  const after = plain.slice(trigger + 1);

  const rest = plain.slice(end + 1);
  const isOtherQuestion = FOLLOW_UPS.has(rest[0] ?? '') && !READ_BACK.test(rest.join(' '));
  if (all.at(-1)?.includes('?') && !isOtherQuestion) return false;
  if (clause.some((word) => NEGATIONS.has(word) || word.endsWith("n't"))) return false;
  if (before.some((word) => UNREAL.has(word) || word.endsWith("'ll") || word.endsWith("'d"))) return false;
  if (plain.slice(0, trigger).some((word) => CONDITIONS.has(word))) return false;
  return isAboutBooking({ plain, opener, trigger, clause, after });
}

interface Judged {
  plain: readonly string[];
  opener: number;
  trigger: number;
  clause: readonly string[];
  after: readonly string[];
}

/** Each trigger word's innocent meanings. */
function isAboutBooking({ plain, opener, trigger, clause, after }: Judged): boolean {
  const verb = plain[opener] ?? '';
  const subject = plain[opener - 1] ?? '';
  const next = after[0] ?? '';
  const isYours = clause.includes('you') || clause.includes('your') || clause.includes("you're");
  const saysWhen = after.some((word, index) => isTime(word, after[index - 1]));
  const isCopula = !WE.has(verb);
  // "We're booked on Tuesday" and "nine is already booked" speak of a full day.
  const isShop = verb === "we're" || (verb === 'are' && subject === 'we');
  if (verb === 'are' && !isYours && !isShop) return false;
  if ((verb === 'has' || verb === 'have') && !plain.slice(opener, trigger).includes('been')) return false;
  switch (plain[trigger] ?? '') {
    case 'booked':
      if (FULL.has(next) || isShop) return false;
      return !(isCopula && !isYours && (isTime(subject, '') || plain[trigger - 1] === 'already'));
    case 'scheduled':
      return !['maintenance', 'service', 'services'].includes(next) && !after.includes('every') && !isShop;
    case 'confirmed':
      return !clause.some((word) => RECORDS.has(word));
    case 'set':
      if (!isCopula) return isYours || after.includes('up') || clause.includes('appointment');
      return (isYours || plain[trigger - 1] === 'all' || saysWhen) && !['by', 'aside', 'back'].includes(next);
    case 'down':
    case 'in':
      return (isYours || clause.includes('it')) && saysWhen && !isShop && (!isCopula || isYours);
    case 'on':
      return /^(the|our) (schedule|calendar|books|book|list)$/.test(after.slice(0, 2).join(' '));
    case 'locked':
      return after.includes('in');
    case 'changed':
      // Oil is changed, too.
      return (after.includes('to') || saysWhen) && !clause.some((word) => RECORDS.has(word));
    case 'moved':
    case 'rescheduled':
    case 'switched':
    case 'shifted':
      return (isCopula || saysWhen || clause.some((word) => APPOINTMENTS.has(word))) && !isShop;
    case 'cancelled':
    case 'canceled':
      return !isShop;
    default:
      return !isShop;
  }
}

/** A day, a month, a clock time; "one" only as an hour ("at one"). */
function isTime(word: string, previous: string | undefined): boolean {
  if (DAYS.has(word) || MONTHS.has(word) || /^\d/.test(word) || /o'clock$/.test(word)) return true;
  return HOURS.has(word) && (previous === 'at' || previous === '');
}

function clauseStart(all: readonly string[], plain: readonly string[], opener: number): number {
  for (let index = opener; index > 0; index--) {
    if (/[,;:—–]$/.test(all[index - 1] ?? '') || JOINTS.has(plain[index - 1] ?? '')) return index;
  }
  return 0;
}

/** The last word of the clause that holds the trigger. */
function clauseEnd(all: readonly string[], trigger: number): number {
  const found = all.findIndex((word, index) => index >= trigger && /[,;:—–]$/.test(word));
  return found < 0 ? all.length - 1 : found;
}

function simplify(word: string): string {
  return word
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}
