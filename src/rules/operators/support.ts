import type { Modifier, Operator } from '../condition/ast.js';
import type { FieldType } from '../fields/fields.js';
import { OperandError } from './operand-error.js';

const NUMERIC: readonly Operator[] = ['=', '==', '!=', '<', '<=', '>', '>=', 'in', 'intersects'];
const EQUALITY: readonly Operator[] = ['=', '==', '!=', 'in', 'intersects'];

/** The operators that each type supports, and Falco's name for its kind of filter (libs filter_compare.cpp). */
const SUPPORTED: Readonly<Record<FieldType, { readonly operators: readonly Operator[]; readonly kind: string }>> = {
  string: {
    operators: [...NUMERIC, 'contains', 'icontains', 'startswith', 'endswith', 'glob', 'iglob', 'pmatch', 'regex'],
    kind: 'string',
  },
  number: { operators: NUMERIC, kind: 'numeric' },
  port: { operators: NUMERIC, kind: 'numeric' },
  bool: { operators: EQUALITY, kind: 'numeric' },
  ip: { operators: EQUALITY, kind: 'ip address and network' },
  net: { operators: EQUALITY, kind: 'ip address and network' },
  bytes: {
    operators: [...EQUALITY, 'contains', 'startswith', 'endswith', 'bcontains', 'bstartswith'],
    kind: 'buffer',
  },
};

/** @throws OperandError, with Falco's message, if a field of this type does not support the comparison */
export function requireSupport(
  type: FieldType,
  isList: boolean,
  operator: Operator,
  modifier: Modifier | undefined,
): void {
  const shown = operator === '==' ? '=' : operator;
  if (isList && !['in', 'intersects'].includes(operator)) {
    throw new OperandError(`'${shown}' operator not supported list filters`);
  }
  if (isList && modifier !== undefined) throw new OperandError(`'${modifier}' modifier not supported for list filters`);
  const { operators, kind } = SUPPORTED[type];
  if (!operators.includes(operator)) {
    throw new OperandError(`'${shown}' operator not supported for ${kind} filters`);
  }
}
