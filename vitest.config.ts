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
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/**/*.real.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
