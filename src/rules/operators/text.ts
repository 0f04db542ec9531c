import type { Operator } from '../condition/ast.js';
import type { FieldValue } from '../fields/fields.js';
import { bytesOfText, hasRawBytes, shownText } from '../load/raw-text.js';
import { bytesPredicate } from './bytes.js';
import { compileGlob, lower } from './glob.js';
import { OperandError } from './operand-error.js';
import { compilePathPrefixes } from './path-prefix.js';
import { compileRegex } from './regex.js';
import type { Predicate } from './types.js';

/** The text of a value; catalogs return text for text fields, so this is usually just a check. */
export function asText(value: FieldValue): string {
  return typeof value === 'string' ? value : String(value);
}

const BYTE_OPERATORS: ReadonlySet<Operator> = new Set([
  '=',
  '==',
  '!=',
  'contains',
  'startswith',
  'endswith',
  'in',
  'intersects',
]);

/** Compares a text field with constants. @throws OperandError for an invalid regular expression */
export function textPredicate(operator: Operator, values: readonly string[]): Predicate {
  const [first = ''] = values;
  // A single byte of a character is never part of decoded text, so the bytes themselves are compared.
  if (BYTE_OPERATORS.has(operator) && values.some(hasRawBytes)) return bytesPredicate(operator, values);
  switch (operator) {
    case '=':
    case '==':
      return (value) => value === first || (typeof value !== 'string' && asText(value) === first);
    case '!=':
      return (value) => asText(value) !== first;
    case 'contains':
      return (value) => asText(value).includes(first);
    case 'icontains': {
      const wanted = lower(first);
      return (value) => lower(asText(value)).includes(wanted);
    }
    case 'startswith':
      return (value) => asText(value).startsWith(first);
    case 'endswith':
      return (value) => asText(value).endsWith(first);
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const holds = orderTest(operator);
      return (value) => holds(compareBytes(asText(value), first));
    }
    case 'in':
    case 'intersects': {
      const set = new Set(values);
      return (value) => set.has(asText(value));
    }
    default:
      return patternPredicate(operator, values);
  }
}

function patternPredicate(operator: Operator, values: readonly string[]): Predicate {
  const [first = ''] = values;
  const test = patternTest(operator, first, values);
  return (value) => test(asText(value));
}

function patternTest(operator: Operator, first: string, values: readonly string[]): (text: string) => boolean {
  switch (operator) {
    case 'glob':
      return compileGlob(first, false);
    case 'iglob':
      return compileGlob(first, true);
    case 'regex': {
      // Regular expressions work on characters: invalid bytes are replaced by U+FFFD.
      const matches = compileRegex(shownText(first));
      return (text) => matches(shownText(text));
    }
    case 'pmatch':
      return compilePathPrefixes(values);
    default:
      throw new OperandError(`'${operator}' operator not supported for string filters`);
  }
}

/** The order of strcmp: by bytes of UTF-8, which differs from the order of UTF-16 units. */
export function compareBytes(left: string, right: string): number {
  return Buffer.compare(bytesOfText(left), bytesOfText(right));
}

/** Applies an order operator to the result of a three-way comparison. */
export function orderTest(operator: '<' | '<=' | '>' | '>='): (order: number) => boolean {
  switch (operator) {
    case '<':
      return (order) => order < 0;
    case '<=':
      return (order) => order <= 0;
    case '>':
      return (order) => order > 0;
    case '>=':
      return (order) => order >= 0;
  }
}
