import { TextError } from '../errors.js';
import { unquote } from './quoting.js';

const BLANK = /[ \t\b\r\n]+/y;
const QUOTED = { "'": /''|'[\s\S]*?[^\\]'/y, '"': /""|"[\s\S]*?[^\\]"/y } as const;
/** Falco's tokens (libs filter/parser.h), where `[:space:]` only includes ASCII. */
const TOKENS = {
  identifier: /[a-zA-Z]+[a-zA-Z0-9_]*/y,
  fieldName: /[a-zA-Z]+[a-zA-Z0-9_]*(?:\.[a-zA-Z]+[a-zA-Z0-9_]*)+/y,
  argument: /[^[\]"' \t\n\v\f\r]+/y,
  hexNumber: /0[xX][0-9a-zA-Z]+/y,
  number: /[+-]?[0-9]+\.?[0-9]*(?:[eE][+-][0-9]+)?/y,
  bareString: /[^()"' \t\n\v\f\r=,]+/y,
} as const;

/** Tokenizes a condition on demand, as needed by Falco's recursive descent parser. */
export class Lexer {
  at = 0;
  /** Start of the last token, and its text. */
  lastStart = 0;
  last = '';

  constructor(readonly text: string) {}

  get done(): boolean {
    return this.at >= this.text.length;
  }

  /** Skips blanks; returns whether there were any. */
  blank(): boolean {
    BLANK.lastIndex = this.at;
    const found = BLANK.test(this.text);
    if (found) this.at = BLANK.lastIndex;
    return found;
  }

  /** Consumes a token of this kind, if there is one at the current position. */
  token(kind: keyof typeof TOKENS): string | undefined {
    return this.#take(TOKENS[kind]);
  }

  /** Consumes exactly this text, if it is at the current position. */
  word(word: string): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    this.#accept(word);
    return true;
  }

  /** Consumes this word if it is followed by a blank (or one of `also`). */
  wholeWord(word: string, also = ''): boolean {
    if (!this.text.startsWith(word, this.at)) return false;
    const next = this.text.charAt(this.at + word.length);
    if (!' \t\b\r\n'.includes(next) && !(next !== '' && also.includes(next))) return false;
    this.#accept(word);
    return true;
  }

  /** Consumes a quoted string and returns its value. @throws TextError for an invalid escape */
  quotedString(): string | undefined {
    const quote = this.text.charAt(this.at);
    if (quote !== '"' && quote !== "'") return undefined;
    const start = this.at;
    const token = this.#take(QUOTED[quote]);
    return token === undefined ? undefined : unquote(token, start);
  }

  fail(message: string, start = this.at): never {
    throw new TextError(message, start, Math.max(start + 1, this.#wordEnd()));
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.#accept(match);
    return match;
  }

  #accept(token: string): void {
    this.lastStart = this.at;
    this.last = token;
    this.at += token.length;
  }

  #wordEnd(): number {
    const rest = /[^()"' \t\n\v\f\r=,]*/y;
    rest.lastIndex = this.at;
    rest.test(this.text);
    return rest.lastIndex;
  }
}
