import type { Location } from './load/yaml/source-file.js';

/** Falco's codes for errors in a rule file (falco_load_result.cpp); the last one is specific to this linter. */
export type ErrorCode =
  | 'LOAD_ERR_FILE_READ'
  | 'LOAD_ERR_YAML_PARSE'
  | 'LOAD_ERR_YAML_VALIDATE'
  | 'LOAD_ERR_COMPILE_CONDITION'
  | 'LOAD_ERR_COMPILE_OUTPUT'
  | 'LOAD_ERR_VALIDATE'
  | 'NEWER_ENGINE';

/** Falco's warnings; the last two are specific to this linter. */
export type WarningCode =
  | 'LOAD_UNKNOWN_SOURCE'
  | 'LOAD_UNSAFE_NA_CHECK'
  | 'LOAD_NO_EVTTYPE'
  | 'LOAD_UNKNOWN_FILTER'
  | 'LOAD_UNUSED_MACRO'
  | 'LOAD_UNUSED_LIST'
  | 'LOAD_UNKNOWN_ITEM'
  | 'LOAD_DEPRECATED_ITEM'
  | 'LOAD_APPEND_NO_VALUES'
  | 'LOAD_EXCEPTION_NAME_NOT_UNIQUE'
  | 'LOAD_INVALID_MACRO_NAME'
  | 'LOAD_INVALID_LIST_NAME'
  | 'LOAD_UNKNOWN_KEY'
  | 'TRAILING_EVTTYPE'
  | 'UNFILLED_FIELD';

/** The item that a diagnostic is about. */
export interface ItemRef {
  readonly kind: 'rule' | 'macro' | 'list' | 'exception' | 'item';
  readonly name: string;
}

/** An error or a questionable construct in a rule file. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly code: ErrorCode | WarningCode;
  /** Falco's message where it has one. */
  readonly message: string;
  readonly item: ItemRef | undefined;
  readonly location: Location;
}

/** Creates an error at a location. */
export function errorAt(code: ErrorCode, message: string, location: Location, item?: ItemRef): Diagnostic {
  return { severity: 'error', code, message, item, location };
}

/** Creates a warning at a location. */
export function warningAt(code: WarningCode, message: string, location: Location, item?: ItemRef): Diagnostic {
  return { severity: 'warning', code, message, item, location };
}

/** One line for logs: `rules/a.yaml:3:14: error LOAD_ERR_…: message (rule 'X')`. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  const { location: at, item } = diagnostic;
  const about = item === undefined ? '' : ` (${item.kind} '${item.name}')`;
  return `${at.file}:${at.line}:${at.column}: ${diagnostic.severity} ${diagnostic.code}: ${diagnostic.message}${about}`;
}

const SHOWN_COLUMNS = 110;

/** Several lines for terminals: the message, and the affected line with the offending text underlined. */
export function formatDiagnostic(diagnostic: Diagnostic): string {
  const { column, length, lineText, line } = diagnostic.location;
  const from = column > SHOWN_COLUMNS - 20 ? column - 20 : 0;
  const shown = printable(lineText.slice(from, from + SHOWN_COLUMNS));
  const lead = from > 0 ? '…' : '';
  const number = String(line).padStart(5);
  const underline = '^'.repeat(Math.max(1, Math.min(length, SHOWN_COLUMNS - (column - 1 - from))));
  const indent = ' '.repeat(column - 1 - from + lead.length);
  return `${diagnosticLine(diagnostic)}\n${number} | ${lead}${shown}\n${' '.repeat(5)} | ${indent}${underline}`;
}

/** Control characters in a hostile file must not reach a terminal; each is replaced by one character, so columns stay aligned. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => (char === '\t' ? ' ' : '\ufffd'));
}
