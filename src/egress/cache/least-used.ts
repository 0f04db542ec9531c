/** An entry, for accounting. */
export interface Row {
  readonly key: string;
  readonly integrity: string;
  readonly size: number;
  /** When it was stored, in milliseconds since the epoch. */
  readonly time: number;
  /** When the registry last confirmed that it is unchanged; initially when it was stored. */
  confirmed: number;
  /** When its last use was written to disk. */
  marked: number;
}

/** Overhead per entry: the partly filled last block of its content, and its index file. */
const BLOCK_BYTES = 4096;
/** Each row takes about 400 bytes of memory. */
const MAX_ROWS = 200_000;

/** The entries of a store in the order of their last use, and their disk usage. */
export class LeastUsed {
  /** Least recently used first. */
  readonly #rows = new Map<string, Row>();
  readonly #holders = new Map<string, number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  has(key: string): boolean {
    return this.#rows.has(key);
  }

  get(key: string): Readonly<Row> | undefined {
    return this.#rows.get(key);
  }

  /** Whether any key has this content. */
  hasContent(integrity: string): boolean {
    return this.#holders.has(integrity);
  }

  add(row: Row): void {
    this.remove(row.key);
    const holders = this.#holders.get(row.integrity) ?? 0;
    this.#bytes += BLOCK_BYTES + (holders === 0 ? onDisk(row.size) : 0);
    this.#holders.set(row.integrity, holders + 1);
    this.#rows.set(row.key, row);
  }

  confirm(key: string, now: number): void {
    const row = this.#rows.get(key);
    if (row !== undefined) row.confirmed = now;
  }

  use(key: string): Row | undefined {
    const row = this.#rows.get(key);
    if (row === undefined) return undefined;
    this.#rows.delete(key);
    this.#rows.set(key, row);
    return row;
  }

  remove(key: string): Row | undefined {
    const row = this.#rows.get(key);
    if (row === undefined) return undefined;
    this.#rows.delete(key);
    const holders = (this.#holders.get(row.integrity) ?? 1) - 1;
    if (holders === 0) this.#holders.delete(row.integrity);
    else this.#holders.set(row.integrity, holders);
    this.#bytes -= BLOCK_BYTES + (holders === 0 ? onDisk(row.size) : 0);
    return row;
  }

  /** The keys to remove, one after the other, until `more` additional bytes fit into `maxBytes`. */
  *over(maxBytes: number, more: number): Generator<string> {
    while (this.#bytes + onDisk(more) + BLOCK_BYTES > maxBytes || this.#rows.size >= MAX_ROWS) {
      const [oldest] = this.#rows.keys();
      if (oldest === undefined) return;
      yield oldest;
    }
  }
}

function onDisk(size: number): number {
  return Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
}
