/**
 * Shell patterns like libc's fnmatch without flags: `/` and a leading dot are not special. Backtracking only goes to the last star, so the
 * cost is at most pattern length × text length.
 */
export function compileGlob(pattern: string, ignoreCase: boolean): (text: string) => boolean {
  const tokens = tokenize(ignoreCase ? lower(pattern) : pattern);
  if (tokens === undefined) return () => false;
  return ignoreCase ? (text) => matches(tokens, lower(text)) : (text) => matches(tokens, text);
}

/** `*`, `?`, one character, or a bracket expression. */
type Token = '*' | '?' | { readonly char: string } | { readonly test: (char: string) => boolean };

function tokenize(pattern: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < pattern.length) {
    const char = pattern.charAt(at);
    if (char === '\\') {
      // A trailing backslash matches nothing, as in glibc.
      if (at + 1 >= pattern.length) return undefined;
      tokens.push({ char: pattern.charAt(at + 1) });
      at += 2;
      continue;
    }
    const bracket = char === '[' ? readBracket(pattern, at) : undefined;
    if (bracket !== undefined) {
      tokens.push(bracket.token);
      at = bracket.end;
      continue;
    }
    if (char !== '*' || tokens.at(-1) !== '*') tokens.push(char === '*' || char === '?' ? char : { char });
    at++;
  }
  return tokens;
}

function matches(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const current = tokens[token];
    if (current === '*') {
      star = token++;
      resume = at;
    } else if (current !== undefined && accepts(current, text.charAt(at))) {
      token++;
      at++;
    } else if (star !== -1) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

function accepts(token: Token, char: string): boolean {
  if (token === '?') return true;
  if (token === '*') return false;
  return 'char' in token ? token.char === char : token.test(char);
}

const CLASSES: ReadonlyMap<string, RegExp> = new Map([
  ['alnum', /[a-zA-Z0-9]/],
  ['alpha', /[a-zA-Z]/],
  ['blank', /[ \t]/],
  ['cntrl', /[\u0000-\u001f\u007f]/],
  ['digit', /[0-9]/],
  ['graph', /[!-~]/],
  ['lower', /[a-z]/],
  ['print', /[ -~]/],
  ['punct', /[!-/:-@[-`{-~]/],
  ['space', /[ \t\n\v\f\r]/],
  ['upper', /[A-Z]/],
  ['xdigit', /[0-9a-fA-F]/],
]);

/** Parses a bracket expression at `start`; undefined if it is not closed, i.e. is a plain `[`. */
function readBracket(pattern: string, start: number): { readonly token: Token; readonly end: number } | undefined {
  const tests: ((char: string) => boolean)[] = [];
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at++;
  const first = at;
  while (at < pattern.length) {
    if (pattern[at] === ']' && at > first) {
      const token = { test: (char: string) => tests.some((test) => test(char)) !== negated };
      return { token, end: at + 1 };
    }
    const named = /\[:([a-z]+):\]/y;
    named.lastIndex = at;
    const name = named.exec(pattern)?.[1];
    const members = name === undefined ? undefined : CLASSES.get(name);
    if (members !== undefined) {
      tests.push((char) => members.test(char));
      at = named.lastIndex;
      continue;
    }
    const low = readMember(pattern, at);
    at = low.end;
    if (pattern[at] === '-' && at + 1 < pattern.length && pattern[at + 1] !== ']') {
      const high = readMember(pattern, at + 1);
      at = high.end;
      tests.push((char) => char >= low.char && char <= high.char);
    } else {
      tests.push((char) => char === low.char);
    }
  }
  return undefined;
}

function readMember(pattern: string, at: number): { readonly char: string; readonly end: number } {
  const isEscape = pattern[at] === '\\' && at + 1 < pattern.length;
  return isEscape ? { char: pattern.charAt(at + 1), end: at + 2 } : { char: pattern.charAt(at), end: at + 1 };
}

/** Lower-cases ASCII letters only, like the C library in the C locale. */
export function lower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
