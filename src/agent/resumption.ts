/** Takes out of a resumed answer what its first part has said already: models like to begin the sentence again. Pure. */

export interface Resumption {
  /** Returns what is new. Holds back only while the words repeat what was said. */
  push(text: string): string;
  /** The answer is over; returns what is left. */
  end(): string;
}

/** `said` is the first part, up to its last whole word. A repetition counts from the beginning of any of its sentences. */
export function createResumption(said: string): Resumption {
  const before = said.split(/\s+/).filter(Boolean).map(fold);
  const raw = said.split(/\s+/).filter(Boolean);
  /** Where in `before` the repetition may have begun. */
  let starts = before.flatMap((_, at) => (at === 0 || /[.!?]$/.test(raw[at - 1] ?? '') ? [at] : []));
  let held = '';

  function read(isEnd: boolean): string {
    const words = [...held.matchAll(isEnd ? /\S+\s*/g : /\S+\s+/g)];
    for (const [index, [word]] of words.entries()) {
      if (starts.some((at) => at + index >= before.length)) return release(words[index]?.index ?? 0);
      starts = starts.filter((at) => before[at + index] === fold(word));
      if (starts.length === 0) return release(0);
    }
    const isRepeated = starts.some((at) => at + words.length >= before.length);
    return isEnd ? release(isRepeated ? held.length : 0) : '';
  }

  function release(from: number): string {
    const out = held.slice(from);
    starts = [];
    held = '';
    return out;
  }

  return {
    push(text) {
      if (starts.length === 0) return text;
      held += text;
      return read(false);
    },
    end: () => (starts.length === 0 ? '' : read(true)),
  };
}

const fold = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
