import type { Modifier, Operator } from '../condition/ast.js';
import type { FieldType, FieldValue } from '../fields/fields.js';
import { addressPredicate } from './address.js';
import { bytesPredicate } from './bytes.js';
import { boolPredicate, numberPredicate, parseNumber, parsePort } from './number.js';
import { textPredicate } from './text.js';
import type { Predicate } from './types.js';

/**
 * Compiles a comparison of one value with constants; constants are parsed here, once.
 *
 * @throws OperandError if a constant does not match the type
 */
export function constantPredicate(
  type: FieldType,
  operator: Operator,
  modifier: Modifier | undefined,
  values: readonly string[],
): Predicate {
  if (modifier === undefined) return typedPredicate(type, operator, values);
  // An empty right-hand side is false, whatever the modifier (libs compare_rhs_with_mod).
  if (values.length === 0) return () => false;
  const each = values.map((value) => typedPredicate(type, operator, [value]));
  switch (modifier) {
    case 'anyof':
      return (value) => each.some((test) => test(value));
    case 'allof':
      return (value) => each.every((test) => test(value));
    case 'oneof':
      return (value) => isExactlyOne(each, value);
  }
}

function isExactlyOne(tests: readonly Predicate[], value: FieldValue): boolean {
  let held = 0;
  for (const test of tests) {
    if (test(value) && ++held > 1) return false;
  }
  return held === 1;
}

function typedPredicate(type: FieldType, operator: Operator, values: readonly string[]): Predicate {
  switch (type) {
    case 'string':
      return textPredicate(operator, values);
    case 'number':
      return numberPredicate(operator, values.map(parseNumber));
    case 'port':
      return numberPredicate(operator, values.map(parsePort));
    case 'bool':
      return boolPredicate(operator, values);
    case 'ip':
    case 'net':
      return addressPredicate(type, operator, values);
    case 'bytes':
      return bytesPredicate(operator, values);
  }
}

const PRICES: Partial<Record<Operator, number>> = {
  in: 2,
  intersects: 2,
  contains: 2,
  endswith: 2,
  startswith: 2,
  icontains: 6,
  glob: 6,
  iglob: 8,
  pmatch: 8,
  regex: 20,
};

/** Relative cost of one comparison, in the unit of `BoundField.cost`. */
export function comparisonCost(type: FieldType, operator: Operator, count: number): number {
  if (type === 'ip' || type === 'net') return 12;
  const price = PRICES[operator] ?? 1;
  return operator === 'in' || operator === 'pmatch' ? price : price * Math.max(1, count);
}
