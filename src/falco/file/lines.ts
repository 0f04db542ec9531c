/** Alerts are never longer: their fields contain at most a command line and some paths. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/** Splits bytes that arrive in chunks into lines; keeps at most one unfinished line, and drops lines that are too long. */
export class Lines {
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #isSkipping: boolean;

  /** `inside`: the first bytes are the rest of a line whose beginning is unknown; they are skipped silently. */
  constructor(
    private readonly onLine: (text: string) => void,
    private readonly onTooLong: () => void,
    inside = false,
  ) {
    this.#isSkipping = inside;
  }

  /** Adds the next bytes; returns how many of them, from the start, belong to complete lines. */
  push(bytes: Buffer): number {
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, start);
      if (end === -1) break;
      this.#end(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
    return start;
  }

  #end(rest: Buffer): void {
    if (this.#isSkipping) {
      this.#isSkipping = false;
      return;
    }
    this.#keep(rest);
    if (!this.#isSkipping) {
      const text = Buffer.concat(this.#kept, this.#keptBytes).toString();
      if (text.trim() !== '') this.onLine(text);
    }
    this.#forget();
    this.#isSkipping = false;
  }

  #keep(bytes: Buffer): void {
    if (this.#isSkipping || bytes.length === 0) return;
    if (this.#keptBytes + bytes.length > MAX_LINE) {
      this.#forget();
      this.#isSkipping = true;
      this.onTooLong();
      return;
    }
    // Copy the bytes, because the caller reuses its buffer.
    this.#kept.push(Buffer.from(bytes));
    this.#keptBytes += bytes.length;
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }
}
