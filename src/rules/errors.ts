import { type Diagnostic, diagnosticLine } from './diagnostics.js';

/** Why a set of rules was rejected: `invalid` has at least one error in a file, `unreadable` means that a file can't be read. */
export type RuleSetErrorCode = 'invalid' | 'unreadable';

/** A set of rules that was rejected as a whole. */
export class RuleSetError extends Error {
  override readonly name = 'RuleSetError';

  constructor(
    readonly code: RuleSetErrorCode,
    message: string,
    /** Errors and warnings, errors first. Empty for `unreadable`. */
    readonly diagnostics: readonly Diagnostic[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The error for diagnostics of the loader or the compiler. */
  static invalid(diagnostics: readonly Diagnostic[]): RuleSetError {
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
    const [first] = errors;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
    return new RuleSetError('invalid', first === undefined ? 'no rules' : `${diagnosticLine(first)}${more}`, [
      ...errors,
      ...diagnostics.filter((diagnostic) => diagnostic.severity === 'warning'),
    ]);
  }
}

/** An error in a condition or an output, with offsets in its text; the compiler converts it into a diagnostic. */
export class TextError extends Error {
  override readonly name = 'TextError';

  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    /** The error is an unknown field or event type, which `skip-if-unknown-filter` permits. */
    readonly unknownName = false,
  ) {
    super(message);
  }
}
