/** Cuts the words of a model, as they stream in, into phrases that can be spoken: early for the first, whole sentences after. */
import { type Break, breakAfter, type Word } from './sentence-ends.ts';

export interface PhraserOptions {
  /** Shortest first phrase that may end at a comma; default 25 characters, about a second and a half of speech. */
  firstClause?: number;
  /** Shortest first phrase that may end with a sentence; default 10. */
  firstSentence?: number;
  /** Shortest later phrase; shorter sentences are joined to the next. Default 30. */
  sentence?: number;
  /** Longest phrase, cut between words unless a single word is longer; default 200. */
  longest?: number;
}

export interface Phraser {
  /** Adds words; returns the phrases that are now certain. */
  push(text: string): string[];
  /** Returns what is left; the next push starts a new reply, with an early first phrase. */
  end(): string[];
}

/** The phrases depend on the text alone, not on how it was chunked; together they are the text, less white space. */
export function createPhraser({
  firstClause = 25,
  firstSentence = 10,
  sentence = 30,
  longest = 200,
}: PhraserOptions = {}): Phraser {
  let rest = '';
  let isFirst = true;

  function take(isEnd: boolean): string[] {
    const phrases: string[] = [];
    for (let cut = findCut(isEnd); cut !== undefined; cut = findCut(isEnd)) {
      phrases.push(rest.slice(0, cut));
      rest = rest.slice(cut).trimStart();
      isFirst = false;
    }
    return phrases;
  }

  /** Where the next phrase ends, or undefined while more text could still change that. */
  function findCut(isEnd: boolean): number | undefined {
    rest = rest.trimStart();
    const words = splitWords(rest, isEnd);
    let lastEnd = 0;
    let lastClause = 0;
    for (const [index, word] of words.entries()) {
      if (word.end > longest && lastEnd > 0) return lastClause >= longest / 2 ? lastClause : lastEnd;
      const kind = breakAfter(word, words[index + 1], isEnd);
      if (kind === undefined) return undefined;
      if (isLongEnough(kind, word.end) || word.end > longest) return word.end;
      if (kind === 'clause') lastClause = word.end;
      lastEnd = word.end;
    }
    return isEnd && lastEnd > 0 ? lastEnd : undefined;
  }

  function isLongEnough(kind: Break, length: number): boolean {
    if (kind === 'sentence') return length >= (isFirst ? firstSentence : sentence);
    return kind === 'clause' && isFirst && length >= firstClause;
  }

  return {
    push(text) {
      rest += text;
      return take(false);
    },
    end() {
      const phrases = take(true);
      rest = '';
      isFirst = true;
      return phrases;
    },
  };
}

/** Words that are whole: white space, a dash's right-hand neighbour or the end has been seen. */
function splitWords(text: string, isEnd: boolean): Word[] {
  const words: Word[] = [];
  let opensLine = true;
  for (const match of text.matchAll(/([^\s—]*—(?=\S)|\S+)(\s*)/g)) {
    const [whole, word = '', space = ''] = match;
    const isWhole = space !== '' || match.index + whole.length < text.length;
    if (!isWhole && !isEnd) break;
    const closesLine = space.includes('\n');
    words.push({ text: word, end: match.index + word.length, opensLine, closesLine });
    opensLine = closesLine;
  }
  return words;
}
