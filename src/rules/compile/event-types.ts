import type { Node } from '../node.js';

/** The event types for which a condition can be true, and those for which it can be false. */
interface Possible {
  readonly whenTrue: ReadonlySet<string>;
  readonly whenFalse: ReadonlySet<string>;
}

/**
 * The event types for which a condition can be true, by which rules are indexed. For conditions that don't restrict the type the result is
 * `all` itself, so "no restriction" can be recognized by identity.
 */
export function possibleTypes<E>(root: Node<E>, all: ReadonlySet<string>): ReadonlySet<string> {
  const none: ReadonlySet<string> = new Set();
  const known = new Map<number, Possible>();
  const visit = (node: Node<E>): Possible => {
    const before = known.get(node.id);
    if (before !== undefined) return before;
    const possible = judge(node);
    known.set(node.id, possible);
    return possible;
  };
  const judge = (node: Node<E>): Possible => {
    switch (node.kind) {
      case 'const':
        return node.value ? { whenTrue: all, whenFalse: none } : { whenTrue: none, whenFalse: all };
      case 'test':
        return { whenTrue: all, whenFalse: all };
      case 'type': {
        const accepted = [...all].filter((type) => node.accepts(type));
        return { whenTrue: new Set(accepted), whenFalse: without(all, new Set(accepted)) };
      }
      case 'not': {
        const { whenTrue, whenFalse } = visit(node.child);
        return { whenTrue: whenFalse, whenFalse: whenTrue };
      }
      case 'and':
      case 'or': {
        const children = node.children.map(visit);
        const isAnd = node.kind === 'and';
        const trues = children.map((child) => child.whenTrue);
        const falses = children.map((child) => child.whenFalse);
        return {
          whenTrue: isAnd ? common(trues, all) : joined(trues, all),
          whenFalse: isAnd ? joined(falses, all) : common(falses, all),
        };
      }
    }
  };
  return visit(root).whenTrue;
}

function without(all: ReadonlySet<string>, some: ReadonlySet<string>): ReadonlySet<string> {
  return some.size === 0 ? all : new Set([...all].filter((type) => !some.has(type)));
}

function common(sets: readonly ReadonlySet<string>[], all: ReadonlySet<string>): ReadonlySet<string> {
  const limited = sets.filter((set) => set !== all);
  const [first = all, ...others] = limited;
  return others.length === 0 ? first : new Set([...first].filter((type) => others.every((set) => set.has(type))));
}

function joined(sets: readonly ReadonlySet<string>[], all: ReadonlySet<string>): ReadonlySet<string> {
  return sets.includes(all) ? all : new Set(sets.flatMap((set) => [...set]));
}
