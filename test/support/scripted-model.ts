/** A language model that plays a script: each request gets the next answer, events and failures included. */
import type { LanguageModel, ModelEvent, ModelRequest, ToolCall } from '../../src/agent/ports.ts';
import { VendorError, type VendorFault } from '../../src/lib/vendor-error.ts';

/** Words, one chunk a string; then tool calls; then a failure instead of the end; or a function that acts in between. */
export type Step = string | { calls: ToolCall[] } | { fails: VendorFault | Error } | (() => void);

export interface ScriptedModel extends LanguageModel {
  /** Every request, as it was made. */
  readonly requests: ModelRequest[];
}

/** An answer per request, in order. A request beyond the script fails the test. */
export function createScriptedModel(answers: readonly (readonly Step[])[]): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    requests,
    async *stream(request, signal): AsyncGenerator<ModelEvent, void> {
      const answer = answers[requests.length];
      requests.push(structuredClone(request));
      if (!answer) throw new Error(`Nothing is scripted for request ${requests.length}.`);
      for (const step of answer) {
        if (signal.aborted) return;
        if (typeof step === 'function') step();
        else if (typeof step === 'string') yield { type: 'words', text: step };
        else if ('calls' in step) yield { type: 'tool-calls', calls: step.calls };
        else if (step.fails instanceof Error) throw step.fails;
        else throw new VendorError('scripted', step.fails, 'failed as scripted');
      }
      if (!signal.aborted) yield { type: 'done', model: 'scripted', usage: undefined };
    },
    warmUp: () => Promise.resolve(),
  };
}

let callCount = 0;

/** A tool call with an id of its own; text arguments are passed on as they are. */
export function toolCall(name: string, args: unknown = {}): ToolCall {
  callCount += 1;
  return {
    id: `call_${callCount}`,
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
  };
}
