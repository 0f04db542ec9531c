import { errorLines } from '../../report/text/log-tail.js';
import { cut } from '../../report/text/plain.js';
import type { IncompleteReason } from '../../report/verdict/verdict.js';
import type { StepResult } from '../ports.js';

const MAX_CHARS = 600;

/** Why a fetch makes the run incomplete, with the package manager's own message; empty if it succeeded. */
export function fetchFailure({ command, exitCode, log, reason }: StepResult): readonly IncompleteReason[] {
  if (exitCode === 0) return reason === undefined ? [] : [{ code: 'fetch-failed', message: reason }];
  const why = cut(reason ?? errorLines(log), MAX_CHARS);
  const end = why === '' ? '' : `: ${why}`;
  return [{ code: 'fetch-failed', message: `${command.split(' ')[0]} ended with exit code ${exitCode}${end}` }];
}
