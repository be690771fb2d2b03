/** What both sockets of the stand-in share: reading frames, sending messages, telling nonsense from sense. */
import type { RawData } from 'ws';

export function toBytes(data: RawData): Uint8Array {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}

/** The value of a text frame; undefined when it is no JSON. */
export function toJson(data: RawData): unknown {
  try {
    return JSON.parse(Buffer.from(toBytes(data)).toString('utf8'));
  } catch {
    return undefined;
  }
}
