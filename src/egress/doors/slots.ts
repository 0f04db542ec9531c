/** A semaphore with a bounded waiting queue. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    size: number,
    private readonly maxWaiting: number,
  ) {
    this.#free = size;
  }

  /** Resolves with a function that releases the slot, to be called once; with undefined if the queue is full. */
  async take(): Promise<(() => void) | undefined> {
    if (this.#free > 0) {
      this.#free -= 1;
      return () => this.#release();
    }
    if (this.#waiting.length >= this.maxWaiting) return undefined;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#release();
  }

  /** The slot passes to the next one in the queue. */
  #release(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
