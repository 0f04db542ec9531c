/** A text operator with one constant. */
export interface TextPattern {
  readonly operator: '=' | 'contains' | 'startswith' | 'endswith';
  readonly text: string;
}

/**
 * Whether any of the patterns matches, in one pass over the text: rules search for dozens of file names on every opened file. The
 * expressions only consist of constants, so they contain no repetitions and need no backtracking.
 */
export function anyPattern(patterns: readonly TextPattern[]): (text: string) => boolean {
  const textsOf = (operator: TextPattern['operator']): readonly string[] =>
    patterns.filter((pattern) => pattern.operator === operator).map(({ text }) => text);
  const tests = [
    equal(textsOf('=')),
    expression('^', textsOf('startswith')),
    endings(textsOf('endswith')),
    expression('', textsOf('contains')),
  ].filter((test) => test !== undefined);
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

function equal(texts: readonly string[]): ((text: string) => boolean) | undefined {
  if (texts.length === 0) return undefined;
  const set = new Set(texts);
  return (text) => set.has(text);
}

function expression(anchor: '^' | '', texts: readonly string[]): ((text: string) => boolean) | undefined {
  if (texts.length === 0) return undefined;
  const alternatives = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
  const compiled = new RegExp(`${anchor}(?:${alternatives.join('|')})`);
  return (text) => compiled.test(text);
}

/** Grouped by the last character: most texts end with none of them. */
function endings(texts: readonly string[]): ((text: string) => boolean) | undefined {
  if (texts.length === 0) return undefined;
  if (texts.includes('')) return () => true;
  const byLast = new Map<number, string[]>();
  for (const text of texts) {
    const last = text.charCodeAt(text.length - 1);
    byLast.set(last, [...(byLast.get(last) ?? []), text]);
  }
  return (text) => {
    const candidates = byLast.get(text.charCodeAt(text.length - 1));
    return candidates?.some((ending) => text.endsWith(ending)) ?? false;
  };
}
