import { Lexer, Parser, parseDocument } from 'yaml';

/** A baseline has five; each level is several frames of the reader's stack, and a full stack ends the process (tried with yaml 2). */
const MAX_DEPTH = 16;

/**
 * Reads YAML that anybody may have written: scalars are strings, nothing is deep, aliases don't multiply. The time is
 * proportional to the text (some 0.3 s for 32 KiB at worst). @throws Error that names the line
 */
export function parseStrangersYaml(text: string): unknown {
  refuseDeep(text);
  // Made pretty, thousands of errors take time by the square of the text.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'error' });
  const [first] = document.errors;
  if (first !== undefined) throw new Error(`line ${lineAt(text, first.pos[0])}: ${first.message}`, { cause: first });
  return document.toJS();
}

/** The tokens' parser keeps a stack of its own, unlike what makes values of them. */
function refuseDeep(text: string): void {
  const parser = new Parser();
  let read = 0;
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme));
    read += lexeme.length;
    if (parser.stack.length > MAX_DEPTH)
      throw new Error(`line ${lineAt(text, read)}: nested deeper than a baseline is`);
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
