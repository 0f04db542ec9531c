/** Most programs print less. */
const FIRST_BYTES = 16 * 1024;

/** Keeps the last bytes of a stream of any length in a ring buffer, which grows with the output up to its limit. */
export class OutputTail {
  readonly #limit: number;
  #ring: Buffer;
  #at = 0;
  #total = 0;

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#ring = Buffer.alloc(Math.min(limit, FIRST_BYTES));
  }

  /** The total number of bytes written. */
  get total(): number {
    return this.#total;
  }

  push(chunk: Buffer): void {
    this.#makeRoomFor(chunk.length);
    this.#total += chunk.length;
    const tail = chunk.subarray(-this.#ring.length);
    const fitting = tail.copy(this.#ring, this.#at);
    tail.copy(this.#ring, 0, fitting);
    this.#at = (this.#at + tail.length) % this.#ring.length;
  }

  /** As long as the ring is not at its full size, nothing is overwritten, and the content starts at its beginning. */
  #makeRoomFor(bytes: number): void {
    const needed = this.#total + bytes;
    const { length } = this.#ring;
    if (needed <= length || length === this.#limit) return;
    const larger = Buffer.alloc(Math.min(this.#limit, Math.max(2 * length, needed)));
    this.#ring.copy(larger, 0, 0, this.#total);
    this.#ring = larger;
    this.#at = this.#total;
  }

  /** As UTF-8, starting with a complete character. */
  text(): string {
    if (this.#total <= this.#ring.length) return this.#ring.toString('utf8', 0, this.#total);
    const bytes = Buffer.concat([this.#ring.subarray(this.#at), this.#ring.subarray(0, this.#at)]);
    let start = 0;
    while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }
}
