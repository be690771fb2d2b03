/** Reads vehicles as callers say them: "a 2021 honda civic", "twenty nineteen chevy equinox", "the f one fifty". */

import { MAKE_ALIASES, MODEL_ALIASES, MODELS } from './makes.ts';
import { readDigits, readYear } from './numbers.ts';
import { USED } from './words.ts';

export interface VehicleMention {
  year?: number;
  make?: string;
  model?: string;
  /** The stretch of words that names it. */
  from: number;
  to: number;
}

interface Model {
  make: string;
  model: string;
  /** The name is an everyday word as well. */
  isCommon: boolean;
}

/** Letters and digits only, in lower case: "F-150" and "f one fifty" meet as "f150". */
export function squash(words: readonly string[] | string): string {
  const list = typeof words === 'string' ? words.toLowerCase().split(/[\s-]+/) : words;
  let squashed = '';
  for (let i = 0; i < list.length; ) {
    const run = readDigits(list, i);
    squashed += run.end > i ? run.digits : (list[i] ?? '');
    i = run.end > i ? run.end : i + 1;
  }
  return squashed.replace(/[^\p{L}\p{N}]/gu, '');
}

const makes = new Map<string, string>();
const models = new Map<string, Model[]>();
for (const [make, names] of Object.entries(MODELS)) {
  makes.set(squash(make), make);
  for (const marked of names.split('|')) {
    const name = marked.replace('~', '');
    const key = squash(name);
    const isCommon = marked !== name || /^\d+$/.test(key) || key.length < 3;
    models.set(key, [...(models.get(key) ?? []), { make, model: name, isCommon }]);
  }
}
for (const [alias, make] of Object.entries(MAKE_ALIASES)) makes.set(squash(alias), make);
for (const [alias, [make, model]] of Object.entries(MODEL_ALIASES)) {
  models.set(squash(alias), [{ make, model, isCommon: false }]);
}

const LONGEST = 5;

/** The longest name that begins at `at`, looked up by its squashed form. */
function longest<T>(
  words: readonly string[],
  at: number,
  names: Map<string, T>,
): { named: T; to: number } | undefined {
  for (let to = Math.min(words.length, at + LONGEST); to > at; to -= 1) {
    const stretch = words.slice(at, to);
    if (stretch.includes('.') || stretch.includes(USED)) continue;
    const named = names.get(squash(stretch));
    if (named !== undefined) return { named, to };
  }
  return undefined;
}

interface Part {
  make?: string;
  model?: Model;
  from: number;
  to: number;
}

/** The make and the model named. A model of another make than the one named is not taken for it. */
function readName(words: readonly string[], hasCue: boolean): Part | undefined {
  let make: { name: string; from: number; to: number } | undefined;
  for (let at = 0; at < words.length && !make; at += 1) {
    const found = longest(words, at, makes);
    if (found) make = { name: found.named, from: at, to: found.to };
  }
  let common: Part | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const found = longest(words, at, models);
    if (!found) continue;
    const own = make && found.named.find((model) => model.make === make.name);
    const model = own ?? found.named[0];
    if (!model) continue;
    const isBesideMake = make !== undefined && at >= make.from && at <= make.to + 1;
    const part = { make: model.make, model, from: at, to: found.to };
    if (own && isBesideMake) return { ...part, from: Math.min(make?.from ?? at, at) };
    if (make && !own) continue;
    if (!model.isCommon)
      return make ? { ...part, from: Math.min(make.from, at), to: Math.max(make.to, found.to) } : part;
    const isSureNumber = !/^\d+$/.test(squash(model.model));
    if (hasCue && isSureNumber) common ??= part;
  }
  if (common) return common;
  return make && { make: make.name, from: make.from, to: make.to };
}

const NOT_A_MODEL =
  /^(i|it|a|an|and|the|my|is|with|for|in|on|at|it's|i'm|don't|has|have|but|no|yes|or|that|this|to|of|so|please|car|truck|one|um|uh|thanks|hi|hello|need|needs|can|will|\.|·)$/;

const title = (word: string) =>
  /\d/.test(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);

/** A year given in short just before a make or model: "an oh nine civic", "a 14 escape". */
function readShortYear(words: readonly string[], before: number): number | undefined {
  const run =
    words[before - 2] === 'oh' || words[before - 2] === 'o'
      ? readDigits(words, before - 2)
      : readDigits(words, before - 1);
  return run.end === before && /^\d\d$/.test(run.digits) && Number(run.digits) <= 29
    ? 2000 + Number(run.digits)
    : undefined;
}

/**
 * The vehicle named, or the parts of one. `isExpected`: a vehicle was asked for, so everyday words may be models
 * ("fit"), a year may stand alone, and a model that no list knows is taken as said.
 */
export function readVehicle(words: readonly string[], isExpected = false): VehicleMention | undefined {
  let year: { value: number; from: number; to: number } | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const found = readYear(words, at);
    if (found) {
      year = { value: found.value, from: at, to: found.end };
      break;
    }
  }
  const name = readName(words, isExpected || year !== undefined);
  if (!name) {
    if (!year || !isExpected) return undefined;
    const [make, model] = words.slice(year.to, year.to + 2);
    const isNamed = [make, model].every(
      (word) => word !== undefined && !NOT_A_MODEL.test(word) && !/^\d/.test(word),
    );
    if (isNamed && make && model) {
      return { year: year.value, make: title(make), model: title(model), from: year.from, to: year.to + 2 };
    }
    return { year: year.value, from: year.from, to: year.to };
  }
  const next = words[name.to];
  const isUnlisted =
    !name.model && next !== undefined && !NOT_A_MODEL.test(next) && (isExpected || year !== undefined);
  const isNearYear =
    year !== undefined &&
    (isExpected || Math.abs(name.from - year.to) <= 3 || Math.abs(year.from - name.to) <= 2);
  const value = isNearYear ? year?.value : readShortYear(words, name.from);
  const model = name.model?.model ?? (isUnlisted && !/^\d{4}$/.test(next) ? title(next) : undefined);
  return {
    ...(value === undefined ? {} : { year: value }),
    ...(name.make === undefined ? {} : { make: name.make }),
    ...(model === undefined ? {} : { model }),
    from: isNearYear && year ? Math.min(year.from, name.from) : name.from,
    to: isNearYear && year ? Math.max(year.to, name.to) : name.to,
  };
}
