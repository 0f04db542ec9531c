/** The last bytes of a stream of any length, in a ring: a program may print for ever. */
export class OutputTail {
  readonly #ring: Buffer;
  #at = 0;
  #total = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#ring = Buffer.alloc(limit);
  }

  /** All bytes that ever came. */
  get total(): number {
    return this.#total;
  }

  push(chunk: Buffer): void {
    this.#total += chunk.length;
    const tail = chunk.subarray(-this.#ring.length);
    const fitting = tail.copy(this.#ring, this.#at);
    tail.copy(this.#ring, 0, fitting);
    this.#at = (this.#at + tail.length) % this.#ring.length;
  }

  /** As UTF-8, starting at a whole character. */
  text(): string {
    if (this.#total <= this.#ring.length) return this.#ring.toString('utf8', 0, this.#total);
    const bytes = Buffer.concat([this.#ring.subarray(this.#at), this.#ring.subarray(0, this.#at)]);
    let start = 0;
    while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }
}
