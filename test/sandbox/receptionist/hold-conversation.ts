/** Plays a whole call written down as data, and checks what was booked and said. */

import { expect } from 'vitest';
import { BOOKING_TOOLS, type CallOptions, onFile, startCall } from './practice-call.ts';

export interface Conversation {
  title: string;
  options?: CallOptions;
  turns: string[];
  /** The successful booking at the end, as a part of its arguments; null when there must be none. */
  booked: Record<string, unknown> | null;
  customer?: Record<string, unknown>;
  vehicle?: Record<string, unknown>;
  says?: RegExp[];
  neverSays?: RegExp[];
  ends?: string;
}

export const WITH_PEOPLE = [...BOOKING_TOOLS, 'transfer_to_human'];
export const SARAH = onFile('Sarah', 'V1 2019 Honda Accord');
export const ROBERT = onFile('Robert', 'V2 2016 Honda CR-V; V3 2011 Ford F-150');
export const MARIA = onFile('Maria', 'V5 2018 Toyota Camry');
export const JAMES = onFile('James', 'V11 2018 Hyundai Elantra');

/** Speaks every turn, then compares the successful tool calls and all that was said with what is expected. */
export function holdConversation(conversation: Conversation): void {
  const { options, turns, booked, customer, vehicle, says = [], neverSays = [], ends } = conversation;
  const call = startCall(options);
  for (const turn of turns) call.say(turn);
  const done = (name: string) =>
    call.runs.filter((run) => run.name === name && run.isDone).map((run) => run.args);
  const said = call.spoken.join('\n');

  expect(done('book_appointment')).toEqual(booked === null ? [] : [expect.objectContaining(booked)]);
  if (customer) expect(done('create_customer')).toEqual([expect.objectContaining(customer)]);
  if (vehicle) expect(done('create_vehicle')).toEqual([expect.objectContaining(vehicle)]);
  for (const pattern of says) expect(said).toMatch(pattern);
  for (const pattern of neverSays) expect(said).not.toMatch(pattern);
  expect(done('end_call').map(({ reason }) => reason)).toEqual(ends === undefined ? [] : [ends]);
  expect(call.spoken.filter((text, i) => text !== '' && text === call.spoken[i - 1])).toEqual([]);
}
