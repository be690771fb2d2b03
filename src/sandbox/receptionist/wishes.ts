/** Recognises what callers want besides a visit: a person, an answer, or something that must be declined. */

/** Something that is answered at once, before the booking goes on. */
export type Wish =
  | 'wrong-number'
  | 'abuse'
  | 'instructions'
  | 'robot'
  | 'other-language'
  | 'others-data'
  | 'warranty'
  | 'discount'
  | 'existing-visit'
  | 'car-status'
  | 'angry'
  | 'other-department'
  | 'call-back'
  | 'person'
  | 'outside-number'
  | 'no-reminders'
  | 'reminders'
  | 'text'
  | 'diagnosis'
  | 'repeat';

/** In order of weight: the first that fits is answered. Matched against joined words (words.ts). */
const WISHES: readonly [Wish, RegExp][] = [
  ['wrong-number', /\bwrong number\b/],
  ['abuse', /\b(fuck\w*|motherfuck\w*|asshole|bitch|bastard|shut up|go to hell|screw you|piece of shit)\b/],
  [
    'instructions',
    /\b(ignore|forget|disregard|override) (all |any )?(of )?(your|the|previous|prior|these|my)( previous| prior| above)? (instructions?|rules|prompt|programming)\b|\bsystem prompt\b|\byou are now\b|\bpretend (to be|you)\b|\b(developer|admin|debug) mode\b/,
  ],
  [
    'robot',
    /\b(are|aren't) you (just )?(a |an )?(real|robot|human|ai|machine|bot|computer|person|actual|recording|virtual|automated)\b|\b(am i|i'm) (talking|speaking) (to|with) (a |an )?(robot|real|human|ai|machine|bot|computer|person|recording|actual)\b|\bis this (a |an )?(robot|machine|recording|ai|bot|computer|automated|real person)\b/,
  ],
  ['other-language', /\b(habla\w*|español|espanol|spanish|en français|parlez|deutsch|sprechen)\b/],
  [
    'others-data',
    /\b(someone|somebody|anyone|everybody) else('s)?\b.*\b(appointment|number|address|car|phone)\b|\b(other|all|your) customers?\b|\b(neighbou?r|wife|husband|ex|friend|boss|girlfriend|boyfriend|brother|sister|mother|father|mom|dad|son|daughter|coworker) ?(address|phone|number|email|appointments?|date of birth|records?|history)\b|\bwho (owns|is driving)\b|\b(address|phone number|email|appointment) (of|for) (a |the |my |mr|mrs)/,
  ],
  [
    'no-reminders',
    /\b(stop|quit|no more|don't|do not) (calling|texting|contacting|reminding|bothering|sending|call|text|contact|remind|send)\b(?! (me )?(back|if|unless|until|before|after|at|on)\b)|\b(no|stop (the|my|all|any)|don't (want|need)( any| the| your)?) (more )?(reminders?|reminder (calls?|texts?))\b|\b(take|remove) me (off|from)\b|\b(unsubscribe|opt out|do not call list)\b/,
  ],
  [
    'reminders',
    /\b(opt (me )?(back )?in|(start|turn on|turn back on|switch on|want|get|send me) (the |my |your |getting )?reminders?( calls?| texts?)?)\b/,
  ],
  [
    'text',
    /\b(text|sms|message) (me|it|that|them|the (details|confirmation|appointment)|a confirmation|over)\b|\b(send|get|shoot|have) (me )?(it |that |them )?(a |the |by |as a |via )*(text|sms)\b|\bby text\b/,
  ],
  [
    'warranty',
    /\bwarrant\w*\b|\b(is|are|would|will) (it|this|that|they) (be )?covered\b|\binsurance\b|\brefund\w*\b|\blemon law\b/,
  ],
  [
    'discount',
    /\b(discount\w*|coupons?|cheaper|price match\w*|match (their|that|the|a) (price|quote)|lower (the |your )?price|better (price|deal)|a deal|for free|knock (\w+ )?off|specials|promotions?|waive)\b/,
  ],
  [
    'existing-visit',
    /\breschedul\w*\b|\b(move|change|cancel|push|postpone|confirm|check on|about) (back )?(my|our|an|the existing|the) (existing |upcoming |current )?(appointment|booking|visit)\b|\b(when|what time) (is|was) my (appointment|booking|visit)\b|(?<!oil )(?<!fluid )\b(move|cancel|push|postpone|confirm) (back )?((my|our|an?|the|that|her|his|\w+) ){0,3}(appointments?|booking|visit|reservation|inspection|oil change|rotation|service|diagnostic)\b|\bchange (my|our|the) (\w+ ){0,2}(appointment|booking|visit|inspection|rotation)\b|\bcancel number\b|\b(can't|cannot|won't) make (it|my|the)\b.*\b(appointment|visit|tomorrow|today|day)\b|\bi (already )?have an appointment\b/,
  ],
  [
    'car-status',
    /\bis (my|the) (\w+ )?(car|truck|vehicle|\w+) (ready|done|finished)\b|\bstatus (of|on) my\b|\bready (to|for) pick ?up\b/,
  ],
  [
    'angry',
    /\b(ridiculous|unacceptable|furious|angry|pissed|fed up|sick of|terrible service|horrible|complain\w*|complaint|lawyer|sue you|worst|disgusted|outrageous)\b/,
  ],
  [
    'diagnosis',
    /\b(what (do you think )?(is|could be|would be|might be) (wrong|causing|the problem|the matter)|what do you think it is|why (is|does) (it|my|the) (\w+ )?(doing|making|leak\w*|shak\w*|slip\w*|stall\w*|do|make))\b|\b(diagnose|second opinion)\b/,
  ],
  [
    'call-back',
    /\b(have|get|can|could|ask) (someone|somebody|anyone|an advisor|a person|you|him|her|them) (to )?(please )?call me\b|\bcall me back\b|\bcall ?back\b/,
  ],
  [
    'other-department',
    /\b(parts (department|counter|desk)|sales (department|team|person|man)?|buy(ing)? (a|an|another) (new |used )?(car|truck|suv|vehicle)|test drive|my (bill|invoice)|billing|rental|body shop|accounting|financ\w+)\b/,
  ],
  [
    'person',
    /\b(talk|speak|chat|get|connect|transfer|put|pass)( me)?( through)?( directly)? (to|with) (a |an |the |some |any |your |my |real |actual |live )*(person|human|someone|somebody|anyone|anybody|advis[oe]r|manager|representative|rep|agent|operator|technician|tech|mechanic|supervisor|boss|service|people)\b|\b(real|live|actual) (person|human)\b|\b(representative|operator|human being|service manager)\b|\b(want|need|get me|give me|where is|speak to|like) (to )?(a |the |your |some )?(manager|supervisor|human|real person|representative)\b|\bput me through\b|\btransfer me\b|\bconnect me\b|\b(can|could|will) (someone|somebody|anybody) help me\b|^(a )?(person|human|agent|manager|advis[oe]r)( please)?( \.)?$/,
  ],
  [
    'repeat',
    /\b(say (that|it) again|repeat (that|it)|pardon|come again|didn't (catch|hear|get) (that|you)|can you repeat|what did you say|one more time|excuse me)\b|^(what|sorry|huh|pardon)( \.)?$/,
  ],
];

export const readWish = (text: string): Wish | undefined =>
  WISHES.find(([, pattern]) => pattern.test(text))?.[0];

/** A question about the business that the facts of the call can answer. */
export type Topic = 'transport' | 'hours' | 'address' | 'price' | 'duration' | 'phone' | 'menu';

const TOPICS: readonly [Topic, RegExp][] = [
  [
    'transport',
    /\b(do you (guys )?(have|offer|run) (a |any |an )?(shuttle|loaners?|loaner cars?|ride)|(is there|got) (a |any )?(shuttle|loaner|waiting (room|area))|loaner)\b/,
  ],
  [
    'hours',
    /\b(what time (do|are|will) you(r| guys)? ?(\w+ )?(open|close|closing|opening)|how (late|early) (are|do|will|is)|(are|will) you (guys |all )?(be |still )?(open|closed)|when (do|are|will) (you|y'all)( guys)? (open|close|closing)|(your|the|business|service|opening|holiday) hours|what (are )?(your )?hours|do you (open|close)|hours (on|for|today|tomorrow))\b/,
  ],
  [
    'address',
    /\b(where are you|where is (your|the) (shop|dealership|service|place)|your address|the address|located|location|directions|what street|how do i get there|find you)\b/,
  ],
  [
    'price',
    /\b(how much|price|prices|pricing|cost|costs|(do|would) you charge|what (is|are) the charge|quote|estimate|ballpark|expensive)\b/,
  ],
  ['duration', /\bhow long\b/],
  [
    'phone',
    /\b(your (phone )?number|number (can|do|should|could) i (call|reach)|phone number (there|for the|of the) )\b/,
  ],
  [
    'menu',
    /\b(do you (guys )?(do|sell|offer|handle|work on|provide)|what (kind of )?(services?|work) do you|what (else )?can you (do|help)|what do you (do|offer))\b/,
  ],
];

export const readTopics = (text: string): Topic[] =>
  TOPICS.filter(([, pattern]) => pattern.test(text)).map(([topic]) => topic);

export type Transport = 'waiter' | 'drop_off' | 'shuttle';

export function readTransport(text: string): Transport | undefined {
  if (
    /\b(i'll|i will|i'd|want to|going to|gonna|can i|could i|plan to|rather|like to) (just )?wait\b(?! (and|until|till|to))|\bwait (there|for it|at the shop)\b|\bwaiting (room|area)\b/.test(
      text,
    )
  )
    return 'waiter';
  if (
    /\bdrop(ping)? (it|the \w+|her|him|my \w+) off\b|\bdrop off\b|\bleave (it|the (car|truck|\w+)) (there|with you)\b/.test(
      text,
    )
  )
    return 'drop_off';
  return /\bshuttle\b/.test(text) ? 'shuttle' : undefined;
}

/** The caller wants a visit, whatever for. */
export const wantsVisit = (text: string): boolean =>
  /\b(appointment|book (a|an|it|me|in)|schedule|bring (it|her|him|my|the|in)|come in|get (it |my \w+ |the \w+ )?in|fit me in|get one|do one|one (today|tomorrow)|slot|drop (it|my \w+|the \w+) off|time slot|an opening|any openings)\b/.test(
    text,
  );

/** A remark that tells us something though there is nothing in it to note. */
export const isRemark = (text: string): boolean =>
  /\b(first time|next week|this week|some ?time|try( that)? again|new (here|customer|to)|i'm new|never been|been there before|existing customer|don't have (the|a|my) vin|vin|no email|don't have (an )?email|parked|at home|won't drive|hello|hi|hey|good (morning|afternoon|evening))\b/.test(
    text,
  );
