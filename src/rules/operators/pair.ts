import type { Operator } from '../condition/ast.js';
import type { FieldType } from '../fields/fields.js';
import { canonicalAddress } from './address.js';
import { asBytes, bytesTest } from './bytes.js';
import { compileGlob, lower } from './glob.js';
import { asNumber } from './number.js';
import { OperandError } from './operand-error.js';
import { asText, compareBytes, orderTest } from './text.js';
import type { PairTest } from './types.js';

/** Compiles a comparison of two fields with the same type. @throws OperandError for operators that need constants */
export function pairTest(type: FieldType, operator: Operator): PairTest {
  if (operator === 'pmatch' || operator === 'regex') {
    throw new OperandError(`operator '${operator.toUpperCase()}' doesn't support right-hand side fields`);
  }
  switch (type) {
    case 'string':
      return textPair(operator);
    case 'number':
    case 'port':
      return numberPair(operator);
    case 'bool':
      return operator === '!=' ? (left, right) => left !== right : (left, right) => left === right;
    case 'bytes': {
      const test = bytesTest(operator);
      return (left, right) => test(asBytes(left), asBytes(right));
    }
    case 'ip': {
      const same: PairTest = (left, right) => canonicalAddress(String(left)) === canonicalAddress(String(right));
      return operator === '!=' ? (left, right) => !same(left, right) : same;
    }
    case 'net':
      throw new OperandError("field type 'IPNET' doesn't support right-hand side fields");
  }
}

function numberPair(operator: Operator): PairTest {
  switch (operator) {
    case '!=':
      // biome-ignore lint/suspicious/noDoubleEquals: number and bigint compare by value only loosely
      return (left, right) => asNumber(left) != asNumber(right);
    case '<':
      return (left, right) => asNumber(left) < asNumber(right);
    case '<=':
      return (left, right) => asNumber(left) <= asNumber(right);
    case '>':
      return (left, right) => asNumber(left) > asNumber(right);
    case '>=':
      return (left, right) => asNumber(left) >= asNumber(right);
    default:
      // biome-ignore lint/suspicious/noDoubleEquals: number and bigint compare by value only loosely
      return (left, right) => asNumber(left) == asNumber(right);
  }
}

function textPair(operator: Operator): PairTest {
  switch (operator) {
    case '!=':
      return (left, right) => asText(left) !== asText(right);
    case 'contains':
      return (left, right) => asText(left).includes(asText(right));
    case 'icontains':
      return (left, right) => lower(asText(left)).includes(lower(asText(right)));
    case 'startswith':
      return (left, right) => asText(left).startsWith(asText(right));
    case 'endswith':
      return (left, right) => asText(left).endsWith(asText(right));
    case 'glob':
    case 'iglob':
      return (left, right) => compileGlob(asText(right), operator === 'iglob')(asText(left));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const holds = orderTest(operator);
      return (left, right) => holds(compareBytes(asText(left), asText(right)));
    }
    default:
      return (left, right) => asText(left) === asText(right);
  }
}
