import type { Comparison, Condition, Literal } from '../../condition/ast.js';
import { isListOperator } from '../../condition/ast.js';
import { MAX_DEPTH, parseCondition } from '../../condition/parser.js';
import { type Diagnostic, errorAt, type ItemRef } from '../../diagnostics.js';
import { TextError } from '../../errors.js';
import type { MappedText } from '../yaml/mapped-text.js';
import type { MacroItem } from './items.js';
import type { ListTable } from './list-table.js';

/** Maximum number of checks in one condition with macros resolved; the largest public rule has about 600. */
const MAX_CHECKS = 20_000;
/** Maximum nesting depth while macros are resolved; macros defined before their users are already resolved and don't count. */
const MAX_NESTING = 200;

/** A referenced item has an error that was already reported; whatever refers to it is skipped silently. */
class Broken extends Error {}

interface Resolved {
  readonly condition: Condition;
  readonly checks: number;
  readonly depth: number;
}

/** What is being resolved, for which item, and up to which definition it can see. */
interface Context {
  readonly text: MappedText;
  readonly item: ItemRef;
  readonly visible: number;
}

/** Conditions with macros and lists resolved. Macros are shared, not copied. */
export class MacroTable {
  readonly used = new Set<string>();
  /** The text in which a check of a resolved condition was written, possibly a macro's. */
  readonly origins = new WeakMap<Condition, MappedText>();
  readonly #resolved = new Map<string, Resolved | undefined>();
  readonly #open = new Set<string>();

  constructor(
    readonly macros: ReadonlyMap<string, MacroItem>,
    readonly lists: ListTable,
    readonly diagnostics: Diagnostic[],
  ) {}

  /** Resolves all macros in order, so that errors are reported even in unused ones. */
  resolveAll(): void {
    for (const macro of this.macros.values()) this.#macro(macro);
  }

  /** Parses and resolves a rule's condition; undefined, with a diagnostic, if there is an error. */
  resolve(text: MappedText, item: ItemRef): Condition | undefined {
    return this.#guarded(text, item, Number.POSITIVE_INFINITY)?.condition;
  }

  #macro(macro: MacroItem): Resolved | undefined {
    const known = this.#resolved.get(macro.name);
    if (known !== undefined || this.#resolved.has(macro.name)) return known;
    if (this.#open.size >= MAX_NESTING) {
      const message = `exceeded max depth limit of ${MAX_NESTING}`;
      this.diagnostics.push(
        errorAt('LOAD_ERR_VALIDATE', message, macro.location(), { kind: 'macro', name: macro.name }),
      );
      throw new Broken();
    }
    this.#open.add(macro.name);
    const resolved = this.#guarded(macro.condition, { kind: 'macro', name: macro.name }, macro.visible);
    this.#open.delete(macro.name);
    this.#resolved.set(macro.name, resolved);
    return resolved;
  }

  #guarded(text: MappedText, item: ItemRef, visible: number): Resolved | undefined {
    try {
      return this.#expand(parseCondition(text.text), { text, item, visible });
    } catch (error) {
      this.#report(error, { text, item, visible });
      return undefined;
    }
  }

  #report(error: unknown, { text, item }: Context): void {
    if (error instanceof Broken) return;
    if (!(error instanceof TextError)) throw error;
    const isReference = error.message.startsWith('reference loop') || error.message.startsWith('Undefined macro');
    const code = isReference ? 'LOAD_ERR_VALIDATE' : 'LOAD_ERR_COMPILE_CONDITION';
    this.diagnostics.push(errorAt(code, error.message, text.locate(error.start, error.end), item));
  }

  #expand(condition: Condition, context: Context): Resolved {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return this.#chain(condition, context);
      case 'not': {
        const child = this.#expand(condition.child, context);
        const depth = this.#deeper(condition, child.depth);
        return { condition: { ...condition, child: child.condition }, checks: child.checks, depth };
      }
      case 'macro':
        return this.#reference(condition, context.visible);
      case 'exists':
        this.origins.set(condition, context.text);
        return { condition, checks: 1, depth: 1 };
      case 'compare': {
        const resolved = this.#comparison(condition);
        this.origins.set(resolved, context.text);
        return { condition: resolved, checks: 1, depth: 1 };
      }
    }
  }

  #chain(condition: Condition & { readonly kind: 'and' | 'or' }, context: Context): Resolved {
    const children: Resolved[] = [];
    for (const child of condition.children) {
      // An error in one part does not hide the errors, and the references, of the others.
      try {
        children.push(this.#expand(child, context));
      } catch (error) {
        this.#report(error, context);
      }
    }
    if (children.length < condition.children.length) throw new Broken();
    const checks = children.reduce((sum, child) => sum + child.checks, 0);
    if (checks > MAX_CHECKS) fail(condition, `condition has more than ${MAX_CHECKS} checks with its macros resolved`);
    const depth = this.#deeper(condition, Math.max(...children.map((child) => child.depth)));
    return { condition: { ...condition, children: children.map((child) => child.condition) }, checks, depth };
  }

  #deeper(condition: Condition, below: number): number {
    const depth = below + 1;
    if (depth >= MAX_DEPTH) fail(condition, `exceeded max depth limit of ${MAX_DEPTH}`);
    return depth;
  }

  #reference(reference: Condition & { readonly kind: 'macro' }, visible: number): Resolved {
    const macro = this.macros.get(reference.name);
    if (this.#open.has(reference.name)) fail(reference, `reference loop in macro '${reference.name}'`);
    if (macro === undefined || macro.index >= visible) {
      return fail(reference, `Undefined macro '${reference.name}' used in filter.`);
    }
    this.used.add(reference.name);
    const resolved = this.#macro(macro);
    if (resolved === undefined) throw new Broken();
    return resolved;
  }

  #comparison(comparison: Comparison): Comparison {
    const { right } = comparison;
    if (right.kind === 'operand') return comparison;
    const values = this.lists.expand(right.values);
    if (values === undefined) throw new Broken();
    const isList = comparison.modifier !== undefined || isListOperator(comparison.operator);
    // A list's name where a single value is expected is replaced by its items as text, which is only valid for a single item.
    if (!isList && values.length !== 1) {
      const next =
        values.length === 0
          ? 'expected a string value'
          : `unexpected token after '${values[0]}', expecting 'or', 'and'`;
      fail(right, next);
    }
    const literals = values.map((text): Literal => ({ text, bare: false, start: right.start, end: right.end }));
    return { ...comparison, right: { ...right, values: literals } };
  }
}

function fail(at: { readonly start: number; readonly end: number }, message: string): never {
  throw new TextError(message, at.start, at.end);
}
