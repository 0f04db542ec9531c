import type { Beats, SandboxRun } from '../ports.js';
import type { Monitor } from './monitor.js';

/** Interval between two test processes, in milliseconds. */
const EVERY_MS = 500;

/**
 * Runs test processes throughout a job, for a source that does not number its alerts (a real Falco). If another reader or a faulty
 * relay takes alerts away, some of the test processes' alerts will be missing as well. Nothing else would reveal that between the
 * opening and the closing canary.
 */
export class Heartbeat {
  readonly #monitor: Monitor;
  readonly #newNonce: () => string;
  #beats: Beats | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(monitor: Monitor, newNonce: () => string) {
    this.#monitor = monitor;
    this.#newNonce = newNonce;
  }

  /** Starts, unless the alerts so far were numbered. */
  start(run: SandboxRun): void {
    if (this.#monitor.isNumbered) return;
    const beats = run.startBeats();
    this.#beats = beats;
    this.#timer = setInterval(() => beats.beat(this.#monitor.expectBeat(this.#newNonce())), EVERY_MS);
  }

  /** Stops; to be called before the closing canary, so that its alert comes after those of all test processes. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const stopped = await this.#beats?.stop();
    this.#beats = undefined;
    if (stopped === false) this.#monitor.beatsBroken();
  }
}
