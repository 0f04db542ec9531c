import type { Operator } from '../condition/ast.js';
import type { FieldValue } from '../fields/fields.js';
import { OperandError } from './operand-error.js';
import type { Predicate } from './types.js';

/** Service names for comparisons such as `fd.sport = https`: those of /etc/services that rules commonly use. */
const PORTS: ReadonlyMap<string, number> = new Map([
  ['ftp', 21],
  ['ssh', 22],
  ['telnet', 23],
  ['smtp', 25],
  ['domain', 53],
  ['http', 80],
  ['kerberos', 88],
  ['pop3', 110],
  ['ntp', 123],
  ['imap2', 143],
  ['snmp', 161],
  ['ldap', 389],
  ['https', 443],
  ['submission', 587],
  ['ldaps', 636],
  ['imaps', 993],
  ['pop3s', 995],
  ['mysql', 3306],
  ['postgresql', 5432],
  ['amqp', 5672],
  ['redis', 6379],
]);

type Numeric = number | bigint;

/** Parses a number in the syntax of rules: decimal, hexadecimal, with a fraction. @throws OperandError */
export function parseNumber(text: string): Numeric {
  const hex = /^0[xX][0-9a-fA-F]+$/.test(text);
  if (!hex && !/^[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(text)) {
    throw new OperandError(`${text} is not a valid number`);
  }
  const value = Number(text);
  return Number.isSafeInteger(value) || !/^(?:[+-]?\d+|0[xX].*)$/.test(text) ? value : BigInt(text.replace(/^\+/, ''));
}

/** Parses a port: a number, or the name of a service. @throws OperandError */
export function parsePort(text: string): Numeric {
  if (text === '') return 0;
  const known = /^\d{1,9}$/.test(text) ? Number(text) : PORTS.get(text);
  if (known === undefined) throw new OperandError(`unrecognized protocol ${text}`);
  return known;
}

/** The number of a value; numeric text is converted, anything else is NaN (always false). */
export function asNumber(value: FieldValue): Numeric {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  return typeof value === 'string' && value !== '' ? Number(value) : Number.NaN;
}

/** A number field compared with constants. */
export function numberPredicate(operator: Operator, values: readonly Numeric[]): Predicate {
  const [first = Number.NaN] = values;
  switch (operator) {
    case '=':
    case '==':
      // Loose equality: a bigint and a number with the same value are equal.
      // biome-ignore lint/suspicious/noDoubleEquals: number and bigint compare by value only loosely
      return (value) => value === first || asNumber(value) == first;
    case '!=':
      return (value) => isDifferent(asNumber(value), first);
    case '<':
      return (value) => asNumber(value) < first;
    case '<=':
      return (value) => asNumber(value) <= first;
    case '>':
      return (value) => asNumber(value) > first;
    case '>=':
      return (value) => asNumber(value) >= first;
    case 'in':
    case 'intersects': {
      const set = new Set(values.map(String));
      const numbers = new Set(values);
      return (value) => numbers.has(value as number) || set.has(String(asNumber(value)));
    }
    default:
      throw new OperandError(`'${operator}' operator not supported for numeric filters`);
  }
}

function isDifferent(left: Numeric, right: Numeric): boolean {
  // biome-ignore lint/suspicious/noDoubleEquals: number and bigint compare by value only loosely
  return !Number.isNaN(left) && left != right;
}

/** A boolean field compared with `true` or `false`. @throws OperandError for another word */
export function boolPredicate(operator: Operator, values: readonly string[]): Predicate {
  const wanted = new Set(values.map(parseBool));
  if (operator === '!=') return (value) => !wanted.has(asBool(value));
  return (value) => wanted.has(asBool(value));
}

function parseBool(text: string): boolean {
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw new OperandError(`filter error: unrecognized boolean value ${text}`);
}

function asBool(value: FieldValue): boolean {
  return value === true || value === 'true' || value === 1;
}
