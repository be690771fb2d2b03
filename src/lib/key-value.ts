/** A small store of JSON values with a time to live: Redis in production, memory otherwise. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export interface KeyValue {
  /** The value, or undefined when there is none or it has expired. */
  get(key: string): Promise<Json | undefined>;
  /** Stores the value for `ttlMs` milliseconds. */
  set(key: string, value: Json, ttlMs: number): Promise<void>;
  /**
   * Replaces the value by `change(current)` atomically: concurrent updates, from any process, all take effect.
   * `change` may run more than once and must be pure. Returns the value stored. The time to live starts anew.
   */
  update(key: string, change: (current: Json | undefined) => Json, ttlMs: number): Promise<Json>;
  delete(key: string): Promise<void>;
  /** Answers within the command timeout or throws. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
