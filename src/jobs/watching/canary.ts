import { DeadlineError, within } from '../deadline.js';
import type { Clock, SandboxRun } from '../ports.js';
import { canaryMarker, type Monitor } from './monitor.js';

export interface CanaryOptions {
  readonly clock: Clock;
  /** An unguessable string. */
  readonly newNonce: () => string;
  /** How long the sensor may be silent about this sandbox until the canary is given up, in milliseconds. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/**
 * How a canary ended: the time that process and alert took, in milliseconds; `silent` when the sensor reported nothing about this
 * sandbox any more; `behind` when it was still reporting what happened before the canary.
 */
export type CanaryResult = number | 'silent' | 'behind';

/** How many times `graceMs` is waited while the sensor keeps reporting earlier events. */
const MOST_WAITS = 4;

/**
 * Runs a process with a nonce in the sandbox and waits for the sensor's alert, which proves that kernel, sensor, alert source and
 * demultiplexer work for this container. Alerts arrive in order, so after a flood of events the canary's alert comes late: it is
 * waited for as long as alerts of earlier events keep arriving, within limits.
 * @throws CancelledError, and what the sandbox throws when the process can't be run
 */
export async function sendCanary(
  run: Pick<SandboxRun, 'canary'>,
  monitor: Monitor,
  options: CanaryOptions,
): Promise<CanaryResult> {
  const { clock, newNonce, graceMs, signal } = options;
  const nonce = newNonce();
  const started = clock.now();
  const seen = monitor.canary(nonce);
  const answered = Promise.all([run.canary(canaryMarker(nonce)), seen]);
  for (let waits = 1; ; waits += 1) {
    const before = monitor.arrived;
    try {
      await within('a canary', graceMs, signal, answered);
      return clock.now() - started;
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      if (monitor.arrived === before || monitor.lastEventMs >= started) return 'silent';
      if (waits === MOST_WAITS) return 'behind';
    }
  }
}
