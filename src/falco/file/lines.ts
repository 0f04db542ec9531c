/** No alert is longer: its fields hold at most a command line and some paths. */
const MAX_LINE = 1024 * 1024;
const NEWLINE = 0x0a;

/** Cuts bytes that come in pieces into lines; holds at most one unfinished line, and of a longer one nothing. */
export class Lines {
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #passing: boolean;

  /** `inside`: the first bytes are the rest of a line whose beginning is not known; they are passed over without a word. */
  constructor(
    private readonly onLine: (text: string) => void,
    private readonly onTooLong: () => void,
    inside = false,
  ) {
    this.#passing = inside;
  }

  /** Takes the next bytes; returns how many of them, from their start, belong to lines that have ended. */
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
    if (this.#passing) {
      this.#passing = false;
      return;
    }
    this.#keep(rest);
    if (!this.#passing) {
      const text = Buffer.concat(this.#kept, this.#keptBytes).toString();
      if (text.trim() !== '') this.onLine(text);
    }
    this.#forget();
    this.#passing = false;
  }

  #keep(bytes: Buffer): void {
    if (this.#passing || bytes.length === 0) return;
    if (this.#keptBytes + bytes.length > MAX_LINE) {
      this.#forget();
      this.#passing = true;
      this.onTooLong();
      return;
    }
    // A copy: the caller reads its next bytes into the same memory.
    this.#kept.push(Buffer.from(bytes));
    this.#keptBytes += bytes.length;
  }

  #forget(): void {
    this.#kept = [];
    this.#keptBytes = 0;
  }
}
