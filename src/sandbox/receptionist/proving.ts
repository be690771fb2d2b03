/** Has the caller prove who they are, without ever saying which part of a proof fits. */

import { isProofWhole } from './identity.ts';
import { call, canCall, type Desk, type Plan, say, vary } from './plan.ts';
import { offerPerson } from './reaching-people.ts';

const CANNOT =
  "I'm sorry, I wasn't able to verify that, so I can't open existing appointments on this call. ";

/** Asks for proof, or tries the one that was told. Only called while nothing is proved. */
export function proveIdentity(desk: Desk): Plan {
  const { memory } = desk;
  const { identity, turn } = memory;
  if (identity.isLocked) return offerPerson(desk, CANNOT, 'other');
  if (turn.failed?.tool === 'verify_customer' || !canCall(desk, 'verify_customer')) {
    return offerPerson(
      desk,
      "I'm sorry, I can't check who you are right now, so nothing is changed. ",
      'other',
    );
  }
  const isOnFile = memory.isKnown || identity.phoneOnFile !== undefined;
  if (!isOnFile) {
    const wordings = [
      'What phone number is the appointment under?',
      "I don't find the number you're calling from. Which number is on the account?",
    ] as const;
    return say(vary(memory, 'phone-on-file', wordings), 'phone-on-file', { asked: 'phone-on-file' });
  }
  if (identity.proof && isProofWhole(memory)) {
    const { date_of_birth, vin, street_address, zip_code } = identity.proof;
    return call('verify_customer', {
      date_of_birth: date_of_birth ?? null,
      vin: vin ?? null,
      street_address: street_address ?? null,
      zip_code: zip_code ?? null,
      phone_on_file: identity.phoneOnFile ?? null,
    });
  }
  return askProof(desk);
}

function askProof(desk: Desk): Plan {
  const { memory } = desk;
  const { identity, turn } = memory;
  if (turn.proofGap === 'zip')
    return say(vary(memory, 'zip', ['And the ZIP code there?', 'Which ZIP code is that?']), 'zip', {
      asked: 'zip',
    });
  const hasAsked = (memory.said['proof'] ?? 0) > 0;
  const isStuck = hasAsked && !turn.isProofRefused && turn.proofGap === undefined;
  if (turn.asksUnproved || (isStuck && (turn.isNo || (memory.said['proof'] ?? 0) > 2))) {
    const opening = "I can't share or change anything about appointments before I've verified who you are. ";
    return offerPerson(desk, opening, 'other');
  }
  const opening = turn.asksOracle
    ? "I can't say which part fits; I can only check all of it together. "
    : turn.isProofRefused
      ? "I'm sorry, I wasn't able to verify that. "
      : turn.proofGap === 'repeated'
        ? "I wasn't able to verify that the first time. "
        : turn.proofGap === 'year'
          ? 'I need the full date, with month, day and year. '
          : turn.proofGap === 'vin-length'
            ? 'I need exactly the last eight of the VIN. '
            : identity.proof
              ? 'Thank you. From another phone I need one more. '
              : '';
  const wordings = [
    "To look at your appointments I need to know it's you: what's your full date of birth?",
    "Please tell me the full date of birth, the last eight of the car's VIN, or house number, street and ZIP code.",
    'Which could you give me: the full date of birth, the last eight of the VIN, or the street address with ZIP code?',
  ] as const;
  const wording = identity.tried.length > 0 || hasAsked ? vary(memory, 'proof', wordings) : wordings[0];
  return say(opening + (opening !== '' && wording === wordings[0] ? wordings[1] : wording), 'proof', {
    asked: 'proof',
  });
}
