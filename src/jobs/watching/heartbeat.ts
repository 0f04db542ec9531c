import type { Beats, SandboxRun } from '../ports.js';
import type { Monitor } from './monitor.js';

/** Between two test processes, in milliseconds. */
const EVERY_MS = 500;

/**
 * Test processes all through a job, for a source that does not number its alerts (a real Falco): somebody else who reads it, or a relay
 * that loses alerts, takes some of theirs, too. Between the opening and the closing canary nothing else would tell of it.
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

  /** Begins, where the alerts that came so far have no numbers. */
  start(run: SandboxRun): void {
    if (this.#monitor.isNumbered) return;
    const beats = run.startBeats();
    this.#beats = beats;
    this.#timer = setInterval(() => beats.beat(this.#monitor.expectBeat(this.#newNonce())), EVERY_MS);
  }

  /** Ends it; call it before the closing canary, whose alert then comes after those of all test processes. Idempotent. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const stopped = await this.#beats?.stop();
    this.#beats = undefined;
    if (stopped === false) this.#monitor.beatsBroken();
  }
}
