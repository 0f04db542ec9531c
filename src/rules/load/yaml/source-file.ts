/** A location in a rule file. Lines and columns start at 1; `length` is in characters and limited to the line. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
  /** The text of the whole line. */
  readonly lineText: string;
}

/** A part of a file, in characters; `end` is exclusive. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** A rule file's text; line numbers are computed when a message first needs one. */
export class SourceFile {
  #lineStarts: number[] | undefined;

  constructor(
    readonly path: string,
    readonly text: string,
  ) {}

  /** The location of a part of the file, truncated at the end of its first line. */
  locate(start: number, end: number): Location {
    const starts = this.#starts();
    const line = lastAtOrBelow(starts, start);
    const lineStart = starts[line] ?? 0;
    let lineEnd = starts[line + 1] ?? this.text.length;
    while (lineEnd > lineStart && '\r\n'.includes(this.text.charAt(lineEnd - 1))) lineEnd--;
    const lineText = this.text.slice(lineStart, lineEnd);
    const column = start - lineStart;
    const length = Math.max(1, Math.min(end - start, lineText.length - column));
    return { file: this.path, line: line + 1, column: column + 1, length, lineText };
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      this.#lineStarts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        this.#lineStarts.push(at + 1);
      }
    }
    return this.#lineStarts;
  }
}

function lastAtOrBelow(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
