/** What proves who the caller is: the proof told and not tried yet, what was tried, and how it went. */

import type { Heard } from './listening.ts';
import type { Memory } from './memory.ts';

/** One statement that may prove it, as verify_customer takes it. */
interface Proof {
  date_of_birth?: string;
  vin?: string;
  street_address?: string;
  zip_code?: string;
}

export interface Identity {
  isVerified: boolean;
  /** No further try is possible in this call. */
  isLocked: boolean;
  /** Told, and not tried yet. */
  proof?: Proof;
  /** A street without its ZIP code yet. */
  street?: string;
  /** The number the customer is on file with, when it is not the one calling. */
  phoneOnFile?: string;
  /** Proofs tried, so that none is tried twice. */
  tried: string[];
}

export const MOST_TRIES = 3;

/** From the phone on file one proof is enough; from any other, two. */
export function isProofWhole({ identity, isKnown }: Memory): boolean {
  const { date_of_birth, vin, street_address } = identity.proof ?? {};
  const kinds = [date_of_birth, vin, street_address].filter((part) => part !== undefined).length;
  return kinds >= (isKnown ? 1 : 2);
}

export const beginIdentity = (isVerified: boolean): Identity => ({ isVerified, isLocked: false, tried: [] });

export const proofKey = ({ proof, phoneOnFile }: Identity): string => JSON.stringify([proof, phoneOnFile]);

/** Said like a guess: taken as the whole statement, as a stranger may go on guessing for ever. */
const GUESSES = /\b(maybe|don't know|not sure|guess|perhaps|try|could be|i think)\b/;

/** Whether a proof would be taken up now. */
export const isProofExpected = ({ errand, identity, asked }: Memory): boolean =>
  !identity.isVerified &&
  (errand !== undefined || asked === 'proof' || asked === 'zip' || asked === 'phone-on-file');

/** What is missing in a proof that was only begun. */
export type ProofGap = 'year' | 'vin-length' | 'zip' | 'repeated';

/** Notes what the caller tells to prove who they are. Returns whether there was anything of the kind. */
export function noteProof(memory: Memory, heard: Heard): boolean {
  const { identity, turn } = memory;
  const { birthDate, vin, address, phone } = heard;
  if (identity.isVerified) return false;
  const isOpen = isProofExpected(memory);
  const told = memory.isKnown ? {} : identity.proof;
  if (birthDate?.date !== undefined) identity.proof = { ...told, date_of_birth: birthDate.date };
  if (!isOpen) return birthDate?.date !== undefined;
  if (phone?.phone !== undefined) identity.phoneOnFile = phone.phone;
  const street = address?.street ?? (address?.zip === undefined ? undefined : identity.street);
  if (birthDate?.date === undefined && vin && (vin.isWhole || vin.vin.length === 8))
    identity.proof = { ...told, vin: vin.vin };
  else if (birthDate?.date === undefined && street !== undefined) {
    const isGuess = GUESSES.test(heard.plain);
    if (address?.zip !== undefined || isGuess) {
      identity.proof = {
        ...told,
        street_address: street,
        ...(address?.zip ? { zip_code: address.zip } : {}),
      };
      delete identity.street;
    } else {
      identity.street = street;
      turn.proofGap = 'zip';
    }
  } else if (birthDate && birthDate.date === undefined) turn.proofGap = 'year';
  else if (vin && !identity.proof) turn.proofGap = 'vin-length';
  if (identity.proof && identity.tried.includes(proofKey(identity))) {
    delete identity.proof;
    turn.proofGap = 'repeated';
  }
  return [birthDate, vin, address, phone].some((part) => part !== undefined);
}
