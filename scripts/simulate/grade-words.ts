/** Whether the agent said what it must and nothing that it must not. */

import { speakable } from '../../src/speech/speakable.ts';
import { matchesPattern, toPattern } from './patterns.ts';
import type { Scenario } from './scenario.ts';
import type { Row } from './snapshot.ts';

export function gradeWords(
  said: string,
  { must_say, must_not_say }: Scenario['expected'],
  dealershipName: string,
  vehicles: readonly Row[],
): string[] {
  const text = plain(writeModels(said, vehicles));
  const fill = (pattern: string) => pattern.replaceAll('{{dealership_name}}', plain(dealershipName));
  const complaints: string[] = [];
  for (const wanted of must_say) {
    const choices = [wanted].flat().map(fill);
    if (!choices.some((pattern) => matchesPattern(pattern, text))) {
      complaints.push(`never said ${choices.map((pattern) => `/${pattern}/`).join(' or ')}`);
    }
  }
  for (const pattern of must_not_say.map(fill)) {
    const found = toPattern(pattern).exec(text);
    if (found) complaints.push(`said "${around(text, found.index, found[0].length)}", against /${pattern}/`);
  }
  return complaints;
}

/** Models as they are written, `F-150` where `F one fifty` was heard. */
function writeModels(said: string, vehicles: readonly Row[]): string {
  return vehicles.reduce<string>((text, { model }) => {
    const spoken = speakable(String(model));
    return spoken === '' ? text : text.replace(new RegExp(RegExp.escape(spoken), 'gi'), String(model));
  }, said);
}

const plain = (text: string) => text.replaceAll('’', "'");

function around(text: string, at: number, length: number): string {
  return text.slice(Math.max(0, at - 20), at + length + 20).trim();
}
