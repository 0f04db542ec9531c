import type { Logger } from 'pino';

/** Work that is done again and again, however it went the last time. */
export interface UpkeepOptions {
  /** What it is, for the log. */
  readonly name: string;
  /** How long it rests in between, in milliseconds; after each failure in a row twice as long. */
  readonly everyMs: number;
  /** The longest rest. */
  readonly mostMs: number;
  /** Resolves with how many things it put in order. */
  readonly run: () => Promise<number>;
  readonly log: Logger;
}

/** Does one piece of upkeep until it is stopped; never twice at once. The first time comes after the first rest. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #failures = 0;
  #stopped = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#rest();
  }

  /** Resolves when what runs just now has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #rest(): void {
    if (this.#stopped) return;
    const { everyMs, mostMs } = this.#options;
    this.#timer = setTimeout(
      () => {
        this.#running = this.#once().then(() => this.#rest());
      },
      Math.min(mostMs, everyMs * 2 ** this.#failures),
    ).unref();
  }

  async #once(): Promise<void> {
    const { name, run, log } = this.#options;
    try {
      const count = await run();
      if (count > 0) log.warn({ upkeep: name, count }, 'removed what was left behind');
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      log.warn({ upkeep: name, err: error, failures: this.#failures }, 'upkeep failed, and is tried again later');
    }
  }
}
