import type { Comparison, Operand } from '../condition/ast.js';
import { TextError } from '../errors.js';
import type { BoundField, FieldCatalog, FieldValue } from '../fields/fields.js';
import type { TextQuestion } from '../node.js';
import { OperandError } from '../operators/operand-error.js';
import { pairTest } from '../operators/pair.js';
import { comparisonCost, constantPredicate } from '../operators/predicate.js';
import { requireSupport } from '../operators/support.js';
import type { Predicate } from '../operators/types.js';
import { bindOperand } from './bind.js';
import { typeName } from './transform.js';

/** A compiled comparison. `fixed` is its result if that is the same for every event. */
export interface Check<E> {
  readonly test: (event: E) => boolean;
  readonly cost: number;
  readonly fixed: boolean | undefined;
  /** The fields it reads. */
  readonly fields: readonly BoundField<E>[];
  /** Set if it can be combined with others into one pass. */
  readonly question?: TextQuestion<E> | undefined;
}

/** `field exists`. @throws TextError */
export function compileExists<E>(operand: Operand, catalog: FieldCatalog<E>): Check<E> {
  const field = located(operand, () => bindOperand(catalog, operand));
  const { extract } = field;
  const fixed = field.unfilled === true ? false : field.constant === undefined ? undefined : true;
  return { test: (event) => extract(event) !== undefined, cost: field.cost + 1, fixed, fields: [field] };
}

/** Compiles a comparison with resolved lists. @throws TextError with the position of the error */
export function compileComparison<E>(comparison: Comparison, catalog: FieldCatalog<E>): Check<E> {
  const { left, right, operator, modifier } = comparison;
  const field = located(left, () => bindOperand(catalog, left));
  located(comparison, () => requireSupport(field.type, field.list && field.any !== true, operator, modifier));
  if (field.compareOnly === true && !['=', '==', '!=', 'in'].includes(operator)) {
    throw new TextError(`'${operator}' operator not supported for '${field.name}'`, comparison.start, comparison.end);
  }
  if (right.kind === 'operand') return compilePair(comparison, field, right.operand, catalog);
  const values = right.values.map((literal) => literal.text);
  const predicate = located(right, () => constantPredicate(field.type, operator, modifier, values));
  const cost = field.cost + comparisonCost(field.type, operator, values.length) + (field.list ? 2 : 0);
  const holds = quantified(field, comparison, predicate);
  const fixed = field.unfilled === true ? false : field.constant === undefined ? undefined : holds(field.constant);
  const question = questionOf(comparison, field, values);
  return { test: fieldTest(field, holds), cost, fixed, fields: [field], question };
}

function questionOf<E>(
  { operator, modifier }: Comparison,
  { name, type, list, extract }: BoundField<E>,
  values: readonly string[],
): TextQuestion<E> | undefined {
  if (type !== 'string' || list || modifier !== undefined) return undefined;
  const asked = operator === '==' || operator === 'in' ? '=' : operator;
  if (asked !== '=' && asked !== 'contains' && asked !== 'startswith' && asked !== 'endswith') return undefined;
  if (values.length !== 1 && operator !== 'in') return undefined;
  return { field: name, extract, patterns: values.map((text) => ({ operator: asked, text })) };
}

function fieldTest<E>({ extract }: BoundField<E>, holds: Predicate): (event: E) => boolean {
  return (event) => {
    const value = extract(event);
    return value !== undefined && holds(value);
  };
}

/** How a comparison applies to a field with several values. */
function quantified<E>(field: BoundField<E>, { operator, modifier }: Comparison, predicate: Predicate): Predicate {
  if (!field.list) return predicate;
  const values = (value: FieldValue): readonly FieldValue[] => (Array.isArray(value) ? value : [value]);
  if (field.any === true) {
    // `fd.ip != x` means that neither end is x (libs sinsp_filtercheck_fd.cpp); `proc.aname != x` means that some ancestor is not x.
    const wantsAll = operator === '!=' && modifier === undefined && ['ip', 'net', 'port'].includes(field.type);
    if (!wantsAll) return (value) => values(value).some(predicate);
    return (value) => values(value).length > 0 && values(value).every(predicate);
  }
  return operator === 'in' ? (value) => values(value).every(predicate) : (value) => values(value).some(predicate);
}

function compilePair<E>(
  comparison: Comparison,
  left: BoundField<E>,
  operand: Operand,
  catalog: FieldCatalog<E>,
): Check<E> {
  const right = located(operand, () => bindOperand(catalog, operand));
  located(comparison, () => requireComparable(left, right));
  const test = located(comparison, () => pairTest(left.type, comparison.operator));
  const isAll = comparison.operator === 'in';
  const compare = (held: FieldValue, wanted: FieldValue): boolean => {
    if (!left.list || !Array.isArray(held) || !Array.isArray(wanted)) return test(held, wanted);
    const isWanted = (value: FieldValue): boolean => wanted.some((other: FieldValue) => test(value, other));
    return isAll ? held.every(isWanted) : held.some(isWanted);
  };
  const check = (event: E): boolean => {
    const held = left.extract(event);
    if (held === undefined) return false;
    const wanted = right.extract(event);
    return wanted !== undefined && compare(held, wanted);
  };
  const fixed = left.unfilled === true || right.unfilled === true ? false : undefined;
  return { test: check, cost: left.cost + right.cost + 3, fixed, fields: [left, right] };
}

function requireComparable<E>(left: BoundField<E>, right: BoundField<E>): void {
  if (left.compareOnly === true || left.any === true) {
    throw new OperandError(`field '${left.name}' doesn't support right-hand side fields`);
  }
  if (right.compareOnly === true || right.any === true) {
    throw new OperandError(`field '${right.name}' can't be used as a right-hand side field`);
  }
  if (left.type === right.type && left.list === right.list) return;
  const shown = (field: BoundField<E>): string => `${typeName(field.type)}${field.list ? ' (list)' : ''}`;
  throw new OperandError(
    `field '${left.name}' has type '${shown(left)}' while the right-hand side field '${right.name}' has incompatible type '${shown(right)}'`,
  );
}

function located<T>(at: { readonly start: number; readonly end: number }, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof OperandError)) throw error;
    throw new TextError(error.message, at.start, at.end, error.unknownName);
  }
}
