import type { Node, NodeFactory } from '../node.js';

/** A rule by its index, and the conditions that remain to be checked. */
export interface Leaf<E> {
  readonly index: number;
  readonly node: Node<E>;
}

/** The rules of one event type, arranged so that conditions that several of them require are checked once. */
export interface RuleTree<E> {
  readonly leaves: readonly Leaf<E>[];
  readonly branches: readonly Branch<E>[];
}

/** Rules that can only match if the guard is true. */
export interface Branch<E> {
  readonly guard: Node<E>;
  readonly tree: RuleTree<E>;
}

/** A rule as the parts that must all be true. */
interface Rule<E> {
  readonly index: number;
  readonly parts: ReadonlySet<Node<E>>;
}

/** Beyond this depth a guard excludes too few rules to be worth its cost; also bounds the work for any rule file. */
const DEEPEST = 8;

/** Arranges rules in a tree by their conditions. The meaning is unchanged: conjunctions are split and evaluated in another order. */
export function growTree<E>(conditions: readonly Node<E>[], factory: NodeFactory<E>): RuleTree<E> {
  const rules = conditions.map((node, index) => ({ index, parts: new Set(conjuncts(node)) }));
  return grow(rules, factory, 0);
}

function conjuncts<E>(node: Node<E>): readonly Node<E>[] {
  return node.kind === 'and' ? node.children.flatMap(conjuncts) : [node];
}

function grow<E>(rules: readonly Rule<E>[], factory: NodeFactory<E>, depth: number): RuleTree<E> {
  const branches: Branch<E>[] = [];
  const rest = new Set(rules);
  for (const sharing of depth < DEEPEST ? bySharedPart(rules) : []) {
    const members = sharing.filter((rule) => rest.has(rule));
    if (members.length < 2) continue;
    for (const member of members) rest.delete(member);
    const common = commonParts(members);
    const less = members.map(({ index, parts }) => ({
      index,
      parts: new Set([...parts].filter((part) => !common.has(part))),
    }));
    branches.push({ guard: factory.chain('and', [...common]), tree: grow(less, factory, depth + 1) });
  }
  const { alone, grouped } = groupByText([...rest], factory);
  return { leaves: leavesOf(alone, factory), branches: [...branches, ...grouped] };
}

/**
 * For each part, the rules that require it, with the most shared part first. Exceptions (`not …`) are true for nearly every event and
 * exclude few rules, so they are not used for grouping.
 */
function bySharedPart<E>(rules: readonly Rule<E>[]): readonly (readonly Rule<E>[])[] {
  const sharing = new Map<Node<E>, Rule<E>[]>();
  for (const rule of rules) {
    for (const part of rule.parts) {
      if (part.kind === 'not') continue;
      const same = sharing.get(part);
      if (same === undefined) sharing.set(part, [rule]);
      else same.push(rule);
    }
  }
  return [...sharing.values()].sort((a, b) => b.length - a.length);
}

function commonParts<E>([first, ...others]: readonly Rule<E>[]): ReadonlySet<Node<E>> {
  const parts = [...(first?.parts ?? [])];
  return new Set(parts.filter((part) => others.every((other) => other.parts.has(part))));
}

/** Groups rules that search for names in the same field: a single pass over the text tells whether it contains any of them. */
function groupByText<E>(
  rules: readonly Rule<E>[],
  factory: NodeFactory<E>,
): { readonly alone: readonly Rule<E>[]; readonly grouped: readonly Branch<E>[] } {
  const byField = new Map<string, { readonly rule: Rule<E>; readonly asks: Node<E> }[]>();
  const alone = new Set(rules);
  for (const rule of rules) {
    const asks = [...rule.parts].find(isSelective);
    if (asks?.question === undefined) continue;
    const { field } = asks.question;
    const same = byField.get(field);
    if (same === undefined) byField.set(field, [{ rule, asks }]);
    else same.push({ rule, asks });
  }
  const grouped: Branch<E>[] = [];
  for (const group of byField.values()) {
    if (group.length < 2) continue;
    const members = group.map(({ rule }) => rule);
    for (const member of members) alone.delete(member);
    const names = group.map(({ asks }) => asks);
    grouped.push({
      guard: factory.chain('or', names),
      tree: { leaves: leavesOf(members, factory), branches: [] },
    });
  }
  return { alone: [...alone], grouped };
}

/** A folder as prefix of a path is not selective: it matches most paths of a project. */
function isSelective<E>(part: Node<E>): part is Extract<Node<E>, { kind: 'test' }> {
  if (part.kind !== 'test' || part.question === undefined) return false;
  return part.question.patterns.some(({ operator }) => operator !== 'startswith');
}

function leavesOf<E>(rules: readonly Rule<E>[], factory: NodeFactory<E>): readonly Leaf<E>[] {
  return rules.map(({ index, parts }) => ({ index, node: factory.chain('and', [...parts]) }));
}
