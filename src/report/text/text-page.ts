import { cut } from './plain.js';

const COLOURS = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;
type Colour = keyof typeof COLOURS;

/** Applies the colours and the width of one rendering. */
export class TextPage {
  readonly #colour: boolean;
  readonly #width: number;

  /** `width`: the number of columns of the terminal. */
  constructor({ colour, width }: { readonly colour: boolean; readonly width: number }) {
    this.#colour = colour;
    this.#width = Math.max(40, width);
  }

  paint(colour: Colour, text: string): string {
    return this.#colour ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }

  /** One line that is indented by `indent` columns and cut at the width. */
  line(text: string, indent: number): string {
    return ' '.repeat(indent) + cut(text, this.#width - indent);
  }

  /**
   * Wraps words into as many lines as needed: the first is indented by `first` columns, the others by `indent`. A word that is
   * too long is cut.
   */
  wrapped(text: string, first: number, indent: number): readonly string[] {
    const lines: string[] = [];
    let current = ' '.repeat(first);
    for (const word of text.split(' ')) {
      const start = current.trim() === '';
      if (!start && current.length + 1 + word.length > this.#width) {
        lines.push(current);
        current = ' '.repeat(indent);
      }
      current += (current.trim() === '' ? '' : ' ') + cut(word, this.#width - indent);
    }
    return [...lines, current];
  }

  /** Renders the first `max` items, and adds a line with the number of the others. */
  capped<T>(all: readonly T[], max: number, what: string, render: (one: T) => readonly string[]): readonly string[] {
    const more = all.length - max;
    const rest = more > 0 ? [`  … and ${more} more ${what}, in the JSON report`] : [];
    return [...all.slice(0, max).flatMap(render), ...rest];
  }
}
