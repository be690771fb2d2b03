/** Audio waiting its turn, taken out in pieces of any size. */

export interface ByteQueue {
  push(bytes: Uint8Array): void;
  /** Up to `count` bytes from the front; fewer when there are fewer. */
  take(count: number): Uint8Array;
  clear(): void;
  readonly length: number;
}

export function createByteQueue(): ByteQueue {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push(bytes) {
      if (bytes.length === 0) return;
      chunks.push(bytes);
      length += bytes.length;
    },
    take(count) {
      const taken = new Uint8Array(Math.min(count, length));
      let filled = 0;
      while (filled < taken.length) {
        const [chunk] = chunks;
        if (!chunk) break;
        const part = chunk.subarray(0, taken.length - filled);
        taken.set(part, filled);
        filled += part.length;
        if (part.length === chunk.length) chunks.shift();
        else chunks[0] = chunk.subarray(part.length);
      }
      length -= filled;
      return taken;
    },
    clear() {
      chunks = [];
      length = 0;
    },
    get length() {
      return length;
    },
  };
}
