import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // More than there are cores: a call in a test mostly waits for speech to be played.
    maxWorkers: 3,
  },
});
