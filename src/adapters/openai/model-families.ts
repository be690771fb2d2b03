/** Which request parameters each family of models takes; sending one that a model does not know fails the request. */

export interface ModelParameters {
  /** Half a minute of speech; a longer answer is a mistake on the phone. */
  max_completion_tokens: number;
  temperature?: number;
  reasoning_effort?: 'none' | 'minimal';
}

const spokenTokens = 300;

/**
 * In order, first match wins. From gpt-5.4 on, chat completions refuse function tools unless reasoning is switched off
 * by name (they reason by default); 5.1 and 5.2 also know `none`, the first gpt-5 only `minimal`. Models before gpt-5
 * do not reason and refuse the field; there a low temperature keeps facts steady.
 */
const families: readonly (readonly [RegExp, ModelParameters])[] = [
  [/^gpt-(3|4)/, { max_completion_tokens: spokenTokens, temperature: 0.3 }],
  [/^gpt-5(-|$)/, { max_completion_tokens: spokenTokens * 2, reasoning_effort: 'minimal' }],
  [/^gpt-(\d{2,}|[5-9])/, { max_completion_tokens: spokenTokens, reasoning_effort: 'none' }],
];

/** Parameters for a model by name; an unknown one gets only what every model takes. */
export function parametersFor(model: string): ModelParameters {
  const family = families.find(([pattern]) => pattern.test(model));
  return family?.[1] ?? { max_completion_tokens: spokenTokens };
}
