import { DeepYamlError, parseShallowYaml } from '../../rules/index.js';

/** The maximum depth of nesting; a baseline has five levels. */
const MAX_DEPTH = 16;

/**
 * Reads YAML from an untrusted source: all scalars are strings, the depth of nesting is limited, and aliases can't multiply the
 * content. The time is proportional to the length of the text (about 0.3 s for 32 KiB at worst).
 * @throws Error that names the line
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
    // With pretty errors, thousands of errors would take time proportional to the square of the text's length.
    return parseShallowYaml(text, MAX_DEPTH, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  } catch (cause) {
    if (!(cause instanceof DeepYamlError)) throw cause;
    throw new Error(`line ${lineAt(text, cause.offset)}: ${cause.message}`, { cause });
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}
