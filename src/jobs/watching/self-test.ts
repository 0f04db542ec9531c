import type { AlertFeed, Clock, Sandbox } from '../ports.js';
import { sendCanary } from './canary.js';
import { Monitor } from './monitor.js';

export interface SelfTestDependencies {
  readonly sandbox: Sandbox;
  readonly feed: AlertFeed;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly newNonce: () => string;
  /** How long the canary may take, in milliseconds. */
  readonly graceMs: number;
}

/** The sensor did not report the canary in an empty sandbox. */
export class SelfTestError extends Error {
  readonly code = 'self-test';
  constructor(graceMs: number) {
    super(`the sensor did not report a test process in an empty sandbox within ${graceMs / 1000} s`);
    this.name = 'SelfTestError';
  }
}

/**
 * Tests the whole chain with an empty sandbox: engine, kernel, sensor, alert source. Resolves with how long the canary's alert took,
 * in milliseconds. @throws SelfTestError, and what the sandbox throws
 */
export async function selfTest(deps: SelfTestDependencies): Promise<number> {
  const { sandbox, feed, clock, newNonce, graceMs } = deps;
  const run = await sandbox.create({ jobId: deps.newId(), ecosystem: 'auto', attempt: 1 });
  const monitor = new Monitor();
  const watch = feed.watch(run.containerId, monitor);
  try {
    const { signal } = new AbortController();
    const ms = await sendCanary(run, monitor, { clock, newNonce, graceMs, signal });
    if (typeof ms !== 'number') throw new SelfTestError(graceMs);
    return ms;
  } finally {
    watch.close();
    await run.destroy();
  }
}
