import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Aborts the command early: on Ctrl-C, when a CI runner cancels its job, or at the command's own deadline. */
export class Interrupt {
  readonly #controller = new AbortController();
  #received: (typeof SIGNALS)[number] | null = null;

  /** `timeoutMs`: how long the command may take; null: no limit. */
  constructor(private readonly timeoutMs: number | null) {
    // `once`: a second Ctrl-C gets Node's default handling and kills the command at once.
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

  /** Why the command ended, as a message for the user. */
  get reason(): string {
    return this.#received === null ? `no report within ${(this.timeoutMs ?? 0) / 1000} s` : 'interrupted';
  }

  /** 128 plus the signal's number, the shell's convention; 2 when the service took too long. */
  get exitCode(): number {
    return this.#received === null ? 2 : 128 + constants.signals[this.#received];
  }
}
