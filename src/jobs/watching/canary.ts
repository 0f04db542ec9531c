import { DeadlineError, within } from '../deadline.js';
import type { Clock, SandboxRun } from '../ports.js';
import { canaryMarker, type Monitor } from './monitor.js';

export interface CanaryOptions {
  readonly clock: Clock;
  /** An unguessable string. */
  readonly newNonce: () => string;
  /** Deadline for process and alert together, in milliseconds. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs a process with a nonce in the sandbox and waits for the sensor's alert, which proves that kernel, sensor, alert source and
 * demultiplexer work for this container. Resolves with the time it took in milliseconds; null when the alert did not arrive in time.
 * @throws CancelledError, and what the sandbox throws when the process can't be run
 */
export async function sendCanary(run: SandboxRun, monitor: Monitor, options: CanaryOptions): Promise<number | null> {
  const { clock, newNonce, graceMs, signal } = options;
  const nonce = newNonce();
  const started = clock.now();
  const seen = monitor.canary(nonce);
  try {
    await within('a canary', graceMs, signal, Promise.all([run.canary(canaryMarker(nonce)), seen]));
  } catch (error) {
    if (error instanceof DeadlineError) return null;
    throw error;
  }
  return clock.now() - started;
}
