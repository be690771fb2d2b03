/** Notes who the caller is and how to reach them. */

import type { Heard } from './listening.ts';
import type { Memory } from './memory.ts';

const THIS_NUMBER =
  /\b(this|same|current) (number|phone|one)\b|\bthis (is|works|will work)\b.*\bnumber\b|\b(number )?i'm calling (you )?from\b/;

export function noteName(memory: Memory, heard: Heard): boolean {
  const { name } = heard;
  if (!name) return false;
  // Unspelled words do not replace a name unless it is the name that is being talked about.
  const isOpen =
    memory.first === undefined ||
    memory.last === undefined ||
    memory.asked === 'name' ||
    memory.asked === 'change';
  if (!isOpen && !name.isSpelled) return false;
  if (name.first) memory.first = name.first;
  if (name.last) memory.last = name.last;
  return true;
}

function notePhone(memory: Memory, heard: Heard): boolean {
  const { phone, reply } = heard;
  if (phone?.phone) {
    memory.phoneToCheck = phone.phone;
    delete memory.phone;
    return true;
  }
  if (phone && memory.asked === 'phone') {
    memory.turn.hasBadNumber = true;
    return true;
  }
  if (memory.asked === 'phone-check' && memory.phoneToCheck !== undefined) {
    if (reply.isFirmYes) {
      memory.phone = memory.phoneToCheck;
      delete memory.phoneToCheck;
      return true;
    }
    if (reply.isNo) delete memory.phoneToCheck;
    return reply.isNo;
  }
  if (memory.context.caller !== 'new' || memory.phoneToCheck !== undefined) return false;
  const isThisOne = THIS_NUMBER.test(heard.plain) && !reply.isNo;
  if (isThisOne || (memory.asked === 'contact' && reply.isYes)) {
    memory.phone = null;
    return true;
  }
  return false;
}

/** Returns whether the turn told anything of the person. A caller on file is never asked, so nothing is noted. */
export function notePerson(memory: Memory, heard: Heard): boolean {
  if (memory.isKnown || memory.isCreated) return false;
  const took = [noteName(memory, heard), notePhone(memory, heard)].some(Boolean);
  if (heard.email === undefined) return took;
  memory.email = heard.email;
  return true;
}
