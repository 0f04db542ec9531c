import type { ExceptionEntry, ExceptionItem } from '../load/definitions/items.js';
import { takesList } from '../load/definitions/read-exceptions.js';

/**
 * The conditions of a rule's exceptions, as Falco appends them to the rule's own with `and not` (rule_loader_compiler.cpp); one text per
 * exception, none for an exception without values.
 *
 * @throws RangeError, with Falco's message, if values do not match the fields
 */
export function exceptionConditions(exceptions: readonly ExceptionItem[]): { name: string; text: string }[] {
  return exceptions.flatMap((exception) => {
    const { name, fields, comps, values } = exception;
    if (values.length === 0 || fields === undefined || comps === undefined) return [];
    if (typeof fields === 'string') return [{ name, text: singleField(fields, String(comps), values) }];
    const operators = Array.isArray(comps) ? comps.map(String) : [];
    const tuples = values.map((value) => tuple(fields.map(String), operators, value));
    return [{ name, text: `(${tuples.join(' or ')})` }];
  });
}

function singleField(field: string, operator: string, values: readonly ExceptionEntry[]): string {
  const items = values.map((value) => {
    if (typeof value !== 'string') throw new RangeError('Expected values array to contain a list of strings');
    return quoteItem(value);
  });
  return `(${field} ${operator} (${items.join(', ')}))`;
}

function tuple(fields: readonly string[], operators: readonly string[], value: ExceptionEntry): string {
  if (typeof value === 'string' || value.length !== fields.length) {
    throw new RangeError('Fields and values lists must have equal length');
  }
  const checks = fields.map((field, i) => {
    const operator = operators[i] ?? '=';
    return `${field} ${operator} ${operand(value[i] ?? '', operator)}`;
  });
  return `(${checks.join(' and ')})`;
}

function operand(value: ExceptionEntry, operator: string): string {
  if (typeof value !== 'string') return `(${value.map((entry) => quoteItem(String(entry))).join(', ')})`;
  if (!takesList(operator)) return quoteItem(value);
  return value.startsWith('(') ? value : `(${value})`;
}

/** Falco quotes texts that contain a blank and are not quoted yet. */
function quoteItem(text: string): string {
  return text.includes(' ') && !text.startsWith('"') && !text.startsWith("'") ? `"${text}"` : text;
}
