import type { Condition, Literal, Operand } from '../../src/rules/condition/ast.js';
import type { JsonEvent } from '../../src/rules/index.js';
import type { Random } from '../support/random.js';

const NAMES = ['sh', 'node', 'npm', 'python3'] as const;
const PATHS = ['/etc/shadow', '/tmp/x', '/home/u/.ssh/id_rsa', ''] as const;
const STRANGE = [
  'a b',
  'a"b',
  "a'b",
  'a\\b',
  'tail\\',
  'tab\t',
  'new\nline',
  '(x)',
  'a,b',
  '=',
  'é',
  '',
  'and',
  'not',
] as const;

const AT = { start: 0, end: 0 };

/** A random condition over a few fields, without macros, at most `depth` deep. */
export function randomCondition(random: Random, depth: number): Condition {
  const choice = depth <= 0 ? 3 + random.below(5) : random.below(8);
  if (choice <= 1) {
    const children = Array.from({ length: 2 + random.below(2) }, () => randomCondition(random, depth - 1));
    return { kind: choice === 0 ? 'and' : 'or', children, ...AT };
  }
  if (choice === 2) {
    const child = randomCondition(random, depth - 1);
    // The parser folds doubled negations.
    return child.kind === 'not' ? child : { kind: 'not', child, ...AT };
  }
  if (choice === 3) return { kind: 'exists', left: field('proc.name'), ...AT };
  if (choice === 4) return compare(field('user.uid'), random.pick(['=', '!=', '<', '<=', '>', '>=']), [number(random)]);
  if (choice === 5) return compare(textOperand(random), 'in', [text(random), text(random)]);
  if (choice === 6) {
    const values = [text(random), text(random)];
    const base = compare(field('fd.name'), random.pick(['contains', '=', 'glob']), values);
    return { ...base, modifier: random.pick(['anyof', 'allof', 'oneof']) };
  }
  const operator = random.pick([
    '=',
    '!=',
    'contains',
    'icontains',
    'startswith',
    'endswith',
    'glob',
    'iglob',
  ] as const);
  return compare(textOperand(random), operator, [text(random)]);
}

/** A random event in which each field may be missing. */
export function randomEvent(random: Random): JsonEvent {
  const entries: [string, unknown][] = [
    ['proc.name', random.pick([...NAMES, ...STRANGE])],
    ['proc.aname[2]', random.pick(NAMES)],
    ['fd.name', random.pick([...PATHS, ...STRANGE])],
    ['user.uid', random.below(3)],
    ['evt.type', random.pick(['open', 'execve', 'connect'])],
  ];
  return Object.fromEntries(entries.filter(() => random.below(4) !== 0));
}

function compare(
  left: Operand,
  operator: (Condition & { kind: 'compare' })['operator'],
  values: readonly Literal[],
): Condition & { kind: 'compare' } {
  return { kind: 'compare', left, operator, modifier: undefined, right: { kind: 'values', values, ...AT }, ...AT };
}

function textOperand(random: Random): Operand {
  const plain = random.pick([field('proc.name'), field('fd.name'), field('proc.aname', '2')]);
  if (random.below(4) > 0) return plain;
  return {
    kind: 'transform',
    transformer: random.pick(['tolower', 'toupper', 'basename']),
    option: undefined,
    operand: plain,
    ...AT,
  };
}

function field(name: string, argument?: string): Operand {
  return { kind: 'field', name, argument, ...AT };
}

function number(random: Random): Literal {
  return { text: String(random.below(3)), bare: true, ...AT };
}

function text(random: Random): Literal {
  if (random.below(2) === 0) return { text: random.pick(NAMES), bare: true, ...AT };
  return { text: random.pick([...PATHS, ...STRANGE]), bare: false, ...AT };
}
