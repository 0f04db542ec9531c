import { DeepYamlError, parseShallowYaml } from '../../rules/index.js';

/** A baseline has five. */
const MAX_DEPTH = 16;

/**
 * Reads YAML that anybody may have written: scalars are strings, nothing is deep, aliases don't multiply. The time is
 * proportional to the text (some 0.3 s for 32 KiB at worst). @throws Error that names the line
 */
export function parseUntrustedYaml(text: string): unknown {
  const [document, ...more] = documentsOf(text);
  const [first] = document?.errors ?? [];
  if (first !== undefined) throw new Error(`line ${lineAt(text, first.pos[0])}: ${first.message}`, { cause: first });
  if (more.length > 0) throw new Error('more than one document');
  return document?.toJS();
}

function documentsOf(text: string): ReturnType<typeof parseShallowYaml> {
  try {
    // Made pretty, thousands of errors take time by the square of the text.
    return parseShallowYaml(text, MAX_DEPTH, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  } catch (cause) {
    if (!(cause instanceof DeepYamlError)) throw cause;
    throw new Error(`line ${lineAt(text, cause.offset)}: ${cause.message}`, { cause });
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
