/** So many at a time; who comes then waits, and when too many wait already is turned away. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    size: number,
    private readonly maxWaiting: number,
  ) {
    this.#free = size;
  }

  /** Resolves with what gives the slot back, to be called once; with undefined for who is turned away. */
  async take(): Promise<(() => void) | undefined> {
    if (this.#free > 0) {
      this.#free -= 1;
      return () => this.#giveBack();
    }
    if (this.#waiting.length >= this.maxWaiting) return undefined;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return () => this.#giveBack();
  }

  /** The next one who waits takes it over. */
  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
