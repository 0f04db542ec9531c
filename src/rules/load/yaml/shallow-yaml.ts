import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';

/** A YAML text is nested too deeply, at `offset` (in characters). */
export class DeepYamlError extends Error {
  override readonly name = 'DeepYamlError';

  constructor(readonly offset: number) {
    super('nested too deeply');
  }
}

/**
 * The documents of a YAML text, as returned by `parseAllDocuments`. The composer is recursive, and if a regular expression must be compiled
 * when the stack is nearly full, the whole process ends, uncatchably (endless brackets, then endless braces: yaml 2 on Node 20). The token
 * parser has a stack of its own, so the depth is checked there.
 *
 * @throws DeepYamlError beyond `maxDepth` levels; other errors are in the documents' `errors`
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
