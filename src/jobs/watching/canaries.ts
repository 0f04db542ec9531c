import { setTimeout as sleep } from 'node:timers/promises';
import type { DetonationDependencies } from '../attempt.js';
import { IncompleteRunError } from '../incomplete-run.js';
import type { SandboxRun } from '../ports.js';
import { type CanaryResult, sendCanary } from './canary.js';
import { Heartbeat } from './heartbeat.js';
import type { Monitor } from './monitor.js';

/** How many times a canary is sent before the run is given up. The closing canary is sent only once. */
const TRIES = 3;

/**
 * Proves that a sandbox is watched: by a canary before any code of the project runs, one after everything has ended, and in between by
 * the heartbeat, if the alert source needs it.
 */
export class Canaries {
  readonly #deps: Pick<DetonationDependencies, 'feed' | 'clock' | 'limits' | 'log' | 'newNonce'>;
  readonly #signal: AbortSignal;
  readonly #monitor: Monitor;
  readonly #jobId: string;
  readonly #heartbeat: Heartbeat;
  /** How long the canary's alert took, in milliseconds; null until it has arrived. */
  openingMs: number | null = null;
  closingMs: number | null = null;
  /** A source may report dropped events only periodically: resolves when its report for the time before the closing canary is due. */
  #settled: Promise<void> = Promise.resolve();

  constructor(deps: DetonationDependencies, signal: AbortSignal, monitor: Monitor, jobId: string) {
    this.#deps = deps;
    this.#signal = signal;
    this.#monitor = monitor;
    this.#jobId = jobId;
    this.#heartbeat = new Heartbeat(monitor, deps.newNonce);
  }

  /** Waits for the alert source to connect, at most `graceMs`. @throws IncompleteRunError */
  async awaitSource(): Promise<void> {
    const { feed, clock, limits } = this.#deps;
    const deadline = clock.now() + limits.graceMs;
    while (!feed.status().connected) {
      if (clock.now() > deadline || this.#signal.aborted) {
        const detail = feed.status().lastError ?? 'it did not connect';
        throw new IncompleteRunError({ code: 'sensor-unavailable', message: `no alert source: ${detail}` });
      }
      await sleep(50);
    }
  }

  /** Sends the opening canary; from its alert on, alerts count. @throws IncompleteRunError */
  async opening(run: SandboxRun): Promise<void> {
    const result = await this.#answered(run, 'opening canary');
    if (typeof result !== 'number') {
      const message = `the sensor did not report a test process in the sandbox within ${this.#graceS} s, ${TRIES} times`;
      throw new IncompleteRunError({ code: 'no-opening-canary', message });
    }
    this.openingMs = result;
    this.#monitor.startCounting();
    this.#heartbeat.start(run);
  }

  /** Resolves when the alerts for everything before have arrived: a canary's alert comes after them. @throws IncompleteRunError */
  async between(run: SandboxRun): Promise<void> {
    const result = await this.#answered(run, 'a canary between two loads');
    if (typeof result === 'number') return;
    if (result === 'behind') throw behind();
    const message = `the sensor did not report a test process within ${this.#graceS} s, ${TRIES} times`;
    throw new IncompleteRunError({ code: 'no-closing-canary', message });
  }

  /** @throws IncompleteRunError */
  async closing(run: SandboxRun): Promise<void> {
    await this.#heartbeat.stop();
    const result = await this.#send(run);
    if (typeof result === 'number') {
      this.closingMs = result;
      // Alerts arrive in order: test processes without an alert by now have lost theirs.
      this.#monitor.missing(this.#monitor.unseenBeats);
      this.#settled = sleep(this.#deps.limits.settleMs);
      return;
    }
    if (result === 'behind') throw behind();
    const message = `the sensor did not report the closing test process within ${this.#graceS} s`;
    throw new IncompleteRunError({ code: 'no-closing-canary', message });
  }

  /** Stops the heartbeat if the run ended before its closing canary, and waits for the last report of dropped events. Never rejects. */
  async end(): Promise<void> {
    await Promise.all([this.#heartbeat.stop(), this.#settled]);
  }

  get #graceS(): number {
    return this.#deps.limits.graceMs / 1000;
  }

  /** Sends canaries until one is answered: up to TRIES of them while the sensor is silent, and no second one while it is behind. */
  async #answered(run: SandboxRun, what: string): Promise<CanaryResult> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const result = await this.#send(run);
      if (result !== 'silent') return result;
      this.#deps.log.warn({ job: this.#jobId, attempt, what }, 'a canary did not come back');
    }
    return 'silent';
  }

  #send(run: SandboxRun): Promise<CanaryResult> {
    const { clock, newNonce, limits } = this.#deps;
    return sendCanary(run, this.#monitor, { clock, newNonce, graceMs: limits.graceMs, signal: this.#signal });
  }
}

/** What happened last in the sandbox is not known: its events came faster than the sensor could report them. */
function behind(): IncompleteRunError {
  const message = 'so much happened in the sandbox that the sensor was still reporting it when its time was up';
  return new IncompleteRunError({ code: 'alerts-overflowed', message });
}
