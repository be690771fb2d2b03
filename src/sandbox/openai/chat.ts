/** What the sandbox's model is asked and what it answers, freed of the wire: the contract with whoever plays the model. */

export interface ChatMessage {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  /** Empty for an assistant message that only calls tools. */
  content: string;
  /** Only on assistant messages; `arguments` is the JSON text as it was sent back to us. */
  toolCalls?: { id: string; name: string; arguments: string }[];
  /** Only on tool messages: which call this answers. */
  toolCallId?: string;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  /** `parameters` is a JSON Schema. */
  tools: { name: string; description: string; parameters: unknown }[];
  toolChoice: 'auto' | 'none' | 'required';
}

/** Either part may be empty: words alone, tool calls alone, or words followed by tool calls. */
/** Whoever plays the model. A brain that throws is answered with the API's 500. */
export type Brain = (request: ChatRequest) => ChatAnswer;

export interface ChatAnswer {
  text: string;
  toolCalls: { name: string; arguments: Record<string, unknown> }[];
}
