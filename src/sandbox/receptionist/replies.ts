/** Reads agreement, refusal, thanks and leave-taking. */

const YES =
  /\b(yes|yeah|yep|yup|yah|correct|exactly|absolutely|definitely|of course|sounds (good|great|right|perfect)|(?<!not )that(?:'s)? (right|it is|correct|works|will work|would work|good|fine|perfect|great)|go ahead|please do|do it|do that|book (it|that|me)|works for me|that one|uh huh|mm hmm|sure|you got it|you bet|looks good|good to go|let(?:'s)? do (it|that)|right(?! (away|now|after|before|front|rear|side|there))|perfect|all good)\b/;
const WEAK_YES = /^(ok|okay|great|fine|good|alright|all right|cool|wonderful|please)\b/;
const NO =
  /\b(no|nope|nah|not (really|right|correct|today|yet|now|quite)|isn't right|that isn't|don't think so|wrong|incorrect|never mind|nevermind|no thanks|don't (book|do)|negative)\b/;
const HOLD =
  /\b(wait|hold on|hang on|one (sec|second|moment|minute)|just a (sec|second|moment|minute)|let me (think|check|see)|actually|but|except|instead|(?<!mm )hmm|change|rather|cancel|maybe|not sure|don't|can't|if|unless|however)\b/;
const THANKS = /\b(thanks|thank you|appreciate it|cheers)\b/;
const BYE =
  /\b(bye|goodbye|good bye|see (you|ya)|have a (good|nice|great)|take care|that(?:'s)? (it|all|everything)( thanks| for (now|today))?|nothing else|i'm (good|all set|done)|hang(ing)? up|talk (to you )?later|just wanted (the|to know))\b/;

export interface Reply {
  isYes: boolean;
  /** A yes with nothing that takes it back: the only kind that lets a booking be written. */
  isFirmYes: boolean;
  isNo: boolean;
  isThanks: boolean;
  isBye: boolean;
  /** "wait", "hold on", "actually": the caller is not done. */
  isHold: boolean;
}

/** `text` is joined words (words.ts), sentence ends as " . ". */
export function readReply(text: string): Reply {
  const isNo = NO.test(text) && !/\bno (problem|worries)\b/.test(text);
  const isWeakYes = WEAK_YES.test(text);
  const isYes = (YES.test(text) || isWeakYes) && !isNo && !/\bnot (that|right|correct)\b/.test(text);
  const isHold = HOLD.test(text);
  return {
    isYes,
    isFirmYes: isYes && !isHold && (YES.test(text) || (text.split(' ').length <= 6 && !BYE.test(text))),
    isNo,
    isThanks: THANKS.test(text),
    isBye: BYE.test(text),
    isHold,
  };
}
