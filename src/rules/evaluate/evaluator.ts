import type { Node, NodeFactory } from '../node.js';
import type { RuleTree } from './rule-tree.js';

type Test<E> = (event: E) => boolean;

/** Counts evaluations, so that cached results for one event are not used for another. */
export interface Generation {
  current: number;
}

/** Shared parts at least this expensive are evaluated once per event. */
const WORTH_KEEPING = 3;

/** Simplifies a node for events of one type, by deciding the comparisons of the type. */
export function specialize<E>(root: Node<E>, type: string, factory: NodeFactory<E>): Node<E> {
  const known = new Map<number, Node<E>>();
  const visit = (node: Node<E>): Node<E> => {
    const before = known.get(node.id);
    if (before !== undefined) return before;
    const made = make(node);
    known.set(node.id, made);
    return made;
  };
  const make = (node: Node<E>): Node<E> => {
    switch (node.kind) {
      case 'const':
      case 'test':
        return node;
      case 'type':
        return factory.constant(node.accepts(type));
      case 'not':
        return factory.not(visit(node.child));
      case 'and':
      case 'or':
        return factory.chain(node.kind, node.children.map(visit));
    }
  };
  return visit(root);
}

/** Adds the indexes of the rules that match an event, in any order. */
export type Finder<E> = (event: E, found: number[]) => void;

/** Compiles a tree of rules into closures; results of parts that several rules share are cached per event. */
export function toFinder<E>(tree: RuleTree<E>, typeOf: (event: E) => string, generation: Generation): Finder<E> {
  const uses = countUses(rootsOf(tree));
  const known = new Map<number, Test<E>>();
  const visit = (node: Node<E>): Test<E> => {
    const before = known.get(node.id);
    if (before !== undefined) return before;
    const plain = close(node, visit, typeOf);
    const isShared = (uses.get(node.id) ?? 0) > 1 && node.cost >= WORTH_KEEPING;
    const test = isShared ? keep(plain, generation) : plain;
    known.set(node.id, test);
    return test;
  };
  const finder = ({ leaves, branches }: RuleTree<E>): Finder<E> => {
    const finders: Finder<E>[] = leaves.map(({ index, node }) => {
      const test = visit(node);
      return (event, found) => {
        if (test(event)) found.push(index);
      };
    });
    for (const { guard, tree: guarded } of branches) {
      const test = visit(guard);
      const inner = finder(guarded);
      finders.push((event, found) => {
        if (test(event)) inner(event, found);
      });
    }
    return (event, found) => {
      for (const find of finders) find(event, found);
    };
  };
  return finder(tree);
}

/** All conditions that are evaluated on their own. */
function rootsOf<E>({ leaves, branches }: RuleTree<E>): readonly Node<E>[] {
  return [...leaves.map(({ node }) => node), ...branches.flatMap(({ guard, tree }) => [guard, ...rootsOf(tree)])];
}

function countUses<E>(roots: readonly Node<E>[]): ReadonlyMap<number, number> {
  const uses = new Map<number, number>();
  const visit = (node: Node<E>): void => {
    const before = uses.get(node.id) ?? 0;
    uses.set(node.id, before + 1);
    if (before > 0) return;
    if (node.kind === 'not') visit(node.child);
    else if (node.kind === 'and' || node.kind === 'or') for (const child of node.children) visit(child);
  };
  for (const root of roots) visit(root);
  return uses;
}

function keep<E>(test: Test<E>, generation: Generation): Test<E> {
  let seen = -1;
  let answer = false;
  return (event) => {
    if (seen === generation.current) return answer;
    answer = test(event);
    seen = generation.current;
    return answer;
  };
}

function close<E>(node: Node<E>, visit: (node: Node<E>) => Test<E>, typeOf: (event: E) => string): Test<E> {
  switch (node.kind) {
    case 'const': {
      const { value } = node;
      return () => value;
    }
    case 'test':
      return node.test;
    case 'type': {
      const { accepts } = node;
      return (event) => accepts(typeOf(event));
    }
    case 'not': {
      const child = visit(node.child);
      return (event) => !child(event);
    }
    case 'and':
      return all(node.children.map(visit));
    case 'or':
      return some(node.children.map(visit));
  }
}

function all<E>(tests: readonly Test<E>[]): Test<E> {
  const [a, b, c] = tests;
  if (a !== undefined && b !== undefined && tests.length === 2) return (event) => a(event) && b(event);
  if (a !== undefined && b !== undefined && c !== undefined && tests.length === 3) {
    return (event) => a(event) && b(event) && c(event);
  }
  return (event) => {
    for (const test of tests) if (!test(event)) return false;
    return true;
  };
}

function some<E>(tests: readonly Test<E>[]): Test<E> {
  const [a, b, c] = tests;
  if (a !== undefined && b !== undefined && tests.length === 2) return (event) => a(event) || b(event);
  if (a !== undefined && b !== undefined && c !== undefined && tests.length === 3) {
    return (event) => a(event) || b(event) || c(event);
  }
  return (event) => {
    for (const test of tests) if (test(event)) return true;
    return false;
  };
}
