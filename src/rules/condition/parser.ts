import {
  ALL_OPERATORS,
  type Condition,
  LIST_OPERATORS,
  type Literal,
  MODIFIERS,
  type Modifier,
  NUMBER_OPERATORS,
  type Operator,
  type RightSide,
  TEXT_OPERATORS,
} from './ast.js';
import { Lexer } from './lexer.js';
import { isOperandStart, parseOperand, parseValOrTransformer, TRANSFORMER_NAMES } from './operand-parser.js';

/** Falco's limit for rules (rule_loader_compiler.cpp), in recursion steps; corresponds to about 200 parentheses. */
export const MAX_DEPTH = 1000;

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');

/**
 * Parses a condition like Falco (libs filter/parser.cpp), with the same messages.
 *
 * @throws TextError with the position of the error
 */
export function parseCondition(text: string): Condition {
  const lexer = new Lexer(text);
  if (text === '') lexer.fail('filter input string is empty');
  const parser = new Parser(lexer);
  const condition = parser.or();
  if (!lexer.done) lexer.fail(`unexpected token after '${lexer.last}', expecting 'or', 'and'`);
  return condition;
}

/** Parses a list item as if it were inside the parentheses of `in (…)`. @throws TextError */
export function parseListItem(text: string): readonly Literal[] {
  const lexer = new Lexer(text);
  const values = new Parser(lexer).values();
  if (!lexer.done) lexer.fail("expected a ')' token");
  return values;
}

class Parser {
  #depth = 0;

  constructor(readonly lexer: Lexer) {}

  or(): Condition {
    return this.#chain('or', () => this.#and());
  }

  #and(): Condition {
    return this.#chain('and', () => this.#not());
  }

  #chain(kind: 'and' | 'or', operand: () => Condition): Condition {
    this.#enter();
    const { lexer } = this;
    lexer.blank();
    const start = lexer.at;
    const children = [operand()];
    lexer.blank();
    while (lexer.word(kind)) {
      if (lexer.blank()) children.push(operand());
      else if (lexer.word('(')) children.push(this.#embedded());
      else lexer.fail(`expected blank or '(' after '${kind}'`);
      lexer.blank();
    }
    this.#depth--;
    const [first] = children;
    if (first !== undefined && children.length === 1) return first;
    return { kind, children, start, end: lexer.lastStart + lexer.last.length };
  }

  #not(): Condition {
    this.#enter();
    const { lexer } = this;
    lexer.blank();
    const start = lexer.at;
    let negated = false;
    while (lexer.wholeWord('not')) {
      negated = !negated;
      lexer.blank();
    }
    let child: Condition;
    if (lexer.word('not(')) {
      negated = !negated;
      child = this.#embedded();
    } else {
      child = this.#check();
    }
    this.#depth--;
    return negated ? { kind: 'not', child, start, end: child.end } : child;
  }

  #embedded(): Condition {
    this.#enter();
    const condition = this.or();
    this.lexer.blank();
    if (!this.lexer.word(')')) this.lexer.fail("expected a ')' token");
    this.#depth--;
    return condition;
  }

  #check(): Condition {
    const { lexer } = this;
    lexer.blank();
    if (lexer.word('(')) return this.#embedded();
    const start = lexer.at;
    if (isOperandStart(lexer)) return this.#comparison(start);
    const name = lexer.token('identifier');
    if (name !== undefined) return { kind: 'macro', name, start, end: lexer.at };
    return lexer.fail("expected a '(' token, a field check, or an identifier");
  }

  #comparison(start: number): Condition {
    const { lexer } = this;
    const left = parseOperand(lexer);
    lexer.blank();
    if (lexer.word('exists')) return { kind: 'exists', left, start, end: lexer.at };
    const operator = this.#operator();
    lexer.blank();
    const modifier = isTextOperator(operator) ? this.#modifier() : undefined;
    const right = this.#right(operator, modifier);
    return { kind: 'compare', left, operator, modifier, right, start, end: right.end };
  }

  #operator(): Operator {
    const { lexer } = this;
    for (const operator of NUMBER_OPERATORS) if (lexer.word(operator)) return operator;
    for (const operator of TEXT_OPERATORS) {
      if (/^\w/.test(operator) ? lexer.wholeWord(operator) : lexer.word(operator)) return operator;
    }
    for (const operator of LIST_OPERATORS) if (lexer.word(operator)) return operator;
    return lexer.fail(`expected a valid check operator: one of ${quoted(ALL_OPERATORS)}`);
  }

  /** A modifier must be followed by a list; `proc.name = anyof` compares with the word. */
  #modifier(): Modifier | undefined {
    const { lexer } = this;
    const start = lexer.at;
    for (const modifier of MODIFIERS) {
      if (!lexer.wholeWord(modifier, '(')) continue;
      lexer.blank();
      if (lexer.text.charAt(lexer.at) === '(') return modifier;
      lexer.at = start;
    }
    return undefined;
  }

  #right(operator: Operator, modifier: Modifier | undefined): RightSide {
    const { lexer } = this;
    const start = lexer.at;
    const isList = modifier !== undefined || (LIST_OPERATORS as readonly string[]).includes(operator);
    if (isList && lexer.word('(')) {
      const values = this.values();
      if (!lexer.word(')')) lexer.fail("expected a ')' token");
      return { kind: 'values', values, start, end: lexer.at };
    }
    const operand = parseValOrTransformer(lexer);
    if (operand !== undefined) return { kind: 'operand', operand, start, end: lexer.at };
    const value = this.#single(operator, isList);
    return { kind: 'values', values: [value], start, end: value.end };
  }

  #single(operator: Operator, isList: boolean): Literal {
    const { lexer } = this;
    const start = lexer.at;
    if (isList) {
      const text = lexer.token('identifier');
      if (text !== undefined) return { text, bare: true, start, end: lexer.at };
      return lexer.fail(`expected a list, an identifier, or a field with a valid transformer: ${TRANSFORMER_NAMES}`);
    }
    if ((NUMBER_OPERATORS as readonly string[]).includes(operator)) {
      const text = lexer.token('hexNumber') ?? lexer.token('number');
      if (text !== undefined) return { text, bare: true, start, end: lexer.at };
      return lexer.fail(`expected a number value or a field with a valid transformer: ${TRANSFORMER_NAMES}`);
    }
    return (
      this.#string() ?? lexer.fail(`expected a string value or a field with a valid transformer: ${TRANSFORMER_NAMES}`)
    );
  }

  /** Parses the content of a list's parentheses, which may be empty. */
  values(): Literal[] {
    const { lexer } = this;
    lexer.blank();
    const first = this.#string();
    if (first === undefined) return [];
    const values = [first];
    lexer.blank();
    while (lexer.word(',')) {
      lexer.blank();
      values.push(this.#string() ?? lexer.fail('expected a string value'));
      lexer.blank();
    }
    return values;
  }

  #string(): Literal | undefined {
    const { lexer } = this;
    const start = lexer.at;
    const quotedText = lexer.quotedString();
    if (quotedText !== undefined) return { text: quotedText, bare: false, start, end: lexer.at };
    const text = lexer.token('bareString');
    return text === undefined ? undefined : { text, bare: true, start, end: lexer.at };
  }

  #enter(): void {
    if (++this.#depth >= MAX_DEPTH) this.lexer.fail(`exceeded max depth limit of ${MAX_DEPTH}`);
  }
}

function isTextOperator(operator: Operator): boolean {
  return (TEXT_OPERATORS as readonly string[]).includes(operator);
}
