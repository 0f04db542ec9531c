/** Where a node stands in its text: characters from the start; `end` is behind the last one. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Words between a text operator and a list (Falco 0.44). */
export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
/** How many of a list's values a text operator has to hold for. */
export type Modifier = (typeof MODIFIERS)[number];

/** What may stand around a field; `val` is for right-hand sides only. */
export const TRANSFORMERS = ['tolower', 'toupper', 'b64', 'basename', 'len', 'join'] as const;
/** A transformer by its name. */
export type TransformerName = (typeof TRANSFORMERS)[number];

/** Operators that want a number, in the order they are tried. */
export const NUMBER_OPERATORS = ['<=', '<', '>=', '>'] as const;
/** Operators that want one value, or a list behind a modifier. */
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
/** Operators that want a list. */
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const;
/** Every operator that has a right-hand side; `exists` has none. */
export type Operator =
  | (typeof NUMBER_OPERATORS)[number]
  | (typeof TEXT_OPERATORS)[number]
  | (typeof LIST_OPERATORS)[number];

/** In the order Falco names them in its messages. */
export const ALL_OPERATORS = ['exists', ...NUMBER_OPERATORS, ...TEXT_OPERATORS, ...LIST_OPERATORS] as const;

/** A constant. A bare one (not quoted) may turn out to be the name of a list. */
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

/** What a field is compared with: constants (one, or a list), or another operand. */
export type RightSide =
  | ({ readonly kind: 'values'; readonly values: readonly Literal[] } & Range)
  | ({ readonly kind: 'operand'; readonly operand: Operand } & Range);

/** A condition as written; macros are still names. */
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
