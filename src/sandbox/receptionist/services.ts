/** Reads what the caller wants done: items of the service menu, or a trouble told in their own words. */

export interface ServiceMention {
  code: string;
  /** The caller tells of a symptom, or of work that the menu does not list: their words go to the advisor. */
  isConcern: boolean;
  from: number;
}

/** In order of preference where two patterns meet at one place. Matched against joined words (words.ts). */
const MENU: readonly [string, RegExp, boolean][] = [
  [
    'brake_inspection',
    /\bbrakes? (inspections?|checks?|looked at|checked|inspected)\b|\b(check|look at|inspect|checking) (on )?(the |my )?brakes\b|\bbrakes? (are |is |have |keep |been |start(ed)? )*(squeak|squeal|grind|noisy|mak|soft|spongy|pulsat|vibrat|scream)\w*/,
    false,
  ],
  [
    'brake_service',
    /\bbrakes? (service|job|pads?|rotors?|repair|replacement|replaced|done|fixed|work|shoes)\b|\b(pads|rotors)\b|\b(new|need|replace|fix|do|change) (my |the |some |new )?brakes?\b/,
    false,
  ],
  [
    'oil_change',
    /\b(synthetic |full synthetic )?oil (and filter )?(change|changed|service)s?\b|\bchange (of )?(my |the )?oil\b|\b(lube|lof)\b|\b(need|get|new|fresh|do) (an? |the |my |some )?oil\b/,
    false,
  ],
  [
    'tire_rotation',
    /\btires? rotat\w*|\brotat\w* (of )?(my |the |all )?(four |4 )?(tires?|wheels?)\b|\btires? (turned|swapped around)\b|\btires? needs? (to be )?rotat\w*|\brotation\b/,
    false,
  ],
  ['recall', /\brecall\w*\b/, false],
  [
    'engine_diagnostics',
    /\bcheck engine( light)?\b|\bengine light\b|\bdiagnos\w*|\b(warning|service|dashboard|dash) lights?\b|\blight (is |came |come |just )*on\b|\bcode read\b/,
    true,
  ],
  [
    'general_maintenance',
    /\b(\d+ ?k|\d+000|(ten|fifteen|twenty|thirty|forty|forty five|fifty|sixty|seventy five|ninety|hundred) (k|thousand)) (miles? )?(service|maintenance|check ?up|tune ?up)\b|\b(scheduled|general|regular|routine|factory|major|minor|mile|mileage) (maintenance|service)\b|\bmaintenance\b|\btune ?up\b/,
    false,
  ],
  [
    'inspection',
    /\b(vehicle|state|safety|annual|yearly|pre purchase|multi ?point|full|general)? ?inspections?\b|\binspected\b|\b(check ?up|once over|look over)\b/,
    false,
  ],
  [
    'engine_diagnostics',
    /\b(weird|strange|funny|odd|loud|bad|clunking|knocking|ticking|rattling|grinding|whining|humming|squealing|clicking)? ?(noises?|sounds?(?! (good|great|fine|right|perfect|like a plan))|rattl\w+|clunk\w*|knock\w*|squeal\w*|squeak\w*|whin(e|ing)|grinding|stall\w*|misfir\w*|rough idle|idl\w+ rough|loses? power|shak(e|es|ing)|vibrat\w+)\b/,
    true,
  ],
  [
    'repair',
    /\b(repair\w*|fix(ed|ing)?|broken?|leak\w*|overheat\w*|transmission|slipping|(won't|doesn't|will not|not|wouldn't) (start|turn over|crank)|dead battery|battery|alternator|starter|radiator|coolant|exhaust|muffler|suspension|shocks|struts|alignment|pulls? to (the|one)|flat( tire)?|air conditioning|a c|ac|heater|heat|window|wipers?|headlights?|tail ?lights?|bulb|belt|clutch|steering|windshield|new tires?|tires|sensor|horn|door|smell\w*|dent|bumper)\b/,
    true,
  ],
];

const PREFERS =
  /\b(make (it|that)|change (it|that) to|switch (it |that )?to|rather|instead do|actually (i )?(need|want|do)|just do|let(?:'s)? do)\s*(an? |the )?$/;
const DROPS =
  /\b(not|no|instead of|rather than|just did|already did|already had|just had|don't need|don't want|did|skip|forget|without|other than)( (the|an?|my|any))?\s*$/;

/** The services named, in the order said, without those that the caller sets aside ("I just did the oil"). */
export function readServices(text: string): ServiceMention[] {
  const found: (ServiceMention & { to: number; isPreferred: boolean })[] = [];
  for (const [code, pattern, isConcern] of MENU) {
    for (const match of text.matchAll(new RegExp(pattern, 'g'))) {
      const from = match.index + (match[0].length - match[0].trimStart().length);
      const to = match.index + match[0].length;
      if (found.some((other) => from < other.to && to > other.from)) continue;
      const before = text.slice(0, from);
      if (DROPS.test(before) && !/\bif not\s*$/.test(before)) continue;
      found.push({ code, isConcern, from, to, isPreferred: PREFERS.test(before) });
    }
  }
  found.sort((a, b) => a.from - b.from);
  const preferred = found.filter((mention) => mention.isPreferred);
  return (preferred.length > 0 ? preferred : found).map(({ code, isConcern, from }) => ({
    code,
    isConcern,
    from,
  }));
}

/** What the menu calls a service, where the caller's code is missing from it. */
export function nearestCode(code: string, offered: readonly string[]): string {
  if (offered.includes(code)) return code;
  return ['repair', 'other', 'inspection'].find((fallback) => offered.includes(fallback)) ?? code;
}

const UNSAFE =
  /\b(flash\w*|blinking)\b.*\b(light|engine)\b|\b(light|engine)\b.*\b(flash\w*|blinking)\b|\bno brakes?\b|\bbrakes? (just |suddenly |have |has )*(don't|doesn't|do not|aren't|not|won't|stopped|quit|failed|fail|went out|gone|are gone|is gone)( work\w*)?\b|\b(brake )?pedal (goes |went |is going )?(straight |all the way )?to the floor\b|\bsmok(e|ing)\b|\bon fire\b|\bflames\b|\b(smell\w* (of |like )?(gas|fuel|gasoline|burning)|(gas|fuel|gasoline|burning) smell|(gas|fuel) (is )?leak\w*|leaking (gas|fuel|gasoline))\b|\b(can't|cannot|can not|won't|hard to|lost|no|loose) (steer\w*|the steering|power steering)\b|\bsteering (is |has |just )?(gone|locked|failed|loose|stiff|went|stopped)\b|\bwheel (is )?(came|coming|falling|fell) off\b|\bcan't stop\b|\bwon't stop\b/;
const SAFE =
  /\b(not|isn't|never|no longer|stopped|steady|solid|no) ?(and |just )?(flash\w*|blinking|smok\w*|smell\w*)|\bsmoke (free|detector)\b|\bno smoke\b/;

/** Whether what the caller tells makes the car unsafe to drive: safety comes before anything else then. */
export const soundsUnsafe = (text: string): boolean => UNSAFE.test(text) && !SAFE.test(text);
