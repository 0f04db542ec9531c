import type { Operand } from '../condition/ast.js';
import type { BoundField, FieldCatalog, FieldValue } from '../fields/fields.js';
import { OperandError } from '../operators/operand-error.js';
import { clockTime, dateTime, isoTime } from '../time.js';
import { transformField } from './transform.js';

/** Fields whose argument may also be written after a dot: `evt.arg.flags` is `evt.arg[flags]`. */
const DOTTED = ['evt.arg', 'evt.rawarg'] as const;

/**
 * Binds a field, with its argument and transformers, to a catalog.
 *
 * @throws OperandError for an unknown field, or one to which the transformer does not apply
 */
export function bindOperand<E>(catalog: FieldCatalog<E>, operand: Operand): BoundField<E> {
  if (operand.kind === 'transform') {
    return transformField(bindOperand(catalog, operand.operand), operand.transformer, operand.option);
  }
  const field = bindField(catalog, operand.name, operand.argument);
  if (field !== undefined) return field;
  throw new OperandError(`filter_check called with nonexistent field ${operand.name}`, true);
}

/** Binds a field by name; undefined if neither the catalog nor this library has it. */
export function bindField<E>(
  catalog: FieldCatalog<E>,
  name: string,
  argument: string | undefined,
): BoundField<E> | undefined {
  const written = argument === undefined ? name : `${name}[${argument}]`;
  const field = bindDotted(catalog, name, argument) ?? bindTime(catalog, name, argument);
  return field === undefined ? undefined : { ...field, name: written };
}

function bindDotted<E>(
  catalog: FieldCatalog<E>,
  name: string,
  argument: string | undefined,
): BoundField<E> | undefined {
  const known = catalog.bind(name, argument);
  if (known !== undefined || argument !== undefined) return known;
  const prefix = DOTTED.find((dotted) => name.startsWith(`${dotted}.`));
  return prefix === undefined ? undefined : catalog.bind(prefix, name.slice(prefix.length + 1));
}

/** The fields that every source has: time and source. */
function bindTime<E>(catalog: FieldCatalog<E>, name: string, argument: string | undefined): BoundField<E> | undefined {
  const make = argument === undefined ? TIMES.get(name) : undefined;
  if (make === undefined) {
    if (name !== 'evt.source' || argument !== undefined) return undefined;
    const { source } = catalog;
    return { name, type: 'string', list: false, cost: 0, extract: () => source, constant: source };
  }
  const { timeOf } = catalog;
  const { type, value, render } = make;
  return { name, type, list: false, cost: 3, extract: (event) => value(timeOf(event)), ...(render && { render }) };
}

interface TimeField {
  readonly type: 'string' | 'number';
  readonly value: (ns: bigint) => FieldValue;
  readonly render?: (value: FieldValue) => string;
}

const BILLION = 1_000_000_000n;

/** In Falco's JSON the ISO time is a number of nanoseconds, in its text a date (measured). */
const TIMES: ReadonlyMap<string, TimeField> = new Map<string, TimeField>([
  ['evt.time', { type: 'string', value: clockTime }],
  ['evt.time.s', { type: 'string', value: (ns) => clockTime(ns).slice(0, 8) }],
  ['evt.time.iso8601', { type: 'number', value: (ns) => ns, render: (value) => isoTime(BigInt(String(value))) }],
  ['evt.datetime', { type: 'string', value: dateTime }],
  ['evt.datetime.s', { type: 'string', value: (ns) => dateTime(ns).slice(0, 19) }],
  ['evt.rawtime', { type: 'number', value: (ns) => ns }],
  ['evt.rawtime.s', { type: 'number', value: (ns) => Number(ns / BILLION) }],
  ['evt.rawtime.ns', { type: 'number', value: (ns) => Number(ns % BILLION) }],
]);
