import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Waits for the signal that ends the command: Ctrl-C, or a CI runner that cancels its job. */
export class Interrupt {
  readonly #controller = new AbortController();
  #received: (typeof SIGNALS)[number] | null = null;

  constructor() {
    // Once: a second Ctrl-C ends the command as it would without us.
    for (const name of SIGNALS) {
      process.once(name, () => {
        this.#received = name;
        this.#controller.abort();
      });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** 128 and the signal's number, as a shell says it; null when there was none. */
  get exitCode(): number | null {
    return this.#received === null ? null : 128 + constants.signals[this.#received];
  }
}
