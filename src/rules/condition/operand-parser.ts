import { type Operand, TRANSFORMERS, type TransformerName } from './ast.js';
import type { Lexer } from './lexer.js';

/** In the format of Falco's messages. */
export const TRANSFORMER_NAMES = ['val', ...TRANSFORMERS].map((name) => `'${name}'`).join(', ');

const MAX_TRANSFORMERS = 100;

/** Whether a field or a transformer starts here. */
export function isOperandStart(lexer: Lexer): boolean {
  const start = lexer.at;
  const found = lexer.token('fieldName') !== undefined || transformerAt(lexer) !== undefined;
  lexer.at = start;
  return found;
}

/** Parses a field with its argument, or a transformer applied to one. @throws TextError */
export function parseOperand(lexer: Lexer, depth = 0): Operand {
  const start = lexer.at;
  const name = lexer.token('fieldName');
  if (name !== undefined) return fieldRest(lexer, name, start);
  const transformer = transformerAt(lexer);
  if (transformer === undefined) {
    return lexer.fail(`expected a field or a nested valid transformer: ${TRANSFORMER_NAMES}`);
  }
  if (depth >= MAX_TRANSFORMERS) lexer.fail(`exceeded max depth limit of ${MAX_TRANSFORMERS}`, start);
  lexer.blank();
  const option = transformer === 'join' ? separator(lexer) : undefined;
  const operand = parseOperand(lexer, depth + 1);
  lexer.blank();
  if (!lexer.word(')')) lexer.fail("expected a ')' token closing the transformer");
  return { kind: 'transform', transformer, option, operand, start, end: lexer.at };
}

/** Parses `val(field)` or a transformer on a right-hand side; undefined for a plain value. @throws TextError */
export function parseValOrTransformer(lexer: Lexer): Operand | undefined {
  const start = lexer.at;
  if (!lexer.word('val(')) {
    const isTransformer = transformerAt(lexer) !== undefined;
    lexer.at = start;
    return isTransformer ? parseOperand(lexer) : undefined;
  }
  lexer.blank();
  const fieldStart = lexer.at;
  const name = lexer.token('fieldName') ?? lexer.fail("expected a field within 'val' transformer");
  const field = fieldRest(lexer, name, fieldStart);
  lexer.blank();
  if (!lexer.word(')')) lexer.fail("expected a ')' token closing the transformer");
  return field;
}

function fieldRest(lexer: Lexer, name: string, start: number): Operand {
  let argument: string | undefined;
  if (lexer.word('[')) {
    argument =
      lexer.quotedString() ??
      lexer.token('argument') ??
      lexer.fail('expected a valid field argument: a quoted string or a bare string');
    if (!lexer.word(']')) lexer.fail("expected a ']' token");
  }
  return { kind: 'field', name, argument, start, end: lexer.at };
}

function transformerAt(lexer: Lexer): TransformerName | undefined {
  return TRANSFORMERS.find((name) => lexer.word(`${name}(`));
}

/** `join("sep", field)`; without a separator the values are concatenated. */
function separator(lexer: Lexer): string | undefined {
  const text = lexer.quotedString();
  if (text === undefined) return undefined;
  lexer.blank();
  if (!lexer.word(',')) lexer.fail("expected a ',' token behind the separator");
  lexer.blank();
  return text;
}
