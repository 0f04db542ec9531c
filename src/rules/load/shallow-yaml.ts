import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';

/** A YAML text nests too deep; `offset` is where, in characters. */
export class DeepYamlError extends Error {
  override readonly name = 'DeepYamlError';

  constructor(readonly offset: number) {
    super('nested too deeply');
  }
}

/**
 * The documents of a YAML text, as `parseAllDocuments` gives them. What makes values of tokens is recursive, and on a full
 * stack a regular expression that has yet to be compiled ends the whole process, past any `catch` (brackets without
 * end, then braces without end: yaml 2 on Node 20). The parser of tokens keeps a stack of its own, so it is what knows.
 * @throws DeepYamlError beyond `maxDepth` levels; other faults are in the documents' `errors`
 */
export function parseShallowYaml(text: string, maxDepth: number, options: ComposerOptions): Document.Parsed[] {
  return Array.from(new Composer(options).compose(shallowTokens(text, maxDepth))) as Document.Parsed[];
}

type ComposerOptions = ConstructorParameters<typeof Composer>[0];

function* shallowTokens(text: string, maxDepth: number): Generator<CST.Token> {
  const parser = new Parser();
  let read = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > maxDepth) throw new DeepYamlError(Math.min(read, text.length));
    read += lexeme.length;
  }
  yield* parser.end();
}
