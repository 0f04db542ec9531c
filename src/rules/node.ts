import type { FieldValue } from './fields/fields.js';
import { asText } from './operators/text.js';
import { anyPattern, type TextPattern } from './operators/text-set.js';

/** Describes a comparison of a text field with constants, so that comparisons of the same field can be combined into one pass. */
export interface TextQuestion<E> {
  /** Identifies the field. */
  readonly field: string;
  readonly extract: (event: E) => FieldValue | undefined;
  readonly patterns: readonly TextPattern[];
}

/**
 * A compiled condition. Equal parts of all rules of an engine are the same node (`id`), so they are evaluated once per event, however many
 * rules share them.
 */
export type Node<E> =
  | { readonly kind: 'const'; readonly id: number; readonly cost: 0; readonly value: boolean }
  | { readonly kind: 'type'; readonly id: number; readonly cost: 1; readonly accepts: (type: string) => boolean }
  | {
      readonly kind: 'test';
      readonly id: number;
      readonly cost: number;
      readonly test: (event: E) => boolean;
      readonly question?: TextQuestion<E> | undefined;
    }
  | { readonly kind: 'not'; readonly id: number; readonly cost: number; readonly child: Node<E> }
  | { readonly kind: 'and' | 'or'; readonly id: number; readonly cost: number; readonly children: readonly Node<E>[] };

/** Cost of searching many patterns in one pass, compared with a single comparison. */
const TEXT_SET_COST = 4;

/** Creates nodes; equal ones only once. */
export class NodeFactory<E> {
  readonly #known = new Map<string, Node<E>>();
  readonly yes: Node<E> = { kind: 'const', id: 0, cost: 0, value: true };
  readonly no: Node<E> = { kind: 'const', id: 1, cost: 0, value: false };
  #next = 2;

  constant(value: boolean): Node<E> {
    return value ? this.yes : this.no;
  }

  /** A comparison; `key` identifies equal ones. */
  test(key: string, cost: number, test: (event: E) => boolean, question?: TextQuestion<E>): Node<E> {
    return this.#once(`t:${key}`, (id) => ({ kind: 'test', id, cost, test, question }));
  }

  /** A comparison of the event's type. */
  type(key: string, accepts: (type: string) => boolean): Node<E> {
    return this.#once(`e:${key}`, (id) => ({ kind: 'type', id, cost: 1, accepts }));
  }

  not(child: Node<E>): Node<E> {
    if (child.kind === 'const') return this.constant(!child.value);
    if (child.kind === 'not') return child.child;
    return this.#once(`!${child.id}`, (id) => ({ kind: 'not', id, cost: child.cost, child }));
  }

  /**
   * A conjunction or disjunction, without constants and repetitions, with cheap parts first. Parts have no side effects and can't fail, so
   * reordering does not change the meaning.
   */
  chain(kind: 'and' | 'or', parts: readonly Node<E>[]): Node<E> {
    const decides = kind === 'or';
    const children: Node<E>[] = [];
    for (const part of new Set(kind === 'or' ? this.#inOnePass(parts) : parts)) {
      if (part.kind !== 'const') children.push(part);
      else if (part.value === decides) return part;
    }
    const [first] = children;
    if (first === undefined) return this.constant(!decides);
    if (children.length === 1) return first;
    children.sort((a, b) => a.cost - b.cost);
    const cost = children.reduce((sum, child) => sum + child.cost, 0);
    const key = `${kind}:${children.map((child) => child.id).join(',')}`;
    return this.#once(key, (id) => ({ kind, id, cost, children }));
  }

  /** Combines the alternatives that examine the same text field. */
  #inOnePass(parts: readonly Node<E>[]): readonly Node<E>[] {
    const asked = new Map<string, TextQuestion<E>[]>();
    for (const part of new Set(parts)) {
      if (part.kind !== 'test' || part.question === undefined) continue;
      const { field } = part.question;
      asked.set(field, [...(asked.get(field) ?? []), part.question]);
    }
    const isFused = (part: Node<E>): boolean =>
      part.kind === 'test' && part.question !== undefined && (asked.get(part.question.field)?.length ?? 0) > 1;
    const fused = [...asked.values()].filter((questions) => questions.length > 1).map((same) => this.#onePass(same));
    return [...parts.filter((part) => !isFused(part)), ...fused];
  }

  #onePass(questions: readonly TextQuestion<E>[]): Node<E> {
    const { field, extract } = questions[0] as TextQuestion<E>;
    const patterns = questions.flatMap((question) => question.patterns);
    const holds = anyPattern(patterns);
    const test = (event: E): boolean => {
      const value = extract(event);
      return value !== undefined && holds(asText(value));
    };
    const key = `any:${field}:${JSON.stringify(patterns)}`;
    return this.test(key, TEXT_SET_COST, test, { field, extract, patterns });
  }

  #once(key: string, make: (id: number) => Node<E>): Node<E> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = make(this.#next++);
    this.#known.set(key, node);
    return node;
  }
}
