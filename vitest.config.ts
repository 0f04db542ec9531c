import { defineConfig } from 'vitest/config';

/**
 * Two projects: `fast` needs nothing but Node (seconds); `real` runs against the provisioned Redis, Docker engine
 * and kernel sensor, one file at a time, because a Docker host has one alert subscriber.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.real.test.ts'],
          globalSetup: ['test/cli/compiled-cli.ts'],
          testTimeout: 20_000,
          // By default vitest leaves one core of two idle, and loads every module again for each file: half of the time.
          // So a module that is no test file is loaded once for many: it keeps no state, and calls hooks in functions only.
          maxWorkers: '100%',
          isolate: false,
          restoreMocks: true,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts'],
          fileParallelism: false,
          // Rows that wait for a sandbox each: two at a time, as many as a service takes on the smallest machine.
          maxConcurrency: 2,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
