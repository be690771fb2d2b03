/** What the demonstration's caller answers, by what they were asked. */

interface Answer {
  asked: RegExp;
  say: string;
}

/** Each is said once, the first that fits. */
const ANSWERS: readonly Answer[] = [
  { asked: /how can i help/i, say: "Hi, I'd like to get an oil change for my car." },
  {
    asked: /nothing|full|taken|other time|isn't free|not free/i,
    say: 'Then the first one that you have, please.',
  },
  { asked: /(spell|last name|your name|name,? please|who am i)/i, say: 'Daniel Ortiz. O R T I Z.' },
  { asked: /number/i, say: "Yes, this number's fine." },
  { asked: /e-?mail/i, say: 'daniel dot ortiz at example dot com.' },
  {
    asked: /(year|make|model|which (car|vehicle)|what (car|vehicle)|driv)/i,
    say: "It's a 2021 Honda Civic. I don't have the VIN on me.",
  },
  {
    asked: /(what|which) day|when would|day and time/i,
    say: 'Tuesday would be good. Morning if you have it.',
  },
  { asked: /anything else/i, say: "No, that's it, thanks. Bye." },
  { asked: /(correct|right|shall i|should i|go ahead|book (it|that))/i, say: "Yes, that's right." },
  { asked: /(nine|works|suit|which (one|time)|would you like|prefer)/i, say: 'Nine works.' },
];

export interface Conversation {
  /** The caller's next words, or undefined when they have nothing more to say. */
  answer(heard: string): string | undefined;
}

export function createConversation(): Conversation {
  const left = [...ANSWERS];
  let puzzled = 0;
  return {
    answer(heard) {
      // The question is what was said last.
      const question = heard
        .split(/(?<=[.?!])\s+/)
        .slice(-2)
        .join(' ');
      const index = left.findIndex(({ asked }) => asked.test(question));
      const [found] = index < 0 ? [] : left.splice(index, 1);
      if (found) return found.say;
      if (/good ?bye|have a (great|good|nice)/i.test(heard)) return undefined;
      puzzled++;
      return puzzled <= 2 ? 'Sorry, could you say that again?' : undefined;
    },
  };
}
