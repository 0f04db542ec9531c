import { ApiError } from '../errors.js';

/** scrypt uses a thread of the pool that also writes uploads: half of the four threads stay free for them. */
const RUNNING = 2;
const WAITING = 32;

/** Limits concurrent password checks, so that a flood of wrong passwords can't occupy every thread and all memory. */
export class PasswordGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs `work` when a slot is free. @throws ApiError 429 `too-many-attempts` when too many are waiting already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < RUNNING) this.#running++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= WAITING) {
      throw new ApiError(429, 'too-many-attempts', 'too many passwords are being checked right now');
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
