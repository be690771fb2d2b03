/** Reads the facts of the call from the message that begins with CALL CONTEXT. */

import type { ChatMessage } from '../openai/chat.ts';

export interface Day {
  /** YYYY-MM-DD */
  date: string;
  /** HH:MM; both missing when closed. */
  open?: string;
  close?: string;
  /** Why it is closed, when the reason is a holiday. */
  reason?: string;
}

export interface Service {
  code: string;
  name: string;
  minutes: number;
  /** Whole dollars. `free`: no charge. Undefined: only known after inspection. */
  price?: { low: number; high: number } | 'free';
  canWait: boolean;
}

export interface KnownVehicle {
  /** "V1" */
  id: string;
  year: number;
  make: string;
  model: string;
}

export interface CallContext {
  dealership: string;
  address: string;
  /** +1 and ten digits, or empty. */
  phone: string;
  /** YYYY-MM-DD and HH:MM in the dealership's time. */
  today: string;
  now: string;
  days: Day[];
  services: Service[];
  caller: 'known' | 'new' | 'withheld';
  /** The caller has proved who they are. */
  isVerified: boolean;
  firstName?: string;
  vehicles: KnownVehicle[];
}

function readDay(line: string): Day | undefined {
  const match = /^\w+ (\d{4}-\d\d-\d\d) (?:open (\d\d:\d\d)\s*-\s*(\d\d:\d\d)|closed(?: \((.+)\))?)/.exec(
    line,
  );
  const [, date, open, close, reason] = match ?? [];
  if (date === undefined) return undefined;
  if (open !== undefined && close !== undefined) return { date, open, close };
  return reason === undefined ? { date } : { date, reason };
}

function readService(line: string): Service | undefined {
  const [code, name, duration, price = '', wait = ''] = line.split('|').map((part) => part.trim());
  if (!code || !name || !/^[a-z_]+$/.test(code)) return undefined;
  const range = /\$(\d+)(?:\.\d+)?(?:\s*-\s*\$?(\d+))?/.exec(price);
  const low = Number(range?.[1]);
  const known = range
    ? { low, high: Number(range[2] ?? low) }
    : /no charge|free/.test(price)
      ? ('free' as const)
      : undefined;
  return {
    code,
    name,
    minutes: Number.parseInt(duration ?? '', 10) || 60,
    ...(known === undefined ? {} : { price: known }),
    canWait: wait.includes('can wait'),
  };
}

/** "V1 2019 Honda Accord; V2 2011 Ford F-150". A make of two words is told from its model by the list of makes. */
function readVehicles(line: string): KnownVehicle[] {
  return line.split(';').flatMap((part) => {
    const match = /^\s*(\w+) (\d{4}) ((?:Land|Alfa) \w+|\S+) (.+?)\s*$/.exec(part);
    const [, id, year, make, model] = match ?? [];
    return id && make && model ? [{ id, year: Number(year), make, model }] : [];
  });
}

/** The last CALL CONTEXT of the conversation, or undefined when there is none that says what day it is. */
export function readCallContext(messages: readonly ChatMessage[]): CallContext | undefined {
  const message = messages.findLast(
    ({ role, content }) => (role === 'system' || role === 'developer') && content.includes('CALL CONTEXT'),
  );
  if (!message) return undefined;
  const lines = message.content
    .slice(message.content.indexOf('CALL CONTEXT'))
    .split('\n')
    .map((line) => line.trim());
  const field = (name: string) =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  const now = /(\d{4}-\d\d-\d\d) (\d\d:\d\d)/.exec(field('Now') ?? '');
  if (!now?.[1] || !now[2] || !isDate(now[1])) return undefined;
  const [dealership, ...address] = (field('Dealership') ?? 'the service department').split(',');
  const number = field('Caller number') ?? 'withheld';
  const firstName = field('Customer first name');
  return {
    dealership: dealership?.trim() ?? '',
    address: address.join(',').trim(),
    phone: field('Main phone')?.replace(/[^+\d]/g, '') ?? '',
    today: now[1],
    now: now[2],
    days: lines.flatMap((line) => readDay(line) ?? []).filter(({ date }) => isDate(date)),
    services: lines.flatMap((line) => (line.includes('|') ? (readService(line) ?? []) : [])),
    caller: number.startsWith('on file') ? 'known' : number.startsWith('new') ? 'new' : 'withheld',
    isVerified: field('Identity') === 'verified',
    ...(firstName ? { firstName } : {}),
    vehicles: readVehicles(field('Vehicles') ?? ''),
  };
}

function isDate(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).toString() === text;
  } catch {
    return false;
  }
}
