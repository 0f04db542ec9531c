import type { Operator } from '../condition/ast.js';
import type { FieldValue } from '../fields/fields.js';
import { bytesOfText } from '../load/raw-text.js';
import { OperandError } from './operand-error.js';
import type { Predicate } from './types.js';

/** The bytes of a value; text is encoded as UTF-8. */
export function asBytes(value: FieldValue): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytesOfText(String(value));
}

/** Parses the constants of `bcontains` and `bstartswith`: bytes in hexadecimal. @throws OperandError */
function parseHex(text: string): Buffer {
  if (!/^(?:[0-9a-fA-F]{2})+$/.test(text)) throw new OperandError(`'${text}' is not a valid hex string`);
  return Buffer.from(text, 'hex');
}

/** Compares a byte buffer with constants. @throws OperandError */
export function bytesPredicate(operator: Operator, values: readonly string[]): Predicate {
  const isHex = operator === 'bcontains' || operator === 'bstartswith';
  const wanted = values.map((value) => (isHex ? parseHex(value) : bytesOfText(value)));
  const test = bytesTest(operator);
  if (operator === '!=') return (value) => wanted.every((bytes) => test(asBytes(value), bytes));
  return (value) => {
    const held = asBytes(value);
    return wanted.some((bytes) => test(held, bytes));
  };
}

/** The comparison of two buffers for an operator. */
export function bytesTest(operator: Operator): (held: Buffer, wanted: Buffer) => boolean {
  switch (operator) {
    case '=':
    case '==':
    case 'in':
    case 'intersects':
      return (held, wanted) => held.equals(wanted);
    case '!=':
      return (held, wanted) => !held.equals(wanted);
    case 'contains':
    case 'bcontains':
      return (held, wanted) => held.includes(wanted);
    case 'startswith':
    case 'bstartswith':
      return (held, wanted) => held.subarray(0, wanted.length).equals(wanted);
    case 'endswith':
      return (held, wanted) =>
        wanted.length <= held.length && held.subarray(held.length - wanted.length).equals(wanted);
    default:
      throw new OperandError(`'${operator}' operator not supported for buffer filters`);
  }
}
