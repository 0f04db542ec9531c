import { defineConfig } from 'vitest/config';

/** Tests of the service around the jobs: mostly they wait, for a part that comes back or a deadline that passes. */
const SERVICE = [
  ...['service', 'chaos', 'pages', 'ci', 'deploy'].map((room) => `test/e2e/${room}/**/*.real.test.ts`),
  ...['api', 'app', 'blobs', 'gitlab', 'queue', 'stores', 'witness'].map((room) => `test/${room}/**/*.real.test.ts`),
];

/** They run against the provisioned Redis, Docker engine and kernel sensor, one file at a time. */
const real = {
  fileParallelism: false,
  // Rows that wait for a sandbox each: two at a time, as many as a service takes on the smallest machine.
  maxConcurrency: 2,
  testTimeout: 180_000,
  hookTimeout: 120_000,
};

/**
 * `fast` needs nothing but Node (seconds). The real tests are two projects, so that `scripts/test` can run them side by side: one waits
 * while the other keeps the processor busy.
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
      { test: { ...real, name: 'real-jobs', include: ['test/**/*.real.test.ts'], exclude: SERVICE } },
      { test: { ...real, name: 'real-service', include: SERVICE } },
    ],
  },
});
