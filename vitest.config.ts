import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'examples/test/**/*.test.ts',
      'scripts/test/**/*.test.mjs',
    ],
    pool: 'forks',
    // One a core, where Vitest would leave one idle: of two, that is half of the time.
    maxWorkers: availableParallelism(),
    execArgv: ['--expose-gc'],
    testTimeout: 30_000,
  },
});
