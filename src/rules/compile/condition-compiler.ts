import type { Comparison, Condition } from '../condition/ast.js';
import { Lexer } from '../condition/lexer.js';
import { parseOperand } from '../condition/operand-parser.js';
import { printCondition } from '../condition/print.js';
import type { Diagnostic, ItemRef } from '../diagnostics.js';
import { errorAt, warningAt } from '../diagnostics.js';
import { TextError } from '../errors.js';
import type { BoundField, FieldCatalog } from '../fields/fields.js';
import type { MappedText } from '../load/yaml/mapped-text.js';
import { type Node, NodeFactory } from '../node.js';
import { OperandError } from '../operators/operand-error.js';
import { constantPredicate } from '../operators/predicate.js';
import { bindOperand } from './bind.js';
import { type Check, compileComparison, compileExists } from './check.js';

/** Which rule a condition belongs to, and how strict the compiler is. */
interface Request {
  readonly item: ItemRef;
  /** Unknown fields and event types are only warnings, and the rule is skipped (`skip-if-unknown-filter`). */
  readonly forgiving: boolean;
}

/** Compiles resolved conditions into nodes; parts shared by several rules are compiled once. */
export class ConditionCompiler<E> {
  readonly factory = new NodeFactory<E>();
  readonly #compiled = new Map<Condition, Node<E> | TextError>();

  constructor(
    readonly catalog: FieldCatalog<E>,
    readonly origins: WeakMap<Condition, MappedText>,
    readonly diagnostics: Diagnostic[],
  ) {}

  /** All errors in the condition become diagnostics; undefined if there was one. */
  compile(condition: Condition, request: Request): Node<E> | undefined {
    return this.#visit(condition, request);
  }

  #visit(condition: Condition, request: Request): Node<E> | undefined {
    const known = this.#compiled.get(condition);
    if (known !== undefined && !(known instanceof TextError)) return known;
    const node = known ?? this.#make(condition, request);
    if (!(node instanceof TextError)) {
      if (node !== undefined) this.#compiled.set(condition, node);
      return node;
    }
    this.#compiled.set(condition, node);
    this.#report(condition, node, request);
    return undefined;
  }

  #make(condition: Condition, request: Request): Node<E> | TextError | undefined {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const children = condition.children.map((child) => this.#visit(child, request));
        const whole = children.filter((child): child is Node<E> => child !== undefined);
        return whole.length < children.length ? undefined : this.factory.chain(condition.kind, whole);
      }
      case 'not': {
        const child = this.#visit(condition.child, request);
        return child === undefined ? undefined : this.factory.not(child);
      }
      case 'macro':
        throw new TypeError('macros are resolved before a condition is compiled');
      case 'exists':
        return this.#check(condition, () => this.#leaf(condition, compileExists(condition.left, this.catalog)));
      case 'compare':
        return this.#check(condition, () => this.#comparison(condition));
    }
  }

  #check(condition: Condition, make: () => Node<E>): Node<E> | TextError {
    try {
      return make();
    } catch (error) {
      if (error instanceof TextError) return error;
      throw new Error(`can't compile ${printCondition(condition)}`, { cause: error });
    }
  }

  #comparison(comparison: Comparison): Node<E> {
    const { left, right } = comparison;
    const { eventTypes } = this.catalog;
    const isType = left.kind === 'field' && left.name === 'evt.type' && left.argument === undefined;
    if (eventTypes === undefined || !isType || right.kind === 'operand') {
      return this.#leaf(comparison, compileComparison(comparison, this.catalog));
    }
    compileComparison(comparison, this.catalog);
    const values = right.values.map((literal) => literal.text);
    if (['=', '==', '!=', 'in', 'intersects'].includes(comparison.operator))
      this.#requireTypes(comparison, values, eventTypes);
    const accepts = constantPredicate('string', comparison.operator, comparison.modifier, values);
    return this.factory.type(printCondition(comparison), accepts);
  }

  #requireTypes(comparison: Comparison, values: readonly string[], known: ReadonlySet<string>): void {
    const { start, end } = comparison.right;
    for (const value of values) {
      if (!known.has(value)) throw new TextError(`unknown event type ${value}`, start, end, true);
      if (this.catalog.seenTypes === undefined || this.catalog.seenTypes.has(value)) continue;
      this.#unfilled(comparison, `event type '${value}' is not seen by this source`);
    }
  }

  #leaf(condition: Condition, check: Check<E>): Node<E> {
    for (const field of check.fields) {
      if (field.unfilled === true) this.#unfilled(condition, unfilledMessage(field));
    }
    if (check.fixed !== undefined) return this.factory.constant(check.fixed);
    return this.factory.test(printCondition(condition), check.cost, check.test, check.question);
  }

  #unfilled(condition: Condition, message: string): void {
    const location = this.#locate(condition, condition.start, condition.end);
    if (location !== undefined) this.diagnostics.push(warningAt('UNFILLED_FIELD', message, location));
  }

  #report(condition: Condition, error: TextError, request: Request): void {
    const location = this.#locate(condition, error.start, error.end);
    if (location === undefined) return;
    this.diagnostics.push(
      request.forgiving && error.unknownName
        ? warningAt('LOAD_UNKNOWN_FILTER', error.message, location, request.item)
        : errorAt('LOAD_ERR_COMPILE_CONDITION', error.message, location, request.item),
    );
  }

  #locate(condition: Condition, start: number, end: number): ReturnType<MappedText['locate']> | undefined {
    return this.origins.get(condition)?.locate(start, end);
  }
}

/** The linter's message for a field that Falco knows but this source never fills. */
export function unfilledMessage<E>(field: BoundField<E>): string {
  return `field '${field.name}' is not filled by this source: it is missing on every event`;
}

/** Whether a catalog, or this library, has a field with this name, possibly inside a transformer. */
export function hasField<E>(catalog: FieldCatalog<E>, name: string): boolean {
  try {
    const lexer = new Lexer(name);
    bindOperand(catalog, parseOperand(lexer));
    return lexer.done;
  } catch (error) {
    if (error instanceof TextError || error instanceof OperandError) return false;
    throw error;
  }
}
