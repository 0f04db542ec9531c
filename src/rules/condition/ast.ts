/** Position of a node in its text, in characters; `end` is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Keywords between a text operator and a list (Falco 0.44). */
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
/** How many of the list's values must satisfy the operator. */
export type Modifier = (typeof MODIFIERS)[number];

/** Functions that may be applied to a field; `val` is only allowed on right-hand sides. */
export const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join'] as const;
/** A transformer by its name. */
export type TransformerName = (typeof TRANSFORMERS)[number];

/** Operators that take a number, in the order in which they are tried. */
export const NUMBER_OPERATORS = ['<=', '<', '>=', '>'] as const;
/** Operators that take one value, or a list after a modifier. */
export const TEXT_OPERATORS = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;
/** Operators that take a list. */
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const;
/** Every operator with a right-hand side; `exists` has none. */
export type Operator =
  | (typeof NUMBER_OPERATORS)[number]
  | (typeof TEXT_OPERATORS)[number]
  | (typeof LIST_OPERATORS)[number];

/** In the order of Falco's messages. */
export const ALL_OPERATORS = ['exists', ...NUMBER_OPERATORS, ...TEXT_OPERATORS, ...LIST_OPERATORS] as const;

/** A constant. An unquoted one may be the name of a list. */
export interface Literal extends Range {
  readonly text: string;
  readonly bare: boolean;
}

/** `proc.name`, `proc.aname[2]`, `tolower(fd.name)`, `join("/", fd.types)`. */
export type Operand =
  | ({ readonly kind: 'field'; readonly name: string; readonly argument: string | undefined } & Range)
  | ({
      readonly kind: 'transform';
      readonly transformer: TransformerName;
      /** The separator of `join`. */
      readonly option: string | undefined;
      readonly operand: Operand;
    } & Range);

/** The right-hand side of a comparison: constants (one, or a list), or another operand. */
export type RightSide =
  | ({ readonly kind: 'values'; readonly values: readonly Literal[] } & Range)
  | ({ readonly kind: 'operand'; readonly operand: Operand } & Range);

/** A parsed condition; macros are still unresolved names. */
export type Condition =
  | ({ readonly kind: 'and' | 'or'; readonly children: readonly Condition[] } & Range)
  | ({ readonly kind: 'not'; readonly child: Condition } & Range)
  | ({ readonly kind: 'macro'; readonly name: string } & Range)
  | ({ readonly kind: 'exists'; readonly left: Operand } & Range)
  | Comparison;

/** One comparison: `left operator [modifier] right`. */
export interface Comparison extends Range {
  readonly kind: 'compare';
  readonly left: Operand;
  readonly operator: Operator;
  readonly modifier: Modifier | undefined;
  readonly right: RightSide;
}

/** Whether an operator takes a list on its right-hand side. */
export function isListOperator(operator: string): boolean {
  return (LIST_OPERATORS as readonly string[]).includes(operator);
}
