import { setTimeout as sleep } from 'node:timers/promises';
import type { DetonationDependencies } from '../attempt.js';
import { IncompleteRunError } from '../incomplete-run.js';
import type { SandboxRun } from '../ports.js';
import { sendCanary } from './canary.js';
import { Heartbeat } from './heartbeat.js';
import type { Monitor } from './monitor.js';

/** How often a canary before the closing one is tried before the job is given up. */
const TRIES = 3;

/**
 * The proof that a sandbox is watched: a canary before anything of the project runs, one after all of it has ended, and between them
 * the heartbeat, where the alert source needs it.
 */
export class Canaries {
  readonly #deps: Pick<DetonationDependencies, 'feed' | 'clock' | 'limits' | 'log' | 'newNonce'>;
  readonly #signal: AbortSignal;
  readonly #monitor: Monitor;
  readonly #jobId: string;
  readonly #heartbeat: Heartbeat;
  /** How long the canary's alert took, in milliseconds; null until it has come back. */
  openingMs: number | null = null;
  closingMs: number | null = null;
  /** Alerts keep their order, but a source may report drops by a timer: fulfilled when its word on what came before the closing canary is in. */
  #settled: Promise<void> = Promise.resolve();

  constructor(deps: DetonationDependencies, signal: AbortSignal, monitor: Monitor, jobId: string) {
    this.#deps = deps;
    this.#signal = signal;
    this.#monitor = monitor;
    this.#jobId = jobId;
    this.#heartbeat = new Heartbeat(monitor, deps.newNonce);
  }

  /** A source that is not up is given the grace time to come up. @throws IncompleteRunError */
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

  /** From its alert on, the monitor's alerts count. @throws IncompleteRunError */
  async opening(run: SandboxRun): Promise<void> {
    this.openingMs = await this.#answered(run, 'opening canary');
    if (this.openingMs === null) {
      const message = `the sensor did not report a test process in the sandbox within ${this.#graceS} s, ${TRIES} times`;
      throw new IncompleteRunError({ code: 'no-opening-canary', message });
    }
    this.#monitor.judge();
    this.#heartbeat.start(run);
  }

  /** Resolves when what was done before has been told of: alerts come in order. @throws IncompleteRunError */
  async between(run: SandboxRun): Promise<void> {
    if ((await this.#answered(run, 'a canary between two loads')) !== null) return;
    const message = `the sensor did not report a test process within ${this.#graceS} s, ${TRIES} times`;
    throw new IncompleteRunError({ code: 'no-closing-canary', message });
  }

  /** @throws IncompleteRunError */
  async closing(run: SandboxRun): Promise<void> {
    await this.#heartbeat.stop();
    this.closingMs = await this.#send(run);
    if (this.closingMs !== null) {
      // Alerts keep their order: what has not come by now does not come.
      this.#monitor.missing(this.#monitor.unseenBeats);
      this.#settled = sleep(this.#deps.limits.settleMs);
      return;
    }
    const message = `the sensor did not report the closing test process within ${this.#graceS} s`;
    throw new IncompleteRunError({ code: 'no-closing-canary', message });
  }

  /** Ends what goes on by itself; for a run that did not come to its closing canary. Never rejects. */
  async end(): Promise<void> {
    await Promise.all([this.#heartbeat.stop(), this.#settled]);
  }

  get #graceS(): number {
    return this.#deps.limits.graceMs / 1000;
  }

  /** Resolves with how long the first one took that came back; null where none did. */
  async #answered(run: SandboxRun, what: string): Promise<number | null> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const ms = await this.#send(run);
      if (ms !== null) return ms;
      this.#deps.log.warn({ job: this.#jobId, attempt, what }, 'a canary did not come back');
    }
    return null;
  }

  #send(run: SandboxRun): Promise<number | null> {
    const { clock, newNonce, limits } = this.#deps;
    return sendCanary(run, this.#monitor, { clock, newNonce, graceMs: limits.graceMs, signal: this.#signal });
  }
}
