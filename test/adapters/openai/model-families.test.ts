import { describe, expect, it } from 'vitest';
import { parametersFor } from '../../../src/adapters/openai/model-families.ts';

describe('parameters by model family', () => {
  it.each(['gpt-4o', 'gpt-4o-mini', 'gpt-4o-2024-08-06', 'gpt-4.1', 'gpt-3.5-turbo'])(
    'never sends %s a reasoning effort',
    (model) => {
      expect(parametersFor(model)).toEqual({ max_completion_tokens: 300, temperature: 0.3 });
    },
  );

  it.each(['gpt-5.1', 'gpt-5.4', 'gpt-5.4-mini', 'gpt-5.6-luna', 'gpt-6-luna', 'gpt-6-sol', 'gpt-10'])(
    'switches the reasoning of %s off by name, or it refuses tools',
    (model) => {
      expect(parametersFor(model)).toEqual({ max_completion_tokens: 300, reasoning_effort: 'none' });
    },
  );

  it('asks the first gpt-5 for the least reasoning it knows', () => {
    expect(parametersFor('gpt-5-mini')).toMatchObject({ reasoning_effort: 'minimal' });
  });

  it('sends an unknown model only what every model takes', () => {
    expect(parametersFor('llama-at-home')).toEqual({ max_completion_tokens: 300 });
  });
});
