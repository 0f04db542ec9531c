import type { Location, Span } from './source-file.js';

/** A YAML scalar: its value and its position in the file. */
export interface TextPart {
  readonly text: string;
  readonly span: Span;
}

/**
 * A condition or output that consists of one or more scalars (appended parts are joined with a blank, as in Falco), and knows where each of
 * its characters was written.
 */
export class MappedText {
  readonly text: string;
  readonly #offsets = new Map<TextPart, Uint32Array>();

  constructor(
    readonly parts: readonly TextPart[],
    text = parts.map((part) => part.text).join(' '),
  ) {
    this.text = text;
  }

  /** This text followed by another one. */
  append(other: MappedText): MappedText {
    return new MappedText([...this.parts, ...other.parts]);
  }

  /** Where the characters from `start` to `end` (exclusive) were written. */
  locate(start: number, end: number): Location {
    let offset = 0;
    for (const part of this.parts) {
      const from = start - offset;
      if (from <= part.text.length) {
        const offsets = this.#offsetsOf(part);
        const rawStart = offsets[from] ?? part.span.start;
        const rawEnd = offsets[Math.max(from, Math.min(end - offset - 1, part.text.length))] ?? rawStart;
        return part.span.file.locate(rawStart, rawEnd + 1);
      }
      offset += part.text.length + 1;
    }
    const last = this.parts.at(-1);
    if (last === undefined) throw new RangeError('a text without parts has no place');
    return last.span.file.locate(Math.max(last.span.start, last.span.end - 1), last.span.end);
  }

  /** Computed once: a condition may have thousands of errors. */
  #offsetsOf(part: TextPart): Uint32Array {
    const offsets = this.#offsets.get(part) ?? rawOffsets(part);
    this.#offsets.set(part, offsets);
    return offsets;
  }
}

/** A generated text that is not in a file (an exception's condition): all of it is mapped to one position. */
export class PlacedText extends MappedText {
  readonly #place: () => Location;

  constructor(text: string, place: () => Location) {
    super([], text);
    this.#place = place;
  }

  override locate(): Location {
    return this.#place();
  }
}

/**
 * The position in the file of each character of a scalar's value, and of its end. YAML folds lines and removes indentation, quotes and
 * escapes, but all other characters occur in the file in the same order, so both texts are scanned in parallel. A blank is mapped to the
 * position after the preceding character.
 */
function rawOffsets({ text, span }: TextPart): Uint32Array {
  const { start, end, file } = span;
  const raw = file.text;
  const offsets = new Uint32Array(text.length + 1);
  const last = Math.max(start, end - 1);
  let at = start;
  for (let i = 0; i < text.length; i++) {
    const wanted = text.charAt(i);
    if (isBlank(wanted)) {
      offsets[i] = Math.min(i === 0 ? at : at + 1, last);
      continue;
    }
    let candidate = i === 0 ? at : at + 1;
    while (candidate < end && raw[candidate] !== wanted && isSkippable(raw.charAt(candidate))) candidate++;
    // For an escape such as \u0041 the value does not occur in the file, so the scan waits for the next character.
    if (raw[candidate] === wanted && candidate < end) at = candidate;
    offsets[i] = Math.min(at, last);
  }
  offsets[text.length] = Math.min(at + 1, last);
  return offsets;
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r';
}

function isSkippable(char: string): boolean {
  return (
    isBlank(char) ||
    char === '"' ||
    char === "'" ||
    char === '\\' ||
    char === '|' ||
    char === '>' ||
    /[-+\d]/.test(char)
  );
}
