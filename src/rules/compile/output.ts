import type { Operand } from '../condition/ast.js';
import { Lexer } from '../condition/lexer.js';
import { isOperandStart, parseOperand } from '../condition/operand-parser.js';
import { TextError } from '../errors.js';
import type { BoundField, FieldCatalog, FieldValue } from '../fields/fields.js';
import { shownText } from '../load/raw-text.js';
import { OperandError } from '../operators/operand-error.js';
import { bindOperand } from './bind.js';

/** The rendered output of a rule for one event. */
export interface Rendered {
  readonly text: string;
  /** The fields named in the output, as written there; undefined if the event has no value. */
  readonly fields: ReadonlyMap<string, FieldValue | undefined>;
}

type Segment<E> = string | { readonly label: string; readonly width: number; readonly field: BoundField<E> };

/** An output template with its fields bound. */
export class OutputTemplate<E> {
  constructor(readonly segments: readonly Segment<E>[]) {}

  /** The bound fields. */
  get fields(): readonly BoundField<E>[] {
    return this.segments.flatMap((segment) => (typeof segment === 'string' ? [] : [segment.field]));
  }

  /** The field's own value if the template consists of a single field, otherwise the text. */
  value(event: E): FieldValue | undefined {
    const [only] = this.segments;
    if (only === undefined || typeof only === 'string' || this.segments.length > 1) return this.render(event).text;
    return shownValue(only.field.extract(event));
  }

  render(event: E): Rendered {
    const fields = new Map<string, FieldValue | undefined>();
    let text = '';
    for (const segment of this.segments) {
      if (typeof segment === 'string') {
        text += segment;
        continue;
      }
      const value = shownValue(segment.field.extract(event));
      fields.set(segment.label, value);
      const shown = value === undefined ? '<NA>' : (segment.field.render ?? valueText)(value);
      text += segment.width === 0 ? shown : shown.slice(0, segment.width).padEnd(segment.width);
    }
    return { text, fields };
  }
}

/** Makes a value serializable: bytes that are not UTF-8 are not allowed in JSON and protobuf. */
function shownValue(value: FieldValue | undefined): FieldValue | undefined {
  if (typeof value === 'string') return shownText(value);
  if (!Array.isArray(value)) return value;
  return value.every((item) => typeof item === 'string') ? value.map(shownText) : value;
}

/** A value as Falco prints it. */
export function valueText(value: FieldValue): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `(${value.join(',')})`;
  if (value instanceof Uint8Array)
    return Buffer.from(value)
      .toString('latin1')
      .replace(/[^ -~]/g, '.');
  return String(value);
}

/**
 * Parses an output and binds its fields. In rule outputs Falco accepts missing values with or without the leading `*`.
 *
 * @throws TextError with the position of an invalid token
 */
export function compileOutput<E>(text: string, catalog: FieldCatalog<E>): OutputTemplate<E> {
  const segments: Segment<E>[] = [];
  let plain = text.startsWith('*') ? 1 : 0;
  let percent = text.indexOf('%', plain);
  while (percent !== -1) {
    if (percent > plain) segments.push(text.slice(plain, percent));
    const token = readToken(text, percent, catalog);
    segments.push(token.segment);
    plain = token.end;
    percent = text.indexOf('%', plain);
  }
  if (plain < text.length) segments.push(text.slice(plain));
  return new OutputTemplate(segments);
}

function readToken<E>(text: string, percent: number, catalog: FieldCatalog<E>): { segment: Segment<E>; end: number } {
  const lexer = new Lexer(text);
  lexer.at = percent + 1;
  if (lexer.done)
    throw new TextError('invalid formatting syntax: formatting cannot end with a %', percent, percent + 1);
  const digits = /\d*/y;
  digits.lastIndex = lexer.at;
  const width = digits.exec(text)?.[0] ?? '';
  lexer.at += width.length;
  if (lexer.done)
    throw new TextError('invalid formatting syntax: formatting cannot end with a number', percent, text.length);
  const start = lexer.at;
  const bound = isOperandStart(lexer) ? bindLongest(parseOperand(lexer), catalog) : undefined;
  if (bound === undefined) {
    const end = start + (/^[^\s%]*/.exec(text.slice(start))?.[0].length ?? 0);
    throw new TextError(`invalid formatting token ${text.slice(start)}`, percent, Math.max(end, percent + 1), true);
  }
  const end = bound.end ?? lexer.at;
  const segment = { label: text.slice(start, end), width: Math.min(Number(width), 4096), field: bound.field };
  return { segment, end };
}

/**
 * Like Falco, uses the longest known field name at this position: after `%user.name` a full stop and the next word are plain text. `end` is
 * the end of the field, if it is before the operand's end.
 */
function bindLongest<E>(
  operand: Operand,
  catalog: FieldCatalog<E>,
): { field: BoundField<E>; end?: number } | undefined {
  try {
    const field = bindOperand(catalog, operand);
    if (field.any === true) {
      const message = `${field.name} is filter only and cannot be used as a display field`;
      throw new TextError(message, operand.start, operand.end);
    }
    return { field };
  } catch (error) {
    if (!(error instanceof OperandError)) throw error;
    if (!error.unknownName) throw new TextError(error.message, operand.start, operand.end);
  }
  const dot = operand.kind === 'field' ? operand.name.lastIndexOf('.') : -1;
  if (operand.kind !== 'field' || dot === -1 || !operand.name.slice(0, dot).includes('.')) return undefined;
  const shorter = { ...operand, name: operand.name.slice(0, dot), argument: undefined, end: operand.start + dot };
  const bound = bindLongest(shorter, catalog);
  return bound === undefined ? undefined : { end: shorter.end, ...bound };
}
