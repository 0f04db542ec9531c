import type { Literal } from '../../condition/ast.js';
import { parseListItem } from '../../condition/parser.js';
import { type Diagnostic, errorAt } from '../../diagnostics.js';
import { TextError } from '../../errors.js';
import type { ListItem } from './items.js';

/** More values than any real list has; stops lists that grow exponentially by reference. */
const MAX_VALUES = 1_000_000;
const MAX_NESTING = 200;

/** Lists with their references to other lists resolved. */
export class ListTable {
  /** Names of lists that are referenced. */
  readonly used = new Set<string>();
  readonly #resolved = new Map<string, readonly string[] | undefined>();
  readonly #open = new Set<string>();

  constructor(
    readonly lists: ReadonlyMap<string, ListItem>,
    readonly diagnostics: Diagnostic[],
  ) {}

  /** The values of constants, with names of lists replaced by their values. Undefined if a list has an error. */
  expand(literals: readonly Literal[]): readonly string[] | undefined {
    const values: string[] = [];
    for (const literal of literals) {
      if (!literal.bare || !this.lists.has(literal.text)) {
        values.push(literal.text);
        continue;
      }
      const items = this.values(literal.text);
      if (items === undefined) return undefined;
      for (const item of items) values.push(item);
    }
    return values;
  }

  /** The values of a list; undefined if it can't be resolved (with a diagnostic the first time). */
  values(name: string): readonly string[] | undefined {
    this.used.add(name);
    const list = this.lists.get(name);
    if (list === undefined || this.#resolved.has(name)) return this.#resolved.get(name);
    if (this.#open.has(name)) return this.#fail(list, `reference loop in list '${name}'`);
    if (this.#open.size >= MAX_NESTING) return this.#fail(list, `exceeded max depth limit of ${MAX_NESTING}`);
    this.#open.add(name);
    const values = this.#resolve(list);
    this.#open.delete(name);
    this.#resolved.set(name, values);
    return values;
  }

  #resolve(list: ListItem): readonly string[] | undefined {
    const values: string[] = [];
    for (const item of list.items) {
      const literals = this.#parse(list, item);
      if (literals === undefined) return undefined;
      for (const literal of literals) {
        // A list can refer to lists that were first defined before its own last change.
        const other = literal.bare ? this.lists.get(literal.text) : undefined;
        const isReference = other !== undefined && other.index < list.visible && other !== list;
        const found = isReference ? this.values(other.name) : [literal.text];
        if (found === undefined) return undefined;
        if (values.length + found.length > MAX_VALUES)
          return this.#fail(list, `list has more than ${MAX_VALUES} values`);
        for (const value of found) values.push(value);
      }
    }
    return values;
  }

  /** An item is parsed as in a condition; one with a blank is treated as quoted (rule_loader_compiler.cpp). */
  #parse(list: ListItem, item: ListItem['items'][number]): readonly Literal[] | undefined {
    const isQuoted = /^["']/.test(item.text);
    try {
      return parseListItem(item.text.includes(' ') && !isQuoted ? `"${item.text}"` : item.text);
    } catch (error) {
      if (!(error instanceof TextError)) throw error;
      const about = { kind: 'list', name: list.name } as const;
      this.diagnostics.push(errorAt('LOAD_ERR_COMPILE_CONDITION', error.message, item.location(), about));
      return undefined;
    }
  }

  #fail(list: ListItem, message: string): undefined {
    const about = { kind: 'list', name: list.name } as const;
    this.diagnostics.push(errorAt('LOAD_ERR_VALIDATE', message, list.location(), about));
    return undefined;
  }
}
