import type { Logger } from 'pino';

/** Periodic work, which continues after failures. */
export interface UpkeepOptions {
  /** The name of the work, for the log. */
  readonly name: string;
  /** The interval in milliseconds; it doubles with each consecutive failure. */
  readonly everyMs: number;
  /** The longest interval. */
  readonly mostMs: number;
  /** Resolves with the number of things that it cleaned up. */
  readonly run: () => Promise<number>;
  readonly log: Logger;
}

/** Repeats the work until it is stopped; runs never overlap. The first run comes after the first interval. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#schedule();
  }

  /** Resolves when the current run has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #schedule(): void {
    if (this.#stopped) return;
    const { everyMs, mostMs } = this.#options;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#once().then(() => this.#schedule());
      },
      Math.min(mostMs, everyMs * 2 ** this.#failures),
    ).unref();
  }

  async #once(): Promise<void> {
    const { name, run, log } = this.#options;
    try {
      const count = await run();
      if (count > 0) log.warn({ upkeep: name, count }, 'removed leftovers');
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      log.warn({ upkeep: name, err: error, failures: this.#failures }, 'upkeep failed; retrying later');
    }
  }
}
