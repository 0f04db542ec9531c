import { isScalar, type Node } from 'yaml';
import { warningAt } from '../../diagnostics.js';
import type { ItemReader } from '../../evaluate/decode.js';
import { isMapping } from '../yaml/yaml-file.js';

const APPEND_DEPRECATED =
  "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
const APPEND_AND_OVERRIDE =
  "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";

/** Which keys of an item append to, or replace, those of an earlier one. */
export interface Overrides {
  /** The deprecated `append: true`. */
  readonly appendFlag: boolean;
  readonly append: ReadonlySet<string>;
  readonly replace: ReadonlySet<string>;
}

/** Reads `append` and `override` of an item. @throws ReadError */
export function readOverrides(
  reader: ItemReader,
  appendable: readonly string[],
  replaceable: readonly string[],
): Overrides {
  const appendFlag = reader.optionalBoolean('append') ?? false;
  const appendNode = reader.get('append');
  if (appendFlag && appendNode !== undefined) {
    const at = reader.file.locate(appendNode);
    reader.warnings.push(warningAt('LOAD_DEPRECATED_ITEM', APPEND_DEPRECATED, at, reader.item));
  }
  const append = new Set<string>();
  const replace = new Set<string>();
  const map = reader.get('override');
  if (map !== undefined && !reader.file.isNull(map)) {
    if (!isMapping(map)) reader.fail('Override must be a mapping', 'override');
    for (const pair of map.items) {
      const key = isScalar(pair.key) ? String(pair.key.value) : reader.fail('Override must be a mapping', 'override');
      const operation = reader.file.text(reader.file.resolve(pair.value as Node | null)) ?? '';
      check(reader, pair.key as Node, key, operation, appendable.includes(key), replaceable.includes(key));
      (operation === 'append' ? append : replace).add(key);
    }
  }
  if (appendFlag && append.size + replace.size > 0) reader.fail(APPEND_AND_OVERRIDE, 'override');
  return { appendFlag, append, replace };
}

function check(
  reader: ItemReader,
  at: Node,
  key: string,
  operation: string,
  canAppend: boolean,
  canReplace: boolean,
): void {
  if (operation === 'append') {
    if (!canAppend) reader.file.fail(at, `Key '${key}' cannot be appended to, use 'replace' instead`, reader.item);
    return;
  }
  if (operation === 'replace') {
    if (!canReplace) reader.file.fail(at, `Key '${key}' cannot be replaced`, reader.item);
    return;
  }
  const allowed = `${canAppend ? 'append ' : ''}${canReplace ? 'replace ' : ''}`;
  reader.file.fail(
    at,
    `Invalid override operation for key '${key}': '${operation}'. Allowed values are: ${allowed}`,
    reader.item,
  );
}
