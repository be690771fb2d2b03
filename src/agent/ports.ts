/** What the agent needs from a language model. */

export interface ToolCall {
  id: string;
  name: string;
  /** JSON as the model wrote it; not yet trusted. */
  arguments: string;
}

export type ModelMessage =
  | { role: 'system'; text: string }
  | { role: 'user'; text: string }
  | { role: 'assistant'; text: string; toolCalls: readonly ToolCall[] }
  | { role: 'tool'; callId: string; text: string };

interface ToolSpec {
  name: string;
  description: string;
  /** JSON Schema, strict: every key required, no additional ones. */
  parameters: Record<string, unknown>;
}

export interface ModelRequest {
  messages: readonly ModelMessage[];
  tools: readonly ToolSpec[];
  /** `none` forces an answer in words. */
  toolChoice: 'auto' | 'none';
  /** Groups requests that share a prefix, for the vendor's prompt cache. */
  cacheKey: string;
}

export interface TokenUsage {
  promptTokens: number;
  cachedTokens: number;
  completionTokens: number;
}

/** In this order: words as they come, then at most one list of tool calls, then `done`. */
export type ModelEvent =
  | { type: 'words'; text: string }
  | { type: 'tool-calls'; calls: ToolCall[] }
  | { type: 'done'; model: string; usage: TokenUsage | undefined };

export interface LanguageModel {
  /**
   * Streams one answer. Throws VendorError (timeout before the first token, silence between tokens, broken stream,
   * vendor error); an aborted signal ends the stream quietly, without `done`.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Opens the connection ahead of the first question; failure is reported by the rejected promise. */
  warmUp(signal: AbortSignal): Promise<void>;
}
