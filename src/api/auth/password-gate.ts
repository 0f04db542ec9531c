import { ApiError } from '../errors.js';

/** scrypt takes a thread of the pool that also writes the uploads: half of its four are left to them. */
const RUNNING = 2;
const WAITING = 32;

/** Keeps a flood of wrong passwords from taking every thread and all the memory. */
export class PasswordGate {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** Runs `work` when it is its turn. @throws ApiError 429 `too-many-attempts` when too many wait already */
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
      throw new ApiError(429, 'too-many-attempts', 'too many passwords are being checked just now');
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
