import { type Diagnostic, diagnosticLine } from './diagnostics.js';

/** Why a set of rules is not taken into force: `invalid` names at least one error in a file, `unreadable` a file. */
export type RuleSetErrorCode = 'invalid' | 'unreadable';

/** A set of rules that can't be used; nothing of it is in force. */
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

  /** The error for what the loader or the compiler found. */
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

/** A mistake in a condition or an output, in characters of its text; the compiler turns it into a diagnostic. */
export class TextError extends Error {
  override readonly name = 'TextError';

  constructor(
    message: string,
    readonly start: number,
    readonly end: number,
    /** The mistake is a field or event type that does not exist: what `skip-if-unknown-filter` forgives. */
    readonly unknownName = false,
  ) {
    super(message);
  }
}
