import { setTimeout as sleep } from 'node:timers/promises';
import type { DetonationDependencies } from './attempt.js';
import { sendCanary } from './canary.js';
import { GiveUp } from './give-up.js';
import type { Monitor } from './monitor.js';
import type { SandboxRun } from './ports.js';

/** How often the opening canary is tried before the job is given up. */
const OPENING_TRIES = 3;

/** The proof that a sandbox is watched: a canary before anything of the project runs, and one after all of it has ended. */
export class Canaries {
  readonly #deps: Pick<DetonationDependencies, 'feed' | 'clock' | 'limits' | 'log' | 'newNonce'>;
  readonly #signal: AbortSignal;
  readonly #monitor: Monitor;
  readonly #jobId: string;
  /** How long the canary's alert took, in milliseconds; null until it has come back. */
  openingMs: number | null = null;
  closingMs: number | null = null;

  constructor(deps: DetonationDependencies, signal: AbortSignal, monitor: Monitor, jobId: string) {
    this.#deps = deps;
    this.#signal = signal;
    this.#monitor = monitor;
    this.#jobId = jobId;
  }

  /** A source that is not up is given the grace time to come up. @throws GiveUp */
  async awaitSource(): Promise<void> {
    const { feed, clock, limits } = this.#deps;
    const deadline = clock.now() + limits.graceMs;
    while (!feed.status().connected) {
      if (clock.now() > deadline || this.#signal.aborted) {
        const detail = feed.status().lastError ?? 'it did not connect';
        throw new GiveUp({ code: 'sensor-unavailable', message: `no alert source: ${detail}` });
      }
      await sleep(50);
    }
  }

  /** From its alert on, the monitor's alerts count. @throws GiveUp */
  async opening(run: SandboxRun): Promise<void> {
    for (let attempt = 1; attempt <= OPENING_TRIES; attempt += 1) {
      const ms = await this.#send(run);
      if (ms !== null) {
        this.openingMs = ms;
        this.#monitor.judge();
        return;
      }
      this.#deps.log.warn({ job: this.#jobId, attempt }, 'opening canary did not come back');
    }
    const seconds = this.#deps.limits.graceMs / 1000;
    const message = `the sensor did not report a test process in the sandbox within ${seconds} s, ${OPENING_TRIES} times`;
    throw new GiveUp({ code: 'no-opening-canary', message });
  }

  /** @throws GiveUp */
  async closing(run: SandboxRun): Promise<void> {
    const { graceMs, settleMs } = this.#deps.limits;
    this.closingMs = await this.#send(run);
    // Alerts keep their order, but drops are reported by a timer of the source.
    if (this.closingMs !== null) return sleep(settleMs);
    const message = `the sensor did not report the closing test process within ${graceMs / 1000} s`;
    throw new GiveUp({ code: 'no-closing-canary', message });
  }

  #send(run: SandboxRun): Promise<number | null> {
    const { clock, newNonce, limits } = this.#deps;
    return sendCanary(run, this.#monitor, { clock, newNonce, graceMs: limits.graceMs, signal: this.#signal });
  }
}
