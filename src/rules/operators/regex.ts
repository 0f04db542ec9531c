import { RE2JS, RE2JSException } from 're2js';
import { OperandError } from './operand-error.js';

/** Syntax that RE2 does not support in POSIX mode, which Falco uses; with RE2's messages. */
const NOT_POSIX = [
  { pattern: /\\[dDsSwWbBAzZpPQEC]/y, message: 'invalid escape sequence' },
  { pattern: /\(\?/y, message: 'missing argument to repetition operator' },
  { pattern: /(?:[*+?]|\{\d+(?:,\d*)?\})[*+?]/y, message: 'bad repetition operator' },
] as const;

/** Matching takes up to text length × this; `a{1,1000}` has 2,001. RE2 limits memory instead, at about ten times as much. */
const MAX_PROGRAM = 2_500;
/** `{2}`, `{2,}`, `{2,5}`; RE2 itself rejects more than a thousand. */
const REPETITION = /\{(\d+)(?:,(\d*))?\}/y;
const MAX_REPETITION = 1_000;
const MAX_LENGTH = 20_000;
const TOO_LARGE = 'invalid regex pattern: pattern too large - compile failed';

/**
 * Compiles a regular expression for Falco's `regex` operator: RE2 in POSIX syntax, anchored at both ends, with time linear in the text.
 * @throws OperandError for an expression that RE2 rejects
 */
export function compileRegex(source: string): (text: string) => boolean {
  if (source.length > MAX_LENGTH) throw new OperandError(TOO_LARGE);
  requireCompilable(source);
  try {
    // In POSIX syntax ^ and $ match at line boundaries. Whether the whole text matches does not depend on longest or first match.
    const regex = RE2JS.compile(source, RE2JS.MULTILINE);
    if (regex.programSize() > MAX_PROGRAM) throw new OperandError(TOO_LARGE);
    return (text) => regex.testExact(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    throw new OperandError(`invalid regex pattern: ${error.message}`);
  }
}

/**
 * Rejects syntax that is not POSIX, and repetitions whose program would be too large (it has at least one instruction per repetition),
 * because compiling it just to find out takes seconds.
 */
function requireCompilable(source: string): void {
  let isClass = false;
  let repetitions = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    for (const { pattern, message } of NOT_POSIX) {
      if (isClass && pattern !== NOT_POSIX[0].pattern) continue;
      pattern.lastIndex = at;
      const found = pattern.exec(source)?.[0];
      if (found !== undefined) throw new OperandError(`invalid regex pattern: ${message}: ${found}`);
    }
    if (!isClass && char === '{') repetitions += repetitionsAt(source, at);
    if (repetitions > MAX_PROGRAM) throw new OperandError(TOO_LARGE);
    if (char === '\\') at++;
    else if (isClass && char === ']') isClass = false;
    else if (!isClass && char === '[') {
      isClass = true;
      if (source[at + 1] === '^') at++;
      if (source[at + 1] === ']') at++;
    }
  }
}

function repetitionsAt(source: string, at: number): number {
  REPETITION.lastIndex = at;
  const [, least = 0, most = 0] = REPETITION.exec(source) ?? [];
  const repetitions = Math.max(Number(least), Number(most));
  return repetitions > MAX_REPETITION ? 0 : repetitions;
}
