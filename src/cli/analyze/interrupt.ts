import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Waits for what ends the command early: Ctrl-C, a CI runner that cancels its job, or its own deadline. */
export class Interrupt {
  readonly #controller = new AbortController();
  #received: (typeof SIGNALS)[number] | null = null;

  /** `timeoutMs`: how long the command may take; null: as long as the job does. */
  constructor(private readonly timeoutMs: number | null) {
    // Once: a second Ctrl-C ends the command as it would without us.
    for (const name of SIGNALS) {
      process.once(name, () => {
        this.#received = name;
        this.#controller.abort();
      });
    }
    if (timeoutMs !== null) setTimeout(() => this.#controller.abort(), timeoutMs).unref();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Why it ended, for people. */
  get reason(): string {
    return this.#received === null ? `no report within ${(this.timeoutMs ?? 0) / 1000} s` : 'interrupted';
  }

  /** 128 and the signal's number, as a shell says it; 2 when the service took too long. */
  get exitCode(): number {
    return this.#received === null ? 2 : 128 + constants.signals[this.#received];
  }
}
