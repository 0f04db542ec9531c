import { isScalar, isSeq, type Node } from 'yaml';
import { ALL_OPERATORS, isListOperator, MODIFIERS, TEXT_OPERATORS } from '../../condition/ast.js';
import { errorAt, warningAt } from '../../diagnostics.js';
import { ItemReader } from '../../evaluate/decode.js';
import { isMapping, ReadError, type YamlFile } from '../yaml/yaml-file.js';
import type { ExceptionEntry, ExceptionItem } from './items.js';

const KEYS = new Set(['name', 'fields', 'comps', 'values']);
/** Values of tuples are lists of lists; deeper nesting is meaningless. */
const MAX_NESTING = 4;

/** Reads a rule's `exceptions`. `adding` is set for items that append or replace. @throws ReadError */
export function readExceptions(rule: ItemReader, adding: boolean): ExceptionItem[] {
  const sequence = rule.get('exceptions');
  if (sequence === undefined || rule.file.isNull(sequence)) return [];
  if (!isSeq(sequence)) return rule.file.fail(sequence, 'Rule exceptions must be a sequence', rule.item);
  const found: ExceptionItem[] = [];
  for (const entry of sequence.items as (Node | null)[]) {
    const node = rule.file.resolve(entry);
    if (!isMapping(node)) return rule.file.fail(node ?? sequence, 'Rule exception must be a mapping', rule.item);
    const unnamed = new ItemReader(rule.file, node, rule.item, rule.warnings);
    const name = unnamed.string('name');
    const reader = unnamed.named({ kind: 'exception', name });
    if (found.some((other) => other.name === name)) {
      const message = `Multiple definitions of exception '${name}' in the same rule`;
      rule.warnings.push(warningAt('LOAD_EXCEPTION_NAME_NOT_UNIQUE', message, rule.file.locate(node), reader.item));
    }
    warnUnknownKeys(reader, KEYS);
    found.push(readException(reader, name, adding));
  }
  return found;
}

/** Warns about keys of an item that the rule language does not define. */
export function warnUnknownKeys(reader: ItemReader, known: ReadonlySet<string>): void {
  for (const { key, node } of reader.keys()) {
    if (known.has(key)) continue;
    const message = `Unknown key '${key}'`;
    reader.warnings.push(warningAt('LOAD_UNKNOWN_KEY', message, reader.file.locate(node), reader.item));
  }
}

function readException(reader: ItemReader, name: string, adding: boolean): ExceptionItem {
  const fields = readEntry(reader, 'fields');
  if (fields === undefined && !adding) reader.fail("Item has no mapping for key 'fields'");
  const comps = readEntry(reader, 'comps');
  const list = reader.get('values');
  const location = (): ReturnType<YamlFile['locate']> => reader.file.locate(reader.keys()[0]?.node ?? reader.node);
  if (list === undefined) {
    if (adding) {
      const message = 'Overriding/appending exception with no values';
      reader.warnings.push(warningAt('LOAD_APPEND_NO_VALUES', message, location(), reader.item));
    }
    return { name, fields, comps, values: [], location };
  }
  if (!isSeq(list)) return reader.file.fail(list, 'Rule exception values must be a sequence', reader.item);
  const values = (list.items as (Node | null)[]).map((node) =>
    decodeEntry(reader, reader.file.resolve(node) ?? list, 0),
  );
  return { name, fields, comps, values, location };
}

function readEntry(reader: ItemReader, key: string): ExceptionEntry | undefined {
  const node = reader.get(key);
  return node === undefined ? undefined : decodeEntry(reader, node, 0);
}

function decodeEntry(reader: ItemReader, node: Node, depth: number): ExceptionEntry {
  if (depth > MAX_NESTING) return reader.file.fail(node, 'Could not decode scalar value', reader.item);
  if (isScalar(node)) {
    const text = reader.file.text(node) ?? '';
    return text === '' ? reader.file.fail(node, 'Value must be non-empty', reader.item) : text;
  }
  if (!isSeq(node)) return reader.file.fail(node, 'Could not decode scalar value', reader.item);
  return (node.items as (Node | null)[]).map((entry) =>
    decodeEntry(reader, reader.file.resolve(entry) ?? node, depth + 1),
  );
}

/**
 * Checks an exception's fields against its comparison operators, and adds the default ones (rule_loader_collector.cpp). @throws ReadError
 */
export function completeException(exception: ExceptionItem): ExceptionItem {
  const fail = (message: string): never => {
    const item = { kind: 'exception', name: exception.name } as const;
    throw new ReadError(errorAt('LOAD_ERR_VALIDATE', message, exception.location(), item));
  };
  const { fields } = exception;
  if (fields === undefined) return fail('Rule exception item must have fields property with a list of fields');
  if (typeof fields === 'string') {
    const comps = exception.comps ?? 'in';
    if (typeof comps !== 'string') return fail('Fields and comps must both be strings');
    if (!takesList(comps)) return fail('When fields is a single value, comps must be one of (in, pmatch, intersects)');
    return { ...exception, comps };
  }
  const comps = exception.comps ?? fields.map(() => '=');
  if (typeof comps === 'string' || comps.length !== fields.length) {
    return fail('Fields and comps lists must have equal length');
  }
  for (const operator of comps) {
    if (typeof operator !== 'string' || !isOperator(operator)) {
      return fail(`'${String(operator)}' is not a supported comparison operator`);
    }
  }
  return { ...exception, comps };
}

/** Whether an operator of an exception (`in`, `startswith anyof`) takes a list. */
export function takesList(operator: string): boolean {
  const [name = '', modifier, ...rest] = operator.split(/\s+/);
  if (modifier === undefined) return isListOperator(name);
  return rest.length === 0 && includes(TEXT_OPERATORS, name) && includes(MODIFIERS, modifier);
}

function isOperator(operator: string): boolean {
  return includes(ALL_OPERATORS, operator) || takesList(operator);
}

function includes(names: readonly string[], name: string): boolean {
  return names.includes(name);
}
